"""Which measures follow from which records and bands: columns of facts and the published entries in, causes out.

One computation serves the sweep, a subject's page and "what if" alike. Pure: no Django.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

FACTS: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "company": pl.Boolean(),
    "record": pl.Int64(),
    "public_id": pl.String(),
    "category": pl.String(),
    "kind": pl.String(),
    "agency": pl.Int64(),
    "notation": pl.String(),
    "value": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}
"""Columns of facts, one row a record that stands and isn't withheld. Only `valid_to` may be null (no end)."""

BANDS: dict[str, pl.DataType] = {"subject": pl.Int64(), "company": pl.Boolean(), "band": pl.String()}
"""Columns of bands, one row a subject with a mark."""

CAUSES: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "entry": pl.Int64(),
    "record": pl.Int64(),
    "band": pl.String(),
    "ends_on": pl.Date(),
}
"""What is found, one row a measure: its cause is a record, or a band where `record` is null (`band` is else "")."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """From what a measure follows: records that fit all that is said, or bands. Values are in thousandths.

    Empty tuples and None say nothing. `at_most` and `at_least` bound the record's value.
    """

    categories: tuple[str, ...] = ()
    notations: tuple[str, ...] = ()
    at_most: int | None = None
    at_least: int | None = None
    bands: tuple[str, ...] = ()

    @property
    def by_band(self) -> bool:
        """Whether the mark triggers it, not a record."""
        return bool(self.bands)


@dataclass(frozen=True, slots=True)
class Entry:
    """One published measure, as far as it must be known to find whom it concerns."""

    pk: int
    individuals: bool
    companies: bool
    trigger: Trigger = field(default_factory=Trigger)


def causes(facts: pl.DataFrame, bands: pl.DataFrame, entries: Iterable[Entry], on: date) -> pl.DataFrame:
    """Every measure that follows on a day, with the columns of CAUSES; `facts` may hold what isn't in force."""
    counted = counting(facts, on)
    found = [
        _of_band(bands, entry) if entry.trigger.by_band else _of_records(counted, entry)
        for entry in entries
        if entry.individuals or entry.companies
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=CAUSES)


def counting(facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """The facts that count on a day: in force, and of ratings of one category and source only the latest.

    The same choice as the engine's: the latest decision, then the greatest public id.
    """
    ends = pl.col("valid_to")
    in_force = facts.filter((pl.col("valid_from") <= on) & (ends.is_null() | (ends > on)))
    rating = pl.col("kind") == "rating"
    latest = (
        in_force.filter(rating)
        .sort("valid_from", "public_id")
        .unique(["subject", "category", "agency", "notation"], keep="last", maintain_order=True)
    )
    return pl.concat([in_force.filter(~rating), latest])


def next_day(facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """subject, day: the first later day on which another record counts though no file changes (absent: never)."""
    days = pl.concat(
        [facts.select("subject", day="valid_from"), facts.select("subject", day="valid_to")],
    )
    return days.filter(pl.col("day") > on).group_by("subject").agg(pl.col("day").min())


def _of_records(counted: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    wanted = entry.trigger
    fits = _concerns(entry)
    if wanted.categories:
        fits = fits & pl.col("category").is_in(list(wanted.categories))
    if wanted.notations:
        fits = fits & pl.col("notation").is_in(list(wanted.notations))
    if wanted.at_most is not None:
        fits = fits & (pl.col("value") <= wanted.at_most)
    if wanted.at_least is not None:
        fits = fits & (pl.col("value") >= wanted.at_least)
    return counted.filter(fits).select(
        "subject", entry=pl.lit(entry.pk, pl.Int64), record="record", band=pl.lit(""), ends_on="valid_to"
    )


def _of_band(bands: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    fits = _concerns(entry) & pl.col("band").is_in(list(entry.trigger.bands))
    return bands.filter(fits).select(
        "subject",
        entry=pl.lit(entry.pk, pl.Int64),
        record=pl.lit(None, pl.Int64),
        band="band",
        ends_on=pl.lit(None, pl.Date),
    )


def _concerns(entry: Entry) -> pl.Expr:
    """Whether an entry is for this kind of subject."""
    company = pl.col("company")
    return (company & pl.lit(entry.companies)) | (~company & pl.lit(entry.individuals))
