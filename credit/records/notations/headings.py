"""Which layout a heading row is, and which headings are never taken in."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from credit.records.notations.faults import CONTROL, Code, Fault, FileRefused, shown
from credit.records.notations.shapes import Column, Layout, Notation, heading_key

Where = dict[str, int]
"""Column key → position in the file."""


@dataclass(frozen=True, slots=True)
class ForbiddenList:
    """The whole list as dated data: since when, which version, on which ground (by language), which categories."""

    effective_from: date
    version: int
    source: Mapping[str, str]
    categories: tuple["Forbidden", ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A category of data that is never taken in, and the words by which a heading gives it away."""

    name: str
    name_zh: str
    chinese: tuple[str, ...]
    english: re.Pattern[str]


@cache
def forbidden_list() -> ForbiddenList:
    """The public list, from forbidden.toml."""
    table = tomllib.loads(Path(__file__).with_name("forbidden.toml").read_text(encoding="utf-8"))
    categories = tuple(
        Forbidden(
            line["name"],
            line["name_zh"],
            tuple(line["chinese"]),
            re.compile(r"(?:^|[^a-z])(?:" + "|".join(line["english"]) + r")(?:$|[^a-z])"),
        )
        for line in table["category"]
    )
    return ForbiddenList(table["effective_from"], table["version"], table["source"], categories)


def forbidden() -> tuple[Forbidden, ...]:
    """Its categories."""
    return forbidden_list().categories


def find_layout(headings: Sequence[str], notation: Notation) -> tuple[Layout, Where, dict[str, str]]:
    """The layout that fits, where its columns are, and the file's own heading of each.

    Blank headings are passed over. Raises FileRefused: forbidden columns before any other fault, else every unknown
    or repeated heading and every missing one.
    """
    own = [shown(heading) for heading in headings]
    known = {name for layout in notation.layouts for name in layout.keys}
    refuse_forbidden(heading for heading in headings if heading_key(heading) not in known)
    layout = min(notation.layouts, key=lambda layout: _misfit(own, layout))
    where: Where = {}
    faults = []
    for place, heading in enumerate(own):
        key = layout.keys.get(heading_key(heading))
        if heading and (key is None or key in where):
            faults.append(Fault(None, heading, Code.HEADING_UNKNOWN, heading, "twice" if key else ""))
        elif key is not None:
            where[key] = place
    chinese = any(not heading.isascii() for heading in own)
    missing = [column for column in layout.columns if column.required and column.key not in where]
    faults += [Fault(None, _called(column, chinese), Code.HEADING_MISSING) for column in missing]
    if faults:
        raise FileRefused(*faults)
    return layout, where, {key: own[place] for key, place in where.items()}


def _called(column: Column, chinese: bool) -> str:
    return next((name for name in column.headings if chinese and not name.isascii()), column.key)


def _misfit(own: Sequence[str], layout: Layout) -> tuple[int, int]:
    given = [layout.keys.get(heading_key(heading)) for heading in own if heading]
    missing = [column for column in layout.columns if column.required and column.key not in given]
    return given.count(None), len(missing)


def refuse_forbidden(headings: Iterable[str]) -> None:
    """Raise FileRefused for those that give a forbidden category away."""
    faults = []
    for heading in headings:
        category = forbidden_in(heading)
        if category is not None:
            own = shown(heading)
            faults.append(Fault(None, own, Code.FILE_FORBIDDEN, own, expected=category.name))
    if faults:
        raise FileRefused(*faults)


def forbidden_in(heading: str) -> Forbidden | None:
    """The category that a heading gives away.

    Neither spaces inside a Chinese word (民　族) nor invisible marks hide what it says.
    """
    text = unicodedata.normalize("NFKC", CONTROL.sub("", heading))
    joined = heading_key(text)
    words = _words(text)
    for category in forbidden():
        if any(word in joined for word in category.chinese) or category.english.search(words):
            return category
    return None


def forbidden_value(text: str) -> Forbidden | None:
    """The category that a value names. All of it: a licence for a place of worship tells of no one's belief."""
    text = unicodedata.normalize("NFKC", CONTROL.sub("", text))
    joined, words = heading_key(text), _words(text)
    for category in forbidden():
        names = (heading_key(category.name), category.name_zh, *category.chinese)
        if joined in names or category.english.fullmatch(words):
            return category
    return None


def _words(text: str) -> str:
    return re.sub(r"[\s_\-./]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold().strip()
