"""Why a mark is another than before: the difference of two moments, line by line, each line with its cause. No Django.

The way from one moment to the other has three steps: first only the day changes, then the scheme, then the file. The
engine computes each, so every line has one cause, and together the lines are exactly the difference of the two marks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

import polars as pl

from credit.scoring.document import Document, recalculate
from credit.scoring.rules import SchemeRules

Fact = Mapping[str, Any]
"""One row with the columns of `engine.FACTS`."""


class Cause(StrEnum):
    """Why one line of the sum is another than before."""

    FADED = "faded"  # it weighs less, as days have passed
    STARTED = "started"  # its first day has come
    ENDED = "ended"  # its end has come
    NOT_YET = "not-yet"  # on that day it isn't in force yet
    REPLACED = "replaced"  # a newer rating counts in its place
    BACK = "back"  # the rating that had replaced it is gone, so it counts again
    WEIGHED = "weighed"  # the new scheme weighs it otherwise
    TAKEN_UP = "taken-up"  # the new scheme counts what the one before didn't
    DROPPED = "dropped"  # the new scheme doesn't count it
    ADDED = "added"  # it came on file
    GONE = "gone"  # it isn't on file any more
    CHANGED = "changed"  # it says something else
    DISPUTED = "disputed"  # whether it is disputed has changed, and the scheme leaves such records out
    COUNTED = "counted"  # it counted before, when there were too few for a mark
    BASE = "base"  # where everybody starts
    HELD = "held"  # a floor or a cap, the end of the scale, the rounding
    UNKNOWN = "unknown"  # what was on file in the moment of the computation can't be told any more


@dataclass(frozen=True, slots=True)
class Moment:
    """What a mark is made from: the rules, the day, and all records known then, in categories of the rules or not."""

    rules: SchemeRules
    as_of: date
    facts: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a change. `tenths`: what it adds to the mark; `before` and `after`: the line's own tenths then.

    record: None for a step of the sum that is no record; `reason` then names the step ("cap", "rounding", …).
    other: the record that counts in its place (REPLACED).
    """

    cause: Cause
    tenths: int
    record: str | None = None
    category: str | None = None
    reason: str | None = None
    before: int | None = None
    after: int | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Two marks (None: too few records for one) and the lines between them.

    Where there is a mark after, the lines add up to the difference; from no mark on, to the mark itself. Where there
    is none after, they say which records it lacks, and add up to nothing.
    """

    before: int | None
    after: int | None
    lines: tuple[Difference, ...]

    @property
    def tenths(self) -> int | None:
        """How far the mark moved, in tenths; None where one of the two is none."""
        return None if self.before is None or self.after is None else (self.after - self.before) * 10


@dataclass(frozen=True, slots=True)
class Summed:
    """One moment, as the engine summed it up without asking whether the records are enough for a mark."""

    moment: Moment
    facts: Mapping[str, Fact]
    points: Mapping[str, int]
    steps: Mapping[tuple[str | None, str], int]
    total: int

    @property
    def score(self) -> int | None:
        """The mark; None where too few records count for one."""
        return self.total if len(self.points) >= self.moment.rules.threshold else None


def change(before: Moment | None, after: Moment) -> Change:
    """What lies between two marks of one subject. `before` None: there was none, as nobody had asked for one."""
    new = _sum(after)
    if before is None:
        return Change(None, new.score, tuple(_whole(new, {})) if new.score is not None else ())
    way = _way(before, after, new)
    old = way[0]
    moved = [line for one, two in pairwise(way) for line in _records(one, two)]
    if new.score is None:
        return Change(old.score, None, tuple(moved))
    if old.score is None:
        return Change(None, new.score, tuple(_whole(new, {line.record: line.cause for line in moved})))
    return Change(old.score, new.score, (*_base(old, new), *moved, *_held(old, new)))


def _way(before: Moment, after: Moment, new: Summed) -> list[Summed]:
    """The moments from one to the other; in each step only the day, the rules or the file is another."""
    way = [_sum(before)]
    for step in (replace(before, as_of=after.as_of), replace(before, as_of=after.as_of, rules=after.rules)):
        here = way[-1].moment
        if (here.as_of, here.rules) != (step.as_of, step.rules):
            way.append(_sum(step))
    if way[-1].moment.facts.equals(after.facts):
        return way
    return [*way, new]


def _sum(moment: Moment) -> Summed:
    known = [category.code for category in moment.rules.categories]
    facts = moment.facts.filter(pl.col("category").is_in(known))
    marks = recalculate(Document(moment.as_of, replace(moment.rules, threshold=0), facts))
    return Summed(
        moment,
        {row["record"]: row for row in moment.facts.iter_rows(named=True)},
        dict(marks.contributions.sort("record").select("record", "tenths").iter_rows()),
        {
            (category, reason): tenths
            for category, reason, tenths in marks.adjustments.select("category", "reason", "tenths").iter_rows()
        },
        marks.scores["score"].item(),
    )


def _whole(new: Summed, causes: Mapping[str | None, Cause]) -> Iterator[Difference]:
    """A whole sum, as a first mark has it."""
    yield Difference(Cause.BASE, new.moment.rules.base * 10, after=new.moment.rules.base * 10)
    for record, tenths in new.points.items():
        cause = causes.get(record, Cause.COUNTED)
        yield Difference(cause, tenths, record, new.facts[record]["category"], after=tenths)
    for (category, reason), tenths in new.steps.items():
        yield Difference(Cause.HELD, tenths, None, category, reason, after=tenths)


def _base(old: Summed, new: Summed) -> Iterator[Difference]:
    before, after = old.moment.rules.base * 10, new.moment.rules.base * 10
    if before != after:
        yield Difference(Cause.BASE, after - before, before=before, after=after)


def _held(old: Summed, new: Summed) -> Iterator[Difference]:
    """What floors, caps, the scale and the rounding take or give otherwise than before."""
    moved = Counter(new.steps)
    moved.subtract(old.steps)
    for (category, reason), tenths in sorted(moved.items(), key=lambda item: (item[0][0] is None, str(item[0]))):
        if tenths:
            before, after = old.steps.get((category, reason)), new.steps.get((category, reason))
            yield Difference(Cause.HELD, tenths, None, category, reason, before, after)


def _records(old: Summed, new: Summed) -> Iterator[Difference]:
    """The records whose part in the sum is another, or that count in one and not in the other."""
    for record in sorted(old.points.keys() | new.points.keys()):
        before, after = old.points.get(record), new.points.get(record)
        if before == after:
            continue
        category = (new.facts.get(record) or old.facts[record])["category"]
        cause = _cause(record, old, new)
        other = _rival(record, old, new) if cause is Cause.REPLACED else None
        yield Difference(cause, (after or 0) - (before or 0), record, category, None, before, after, other)


def _cause(record: str, old: Summed, new: Summed) -> Cause:
    """Why a record's part is another, in a step in which only one thing is."""
    counted, counts = record in old.points, record in new.points
    if old.moment.rules != new.moment.rules:
        return Cause.WEIGHED if counted and counts else Cause.TAKEN_UP if counts else Cause.DROPPED
    if old.moment.as_of != new.moment.as_of:
        return _by_day(new.facts[record], old.moment.as_of, new.moment.as_of, counted=counted, counts=counts)
    before, after = old.facts.get(record), new.facts.get(record)
    if before is None or after is None:
        return Cause.ADDED if before is None else Cause.GONE
    if before == after:
        return Cause.BACK if counts else Cause.REPLACED
    return Cause.DISPUTED if {**before, "disputed": after["disputed"]} == after else Cause.CHANGED


def _by_day(fact: Fact, before: date, after: date, *, counted: bool, counts: bool) -> Cause:
    if counted and counts:
        return Cause.FADED
    if counts:
        return Cause.STARTED if fact["decided_on"] > before else Cause.BACK
    if fact["decided_on"] > after:
        return Cause.NOT_YET
    return Cause.ENDED if fact["ends_on"] is not None and fact["ends_on"] <= after else Cause.REPLACED


def _rival(record: str, old: Summed, new: Summed) -> str | None:
    """The rating of the same source that counts now in place of another."""
    fact = new.facts.get(record) or old.facts[record]
    same = (fact["category"], fact["source"], "rating")
    rivals = [other for other in new.points if _source(new.facts[other]) == same]
    return rivals[0] if rivals else None


def _source(fact: Fact) -> tuple[str, str, str]:
    return fact["category"], fact["source"], fact["kind"]
