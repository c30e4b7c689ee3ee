"""A scheme as it is published: a TOML file of numbers, reasons and sources, read strictly into one tree. No Django.

The tree is what a recalculation document says of a scheme, and beside each part its words in both languages.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from credit.scoring.document import parse_scheme
from credit.scoring.fields import fields_of, text
from credit.scoring.rules import KINDS, Kind, SchemeRules
from credit.scoring.strictjson import Malformed

FORMAT = "plainmark-scheme/1"
LANGUAGES = ("en", "zh-hans")
CATEGORY_NUMBERS = ("weight", "floor", "cap", "decay")
CATEGORY_WORDS = ("name", "reason", "law", "factor")
NUMBERS = ("code", "version", "base", "min", "max", "disputed")
WORDS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A valid scheme file. `tree` is JSON that says all of it but the day from which it is in force."""

    tree: dict[str, Any]
    rules: dict[Kind, SchemeRules]
    in_force_from: date


def read_scheme(data: bytes) -> SchemeFile:
    """Read a scheme's TOML. Raises Malformed, with the path, where it says too little, too much or nonsense."""
    try:
        tree = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise Malformed("", f"not UTF-8 (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed("", f"not TOML: {error}") from None
    fields_of(tree, "", ("format", "in_force_from", *NUMBERS, "words", "bands", "categories"), optional=("threshold",))
    if tree.pop("format") != FORMAT:
        raise Malformed("format", f'must be "{FORMAT}"')
    in_force_from = tree.pop("in_force_from")
    if not isinstance(in_force_from, date) or isinstance(in_force_from, datetime):
        raise Malformed("in_force_from", "must be a date")
    _words(tree["words"], "words", ("name", "summary"))
    for name, known in (("bands", ()), ("categories", CATEGORY_WORDS)):
        for place, part in enumerate(_tables(tree[name], name)):
            _words(part.get("words"), f"{name}[{place}].words", known)
    rules = {kind: rules_in(tree, kind) for kind in KINDS}
    for each in rules.values():
        _refuse_unfair(each)
    return SchemeFile(tree, rules, in_force_from)


def rules_in(tree: dict[str, Any], kind: Kind) -> SchemeRules:
    """The numbers of a scheme's tree for subjects of a kind, without its words. Raises Malformed.

    Where a category has a table named after the kind, the numbers in that table stand in place of its own.
    """
    bare = {name: tree[name] for name in (*NUMBERS, "threshold") if name in tree}
    bare["bands"] = [{key: value for key, value in band.items() if key != "words"} for band in tree["bands"]]
    bare["categories"] = [
        _category(part, kind, f"categories[{place}]") for place, part in enumerate(tree["categories"])
    ]
    return parse_scheme(bare, "")


def _category(tree: dict[str, Any], kind: Kind, path: str) -> dict[str, Any]:
    own = {key: value for key, value in tree.items() if key not in ("words", *KINDS)}
    return own | fields_of(tree.get(kind, {}), f"{path}.{kind}", (), optional=CATEGORY_NUMBERS)


def _tables(tree: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(tree, list) or not all(isinstance(part, dict) for part in tree):
        raise Malformed(path, "must be a list of tables")
    return tree


def _words(tree: Any, path: str, known: tuple[str, ...]) -> None:
    """Refuse words that aren't there in each language; `known` names them, empty where there is only one text."""
    for language, words in fields_of(tree, path, LANGUAGES).items():
        at = f"{path}.{language}"
        texts = {at: words} if not known else {f"{at}.{key}": fields_of(words, at, known)[key] for key in known}
        for place, value in texts.items():
            text(value, place, limit=WORDS_LIMIT)


def _refuse_unfair(rules: SchemeRules) -> None:
    """What the engine could compute, but no published scheme may say."""
    if not rules.minimum <= rules.base <= rules.maximum:
        raise Malformed("base", "is not between min and max")
    if not rules.categories:
        raise Malformed("categories", "are none")
    if rules.band_of(rules.minimum) is None:
        raise Malformed("bands", "leave the lowest marks without a band")
    for place, category in enumerate(rules.categories):
        if category.weight < 0:
            raise Malformed(f"categories[{place}].weight", "is below zero: good records would cost points")
        if not category.floor <= 0 <= category.cap:
            raise Malformed(f"categories[{place}]", "would add or cost points without any record")
