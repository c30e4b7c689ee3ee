"""What is wrong with the parts of a scheme file, each looked at by itself, so that all is told at once. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from credit.scoring.document import parse_band, parse_category
from credit.scoring.fields import choice, number, text
from credit.scoring.rules import BAND_LIMIT, CATEGORY_LIMIT, KINDS, RECORD_LIMIT
from credit.scoring.strictjson import Malformed, field_path

LANGUAGES = ("en", "zh-hans")
CATEGORY_NUMBERS = ("weight", "floor", "cap", "decay")
CATEGORY_WORDS = ("name", "reason", "law", "factor")
NUMBERS = ("code", "version", "base", "min", "max", "disputed")
REASONS = ("base", "scale", "bands", "disputed", "threshold", "fading", "kinds")
"""What a scheme may give a reason and a source for, beside its categories: where everybody starts, the ends of the
scale, the bands, disputed records, from how many records on there is a mark, that events fade, and other numbers for
individuals than for companies."""
REASON_WORDS = ("reason", "law")
WORDS_LIMIT = 1000

Faults = Iterator[Malformed]


def find_faults(tree: dict[str, Any], *, whole: bool) -> list[Malformed]:
    """All faults of a scheme's tree (without format and day). `whole`: each number needs its reason and source."""
    known = (*NUMBERS, "words", "bands", "categories")
    faults = [*_fields(tree, "", known, ("threshold", "reasons"))]
    faults += _numbers(tree)
    if "words" in tree:
        faults += _words(tree["words"], "words", ("name", "summary"))
    faults += _reasons(tree.get("reasons", {}), _needed(tree) if whole else ())
    for name, limit, read in (("bands", BAND_LIMIT, _band), ("categories", CATEGORY_LIMIT, _category)):
        if name in tree:
            faults += _tables(tree[name], name, limit, read)
    return faults


def _needed(tree: dict[str, Any]) -> tuple[str, ...]:
    """What must have a reason. Other numbers for a kind need one only where there are some."""
    parts = tree.get("categories")
    by_kind = isinstance(parts, list) and any(
        isinstance(part, dict) and any(part.get(kind) for kind in KINDS) for part in parts
    )
    return REASONS if by_kind else tuple(name for name in REASONS if name != "kinds")


def _fields(tree: Any, path: str, known: tuple[str, ...], optional: tuple[str, ...] = ()) -> Faults:
    """Unknown and missing fields; the tree itself is no object: that."""
    if not isinstance(tree, dict):
        yield Malformed(path, "must be an object")
        return
    for key in tree:
        if key not in known and key not in optional:
            yield Malformed(field_path(path, key), "unknown field")
    for key in known:
        if key not in tree:
            yield Malformed(field_path(path, key), "missing")


def _numbers(tree: dict[str, Any]) -> Faults:
    readers: dict[str, Callable[[Any, str], object]] = {
        "code": _code,
        "version": lambda value, path: number(value, path, lowest=1, highest=9999),
        "base": number,
        "min": number,
        "max": number,
        "disputed": lambda value, path: choice(value, path, ("count", "exclude")),
        "threshold": lambda value, path: number(value, path, lowest=0, highest=RECORD_LIMIT),
    }
    for name, read in readers.items():
        if name in tree:
            yield from _tried(read, tree[name], name)


def _code(value: Any, path: str) -> object:
    """It stands in addresses."""
    code = text(value, path, limit=40)
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in code):
        raise Malformed(path, "may hold only letters, digits, hyphens and underscores")
    return code


def _tried(read: Callable[[Any, str], object], value: Any, path: str) -> Faults:
    try:
        read(value, path)
    except Malformed as fault:
        yield fault


def _tables(tree: Any, name: str, limit: int, read: Callable[[dict[str, Any], str], Faults]) -> Faults:
    if not isinstance(tree, list) or not all(isinstance(part, dict) for part in tree):
        yield Malformed(name, "must be a list of tables")
        return
    if len(tree) > limit:
        yield Malformed(name, f"has more than {limit} items")
        return
    for place, part in enumerate(tree):
        yield from read(part, f"{name}[{place}]")


def _band(tree: dict[str, Any], path: str) -> Faults:
    yield from _tried(parse_band, {key: value for key, value in tree.items() if key != "words"}, path)
    yield from _words(tree.get("words"), f"{path}.words", ())


def _category(tree: dict[str, Any], path: str) -> Faults:
    own = {key: value for key, value in tree.items() if key not in ("words", *KINDS)}
    general = [*_tried(parse_category, own, path)]
    yield from general
    for kind in KINDS:
        if kind in tree:
            found = [*_fields(tree[kind], f"{path}.{kind}", (), CATEGORY_NUMBERS)]
            yield from found
            if not found and not general:
                yield from _tried(parse_category, own | tree[kind], path)
    yield from _words(tree.get("words"), f"{path}.words", CATEGORY_WORDS)


def _reasons(tree: Any, needed: tuple[str, ...]) -> Faults:
    if not isinstance(tree, dict):
        yield Malformed("reasons", "must be an object")
        return
    yield from _fields(tree, "reasons", needed, REASONS)
    for name in REASONS:
        if name in tree:
            yield from _words(tree[name], f"reasons.{name}", REASON_WORDS)


def _words(tree: Any, path: str, known: tuple[str, ...]) -> Faults:
    """Words that aren't there in each language; `known` names them, empty where there is only one text."""
    yield from _fields(tree, path, LANGUAGES)
    if not isinstance(tree, dict):
        return
    for language in LANGUAGES:
        if language in tree:
            yield from _texts(tree[language], f"{path}.{language}", known)


def _texts(words: Any, path: str, known: tuple[str, ...]) -> Faults:
    if not known:
        yield from _tried(_word, words, path)
        return
    yield from _fields(words, path, known)
    if isinstance(words, dict):
        for key in known:
            if key in words:
                yield from _tried(_word, words[key], f"{path}.{key}")


def _word(value: Any, path: str) -> object:
    return text(value, path, limit=WORDS_LIMIT)
