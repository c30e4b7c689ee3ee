"""The one computation of a mark: columns of facts and a scheme in, contributions and scores out.

It serves one subject's page, the bulk rescoring and `python -m credit.scoring` alike. Everything is whole
numbers: points are kept in tenths, days in days, and each rounding is half to even. The limits in
`rules.py` keep every product under 2**63.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from credit.scoring.rules import FACTOR_LIMIT, Band, SchemeRules

FACTS: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "record": pl.String(),
    "category": pl.String(),
    "kind": pl.String(),
    "source": pl.String(),
    "value": pl.Int64(),
    "decided_on": pl.Date(),
    "ends_on": pl.Date(),
    "disputed": pl.Boolean(),
}
"""Columns of facts, one row a record. `kind` is rating or event, `value` is in thousandths, only `ends_on` may be null.
String columns may be given as Enum or Categorical as well."""

RIVALS = ("subject", "category", "source")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Marks:
    """What the engine answers, for every subject that it was asked about.

    contributions: subject, record, category, tenths, fades; one row a record that counts, in no set order.
    sums: subject, then one column a category, named by its position: the sum of its contributions, in tenths.
    scores: subject, before (base and held sums), limited (held between minimum and maximum), both in tenths,
    score (whole points; null where fewer records count than the threshold: no mark), whole (the same in tenths), band
    (null where none is reached); one row a subject, in the order asked.
    """

    scheme: SchemeRules
    as_of: date
    contributions: pl.DataFrame
    sums: pl.DataFrame
    scores: pl.DataFrame

    @cached_property
    def adjustments(self) -> pl.DataFrame:
        """subject, category (null for limit and rounding), reason, tenths; without zeros, in the contract's order.

        None for subjects without a mark: nothing adds up to one.
        """
        taken = pl.col("held") - pl.col("sum")
        reason = pl.when(taken < 0).then(pl.lit("cap")).otherwise(pl.lit("floor"))
        holds = self.by_category.select("subject", "category", reason=reason, tenths=taken)
        steps = [
            self.scores.select(
                "subject",
                category=pl.lit(None, pl.String),
                reason=pl.lit(reason),
                tenths=pl.col(after) - pl.col(before),
            )
            for reason, before, after in (("limit", "before", "limited"), ("rounding", "limited", "whole"))
        ]
        lines = self._of_marked(pl.concat([holds, *steps])).filter(pl.col("tenths") != 0)
        return lines.sort("subject", "category", "reason", nulls_last=True)

    @cached_property
    def factors(self) -> pl.DataFrame:
        """subject, category, tenths: up to four categories with the lowest held sums below zero, lowest first."""
        costly = self._of_marked(self.by_category).filter(pl.col("held") < 0).sort("subject", "held", "category")
        lowest = costly.filter(pl.int_range(pl.len()).over("subject") < FACTOR_LIMIT)
        return lowest.select("subject", "category", tenths="held")

    def _of_marked(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Without the lines of subjects that have no mark."""
        if not self.scheme.threshold:
            return lines
        return lines.join(self.scores.filter(pl.col("score").is_not_null()), on="subject", how="semi")

    @cached_property
    def by_category(self) -> pl.DataFrame:
        """subject, category (its code), sum and held in tenths; one row for each subject and category."""
        codes = pl.Series([category.code for category in self.scheme.categories], dtype=pl.String)
        sums = self.sums.unpivot(index="subject", value_name="sum")
        held = self.sums.select("subject", *_held(self.scheme)).unpivot(index="subject")["value"]
        return sums.select(
            "subject",
            category=pl.lit(codes).gather(pl.int_range(pl.len()) // max(self.sums.height, 1)),
            sum=pl.col("sum").cast(pl.Int64),
            held=held.cast(pl.Int64),
        )


def compute(facts: pl.DataFrame, scheme: SchemeRules, as_of: date, subjects: pl.Series) -> Marks:
    """Marks of the given subjects (distinct Int64) on a day, from facts with the columns of `FACTS`.

    A fact's category must be one of the scheme's, its record unique in its subject. Raises polars'
    InvalidOperationError for an unknown category. Subjects that were not asked about get no score.
    """
    contributions = _contributions(_counted(facts, scheme, as_of), scheme, as_of)
    sums = _sums(contributions, scheme, subjects)
    enough = pl.lit(True) if scheme.threshold == 0 else _counts(contributions, sums) >= scheme.threshold
    held = pl.sum_horizontal(pl.lit(scheme.base * 10, pl.Int64), *_held(scheme))
    scores = (
        sums.select("subject", before=held)
        .with_columns(limited=pl.col("before").clip(scheme.minimum * 10, scheme.maximum * 10))
        .with_columns(score=pl.when(enough).then(_half_even(pl.col("limited"), pl.lit(10, pl.Int64))))
        .with_columns(whole=pl.col("score") * 10, band=_band(scheme.bands))
    )
    return Marks(scheme, as_of, contributions, sums, scores)


def next_change(facts: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    """subject, stale_from: the first day on which the mark may differ though no record changes (absent: never).

    That is tomorrow where a record that counts is fading, else the next start or end of any record.
    """
    today = marks.as_of
    dates = facts.select(
        "subject",
        pl.min_horizontal(pl.when(pl.col(name) > today).then(pl.col(name)) for name in ("decided_on", "ends_on")).alias(
            "stale_from"
        ),
    ).drop_nulls()
    fading = marks.contributions.filter("fades").select(
        "subject", stale_from=(pl.lit(today).cast(pl.Int32) + 1).cast(pl.Date)
    )
    return pl.concat([dates, fading]).group_by("subject").agg(pl.col("stale_from").min())


def _counted(facts: pl.DataFrame, scheme: SchemeRules, as_of: date) -> pl.DataFrame:
    """The facts that count: in force, not left out for a dispute, and of rival ratings only the latest."""
    counts = (pl.col("decided_on") <= as_of) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > as_of))
    if scheme.disputed == "exclude":
        counts &= ~pl.col("disputed")
    in_force = facts.filter(counts)
    is_rating = pl.col("kind") == "rating"
    latest = in_force.filter(~is_rating | (pl.col("decided_on") == _latest_rating(is_rating)))
    ratings = latest.filter(is_rating)
    tied = ratings.filter(ratings.select(RIVALS).is_duplicated())
    if tied.is_empty():
        return latest
    winners = tied.filter(pl.col("record") == pl.col("record").max().over(RIVALS))
    losers = tied.join(winners, on=["subject", "record"], how="anti")
    return latest.join(losers, on=["subject", "record"], how="anti")


def _latest_rating(is_rating: pl.Expr) -> pl.Expr:
    """The latest day on which a rating was decided, among those of its subject, category and source."""
    return pl.when(is_rating).then(pl.col("decided_on")).max().over(RIVALS)


def _contributions(counted: pl.DataFrame, scheme: SchemeRules, as_of: date) -> pl.DataFrame:
    """weight x value / 1000 x decay of each counted fact, in tenths: (weight x value x left) / (100 x span)."""
    codes = pl.Enum([category.code for category in scheme.categories])
    weights = pl.Series([category.weight for category in scheme.categories], dtype=pl.Int64)
    linear = pl.Series([category.decay == "linear" for category in scheme.categories], dtype=pl.Boolean)
    ends, decided = (pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in ("ends_on", "decided_on"))
    place = pl.col("category").to_physical()
    return (
        counted.with_columns(pl.col("category").cast(codes))
        .with_columns(
            weighed=pl.lit(weights).gather(place) * pl.col("value").cast(pl.Int64),
            fades=pl.lit(linear).gather(place) & (pl.col("kind") == "event") & pl.col("ends_on").is_not_null(),
        )
        .with_columns(
            left=pl.when("fades").then(ends - (as_of - EPOCH).days).otherwise(pl.lit(1, pl.Int64)),
            span=pl.when("fades").then(ends - decided).otherwise(pl.lit(1, pl.Int64)),
        )
        .select(
            "subject",
            "record",
            "category",
            tenths=_half_even(pl.col("weighed") * pl.col("left"), pl.col("span") * 100),
            fades=pl.col("fades") & (pl.col("weighed") != 0),
        )
    )


def _sums(contributions: pl.DataFrame, scheme: SchemeRules, subjects: pl.Series) -> pl.DataFrame:
    """One row a subject, one column a category: its sum in tenths, zero where nothing counts."""
    places = [str(place) for place in range(len(scheme.categories))]
    of_category = [
        pl.col("tenths").filter(pl.col("category").to_physical() == int(place)).sum().alias(place) for place in places
    ]
    asked = pl.DataFrame({"subject": subjects.cast(pl.Int64)})
    summed = contributions.group_by("subject").agg(of_category)
    return asked.join(summed, on="subject", how="left", maintain_order="left").with_columns(pl.col(places).fill_null(0))


def _counts(contributions: pl.DataFrame, sums: pl.DataFrame) -> pl.Series:
    """How many records count, for each subject of `sums`, in its order."""
    counted = contributions.group_by("subject").len()
    return sums.select("subject").join(counted, on="subject", how="left", maintain_order="left")["len"].fill_null(0)


def _held(scheme: SchemeRules) -> Sequence[pl.Expr]:
    """Each category's sum, held between its floor and its cap, in tenths."""
    return [
        pl.col(str(place)).clip(category.floor * 10, category.cap * 10)
        for place, category in enumerate(scheme.categories)
    ]


def _half_even(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """The quotient of whole numbers to a whole number, halves to the even one. The divisor is positive."""
    floor = dividend // divisor
    twice = (dividend - floor * divisor) * 2
    up = (twice > divisor) | ((twice == divisor) & (floor % 2 != 0))
    return floor + up.cast(pl.Int64)


def _band(bands: Sequence[Band]) -> pl.Expr:
    """The name of the band with the highest start that the score reaches, null where there is none."""
    ordered = sorted(bands, key=lambda band: band.start)
    names = pl.Series([None, *(band.name for band in ordered)], dtype=pl.String)
    starts = pl.Series([band.start for band in ordered], dtype=pl.Int64)
    reached = pl.lit(names).gather(pl.lit(starts).search_sorted(pl.col("score").fill_null(0), side="right"))
    return pl.when(pl.col("score").is_not_null()).then(reached)
