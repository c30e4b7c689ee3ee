"""A list of measures as it is published: a TOML file of dated data, read strictly. No Django.

A measure that isn't in such a list cannot be recorded. A change is a new version, never an edit; a measure whose
meaning changes gets a new code, so that whoever is told of it is told anew.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from credit.measures.matching import Trigger
from credit.measures.rules import Kind
from credit.records import notations
from credit.records.notations.shapes import UnknownMark
from credit.scoring.fields import choice, fields_of, items, number, refuse_repeats, text
from credit.scoring.rules import VALUE_LIMIT
from credit.scoring.strictjson import Malformed

FORMAT = "plainmark-measures/1"
LANGUAGES = ("en", "zh-hans")
LIST_WORDS = ("name", "summary", "source")
ENTRY_WORDS = ("name", "means", "law", "article", "ends", "ask", "object")
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE_LIMIT = 40
WORDS_LIMIT = 1000
ENTRIES = 500
LONGEST_NOTICE = 365
PENALTY = "double-publicity-penalty"
LISTS = ("categories", "notations", "bands")
BOUNDS = ("at_most", "at_least")
WHOM = ("individuals", "companies")

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ListedMeasure:
    """One entry of a list. `agency`: the code of who applies it; `notice_days`: between the notice and the start."""

    code: str
    agency: str
    kind: Kind
    individuals: bool
    companies: bool
    notice_days: int
    trigger: Trigger
    words: Words


@dataclass(frozen=True, slots=True)
class ListFile:
    """A valid list: what it says of itself, and its measures in their order."""

    code: str
    version: int
    effective_from: date
    words: Words
    measures: tuple[ListedMeasure, ...]


def read_list(data: bytes) -> ListFile:
    """Read a list's TOML. Raises Malformed, with the path, where it says too little, too much or nonsense."""
    try:
        tree = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise Malformed("", f"not UTF-8 (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed("", f"not TOML: {error}") from None
    fields_of(tree, "", ("format", "code", "version", "effective_from", "words", "measure"))
    if tree["format"] != FORMAT:
        raise Malformed("format", f'must be "{FORMAT}"')
    effective_from = _day(tree["effective_from"], "effective_from")
    measures = items(tree["measure"], "measure", ENTRIES, lambda item, path: _measure(item, path, effective_from))
    if not measures:
        raise Malformed("measure", "are none")
    refuse_repeats([measure.code for measure in measures], "measure", "code")
    return ListFile(
        code=_code(tree["code"], "code"),
        version=number(tree["version"], "version", lowest=1),
        effective_from=effective_from,
        words=_words(tree["words"], "words", LIST_WORDS),
        measures=tuple(measures),
    )


def _measure(tree: Any, path: str, on: date) -> ListedMeasure:
    fields = fields_of(tree, path, ("code", "agency", "kind", "for", "when", "words"), optional=("notice_days",))
    kind = choice(fields["kind"], f"{path}.kind", tuple(Kind))
    whom = items(fields["for"], f"{path}.for", len(WHOM), lambda item, place: choice(item, place, WHOM))
    if not whom:
        raise Malformed(f"{path}.for", "names nobody")
    trigger = _trigger(fields["when"], f"{path}.when", on)
    if kind is Kind.ADVERSE and not trigger.by_band and (trigger.at_most is None or trigger.at_most > 0):
        raise Malformed(f"{path}.when", "what is adverse follows only from records that speak against somebody")
    return ListedMeasure(
        code=_code(fields["code"], f"{path}.code"),
        agency=_code(fields["agency"], f"{path}.agency"),
        kind=kind,
        individuals="individuals" in whom,
        companies="companies" in whom,
        notice_days=_notice(fields.get("notice_days"), f"{path}.notice_days", kind),
        trigger=trigger,
        words=_words(fields["words"], f"{path}.words", ENTRY_WORDS),
    )


def _notice(value: Any, path: str, kind: Kind) -> int:
    """What is favourable starts at once, what is adverse after a notice of a day or more."""
    if kind is Kind.FAVOURABLE:
        if value is not None:
            raise Malformed(path, "what is favourable starts at once")
        return 0
    return number(value, path, lowest=1, highest=LONGEST_NOTICE)


def _trigger(tree: Any, path: str, on: date) -> Trigger:
    """Records by category, notation, severity and value, or bands; never both, and never everything."""
    fields = fields_of(tree, path, (), optional=(*LISTS, *BOUNDS, "severity"))
    if not fields:
        raise Malformed(path, "says nothing: the measure would follow from everything")
    if "bands" in fields and len(fields) > 1:
        raise Malformed(path, "names bands and records; make two measures")
    lists = {name: _texts(fields[name], f"{path}.{name}") for name in LISTS if name in fields}
    unknown = set(lists.get("notations", ())) - set(notations.all_notations())
    if unknown:
        raise Malformed(f"{path}.notations", f"there is no notation {min(unknown)!r}")
    bounds = {
        name: number(fields[name], f"{path}.{name}", lowest=-VALUE_LIMIT, highest=VALUE_LIMIT)
        for name in BOUNDS
        if name in fields
    }
    if "severity" in fields:
        if "notations" in fields or bounds:
            raise Malformed(f"{path}.severity", "says itself which notation and value")
        lists["notations"], bounds["at_most"] = (PENALTY,), _severity(fields["severity"], f"{path}.severity", on)
    return Trigger(
        categories=lists.get("categories", ()),
        notations=lists.get("notations", ()),
        at_most=bounds.get("at_most"),
        at_least=bounds.get("at_least"),
        bands=lists.get("bands", ()),
    )


def _severity(value: Any, path: str, on: date) -> int:
    """The common value of penalties that are at least so severe."""
    try:
        return notations.get(PENALTY).value_of(text(value, path), on)
    except UnknownMark as error:
        raise Malformed(path, f"must be one of {error.known}") from None


def _texts(tree: Any, path: str) -> tuple[str, ...]:
    found = tuple(items(tree, path, ENTRIES, lambda item, place: text(item, place, limit=CODE_LIMIT)))
    if not found:
        raise Malformed(path, "is empty")
    return found


def _words(tree: Any, path: str, known: tuple[str, ...]) -> Words:
    """The words in both languages, none of them missing."""
    said = fields_of(tree, path, LANGUAGES)
    for language in LANGUAGES:
        for key, value in fields_of(said[language], f"{path}.{language}", known).items():
            text(value, f"{path}.{language}.{key}", limit=WORDS_LIMIT)
    return said


def _code(value: Any, path: str) -> str:
    code = text(value, path, limit=CODE_LIMIT)
    if not CODE.fullmatch(code):
        raise Malformed(path, "must be a plain code: lower-case letters, digits, hyphens")
    return code


def _day(value: Any, path: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Malformed(path, "must be a date")
    return value
