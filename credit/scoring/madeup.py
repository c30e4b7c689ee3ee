"""Records that nobody has, read by the same tables and added up by the same engine as real ones. Pure.

The calculator and the worked examples are made of them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from credit.records.notations import all_notations
from credit.scoring.document import Document
from credit.scoring.engine import FACTS
from credit.scoring.rules import Kind, SchemeRules

SOURCE = "made-up"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One invented record. `mark` is in its notation's own words; without a notation, `value` is one's own.

    `value`: thousandths of the common scale. `ends_on`: the first day on which it isn't in force any more.
    """

    category: str
    kind: str
    notation: str
    mark: str
    value: int
    decided_on: date
    ends_on: date | None = None
    disputed: bool = False

    def source(self, number: int) -> str:
        """Who says so: a notation has one agency, and each value of one's own is another agency's."""
        return f"{SOURCE}/{self.notation}" if self.notation else f"{SOURCE}-{number}/own"


def in_notation(
    notation: str,
    mark: str,
    *,
    decided_on: date,
    ends_on: date | None = None,
    category: str = "",
    disputed: bool = False,
) -> MadeUp:
    """A record in a notation's own words, by the conversion table of its day; `category`: the agency's, where the
    notation has none of its own. Raises KeyError for an unknown notation, UnknownMark."""
    found = all_notations()[notation]
    value = found.value_of(mark, decided_on)
    return MadeUp(found.category or category, found.kind, notation, mark, value, decided_on, ends_on, disputed)


def document_of(records: Sequence[MadeUp], rules: SchemeRules, as_of: date) -> Document:
    """The recalculation document of records, called r01, r02… in the order given. Those of a category that the scheme
    doesn't have are left out."""
    known = {category.code for category in rules.categories}
    rows = [
        (0, f"r{n:02d}", one.category, one.kind, one.source(n), one.value, one.decided_on, one.ends_on, one.disputed)
        for n, one in enumerate(records, start=1)
        if one.category in known
    ]
    return Document(as_of, rules, pl.DataFrame(rows, schema=FACTS, orient="row"))


@dataclass(frozen=True, slots=True)
class Example:
    """Invented records of somebody, by which a scheme's page shows how a mark is made."""

    kind: Kind
    words: Mapping[str, Mapping[str, str]]
    records: tuple[Mapping[str, Any], ...]

    def on(self, day: date) -> list[MadeUp]:
        """Its records, dated from a day."""
        return [
            in_notation(
                one["notation"],
                one["mark"],
                category=one.get("category", ""),
                decided_on=day - timedelta(days=one["decided"]),
                ends_on=day + timedelta(days=one["ends"]) if one["ends"] else None,
            )
            for one in self.records
        ]


@cache
def examples() -> tuple[Example, ...]:
    """All of examples.toml."""
    rows = tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))["example"]
    return tuple(Example(row["kind"], row["words"], tuple(row["record"])) for row in rows)
