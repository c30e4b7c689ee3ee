"""How long a record may count at most, whatever its agency or an official says. Pure.

What speaks against a subject: limits.toml. What a notation publishes for a time (penalties): the `months` of its own
table, by mark, and `longest` where a mark may be published longer than it is by itself.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import cast

from credit.records.notations.days import add_months
from credit.records.notations.shapes import Notation, Table, plain


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of limits.toml: so many years from the decision; `source` by language."""

    years: int
    effective_from: date
    source: Mapping[str, str]


@cache
def limits() -> tuple[Limit, ...]:
    """All rows of limits.toml, the earliest first."""
    document = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    return tuple(sorted((Limit(**row) for row in document["negative"]), key=lambda row: row.effective_from))


def limit_on(decided_on: date) -> Limit:
    """The limit in force on the day of a decision; before the first one, the first."""
    started = [limit for limit in limits() if limit.effective_from <= decided_on]
    return started[-1] if started else limits()[0]


def latest_end(value: int, decided_on: date) -> date | None:
    """The first day on which a record can't count any more; None where there is no limit.

    `value`: in thousandths of the common scale. What isn't below zero speaks against nobody.
    """
    if value >= 0:
        return None
    try:
        return add_months(decided_on, 12 * limit_on(decided_on).years)
    except OverflowError:
        return date.max


def held_end(value: int, decided_on: date, ends_on: date | None) -> date | None:
    """The end that a record gets: what its agency says, never later than the limit."""
    latest = latest_end(value, decided_on)
    if latest is None or ends_on is None:
        return ends_on or latest
    return min(ends_on, latest)


@dataclass(frozen=True, slots=True)
class Ends:
    """When a record of one mark ends by itself, and at the latest; None: never."""

    by_itself: date | None
    latest: date | None

    def hold(self, ends_on: date | None) -> date | None:
        """An end, never later than the latest."""
        return ends_on if self.latest is None or (ends_on is not None and ends_on <= self.latest) else self.latest


def ends_of(notation: Notation, mark: str, value: int, decided_on: date) -> Ends:
    """The ends of a record with this mark and common value (thousandths), decided on a day.

    A publication of three months may end on the day after them: its last day is the last of the three months. The
    longest of all is never exceeded by that day.
    """
    limit = latest_end(value, decided_on)
    months, longest = _months(notation.table_on(decided_on), mark)
    if not months or not longest:
        return Ends(limit, limit)
    last = min(add_months(decided_on, longest[0]) + timedelta(days=1), add_months(decided_on, longest[1]))
    return Ends(add_months(decided_on, months), min(last, limit or last))


def _months(table: Table, mark: str) -> tuple[int, tuple[int, int] | None]:
    """How long a mark is published by itself, how long at most, and how long any mark is at most; 0 for no limit."""
    by_mark = cast(Mapping[str, int], table.rules.get("months", {}))
    names = next((known.names for known in table.marks if plain(mark) in map(plain, known.names)), ())
    months = next((by_mark[name] for name in names if name in by_mark), 0)
    if not months:
        return 0, None
    any_mark = max(by_mark.values())
    return months, (cast(int, table.rules.get("longest", months)), any_mark)
