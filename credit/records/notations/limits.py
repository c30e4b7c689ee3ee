"""How long what speaks against a subject may count at most, whatever its agency says: limits.toml. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from credit.records.notations.days import add_months


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
