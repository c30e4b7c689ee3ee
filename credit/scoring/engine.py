"""The one computation of a mark: columns of facts and a scheme in, contributions and scores out.

It serves one subject's page, the bulk rescoring and `python -m credit.scoring` alike. Everything is whole
numbers: points are kept in tenths, days in days, and each rounding is half to even. The limits in
`rules.py` keep every product under 2**63.

It is quick because it neither hashes nor groups: facts in order (ORDER) are one pass of plain columns, in which rival
ratings stand side by side, and the sum of a run of rows is the difference of two running totals. Facts that come in
another order are sorted first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import polars as pl

from credit.scoring.rows import Sums, behind, run_ends
from credit.scoring.rules import FACTOR_LIMIT, Band, Category, SchemeRules

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
Category, kind and source may be Enum or Categorical as well, `record` and `value` any whole numbers: records' numbers
must be in the order of their ids."""

EPOCH = date(1970, 1, 1)
ORDER = ("subject", "given", "source", "rating", "decided", "record")


@dataclass(frozen=True)
class Marks:
    """What the engine answers, for every subject that it was asked about.

    contributions: subject, record, category, tenths, fades; one row a record that counts, in no set order.
    sums: subject, category, sum (of its contributions, in tenths), records; one row for each that has any.
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
        codes = codes_of(self.scheme)
        every = self.scores.select("subject").join(
            pl.DataFrame({"category": codes.categories}, {"category": codes}), how="cross"
        )
        sums = every.join(self.sums, on=["subject", "category"], how="left", maintain_order="left")
        held = _held(self.scheme, pl.col("sum")).alias("held")
        return sums.select("subject", "category", pl.col("sum").fill_null(0)).with_columns(held, NAMED)


def compute(facts: pl.DataFrame, scheme: SchemeRules, as_of: date, subjects: pl.Series) -> Marks:
    """Marks of the given subjects (distinct Int64) on a day, from facts with the columns of `FACTS`.

    A fact's category must be one of the scheme's, its record unique in its subject. Raises polars'
    InvalidOperationError for an unknown category. Subjects that were not asked about get no score.
    """
    steps = _steps(scheme, as_of)
    in_force = facts.filter(steps.counts).select(steps.plain)
    if in_force.select(BEHIND).item():
        in_force = in_force.sort(ORDER)
    latest = in_force.filter(LATEST).with_columns(steps.weighed).with_columns(steps.fraction)
    contributions = latest.with_columns(FLOOR).with_columns(REST).select(POINTS)
    sums = BY_CATEGORY(contributions)
    totals = steps.moved(sums)
    asked = pl.DataFrame({"subject": subjects.cast(pl.Int64)})
    scores = asked.join(totals, on="subject", how="left", maintain_order="left").select("subject", *steps.before)
    scores = scores.with_columns(steps.limited).with_columns(steps.score).select(steps.banded)
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


@dataclass(frozen=True)
class _Steps:
    """What the engine does under one scheme on one day, as expressions: made once, run for many subjects.

    counts: in force, and not left out for a dispute. plain: subject, record, category (the scheme's), given (in what
    order the facts have it), source, rating, value, decided, ends (days since EPOCH). fraction: weight x value / 1000 x
    decay in tenths, that is (weight x value x left) / (100 x span). moved: what a held sum adds to that of no record.
    """

    counts: pl.Expr
    plain: Sequence[pl.Expr]
    weighed: Sequence[pl.Expr]
    fraction: Sequence[pl.Expr]
    moved: Sums
    before: Sequence[pl.Expr]
    limited: pl.Expr
    score: pl.Expr
    banded: Sequence[pl.Expr]


@lru_cache(maxsize=64)
def _steps(scheme: SchemeRules, as_of: date) -> _Steps:
    col = pl.col
    counts = (col("decided_on") <= as_of) & (col("ends_on").is_null() | (col("ends_on") > as_of))
    if scheme.disputed == "exclude":
        counts &= ~col("disputed")
    category = col("category").cast(codes_of(scheme))
    fades = _of(scheme, lambda c: c.decay == "linear") & ~col("rating") & col("ends").is_not_null()
    one = pl.lit(1, pl.Int32)
    left = pl.when("fades").then(col("ends") - (as_of - EPOCH).days).otherwise(one)
    span = pl.when("fades").then(col("ends") - col("decided")).otherwise(one)
    idle = [_hold(0, c.floor, c.cap) for c in scheme.categories]
    moved = _held(scheme, col("sum")) - _of(scheme, lambda c: _hold(0, c.floor, c.cap))
    return _Steps(
        counts=counts,
        plain=[
            *(col(name) for name in ("subject", "record", "value")),
            category,
            col("category").to_physical().alias("given"),
            col("source").to_physical(),
            (col("kind") == "rating").alias("rating"),
            col("decided_on").to_physical().alias("decided"),
            col("ends_on").to_physical().alias("ends"),
        ],
        weighed=[
            (_of(scheme, lambda c: c.weight) * col("value").cast(pl.Int64)).alias("weighed"),
            fades.alias("fades"),
        ],
        fraction=[(col("weighed") * left.cast(pl.Int64)).alias("above"), (span.cast(pl.Int64) * 100).alias("below")],
        moved=Sums.of(["subject"], moved=moved, records=col("records")),
        before=[
            (col("moved").fill_null(0) + scheme.base * 10 + sum(idle)).alias("before"),
            col("records").fill_null(0),
        ],
        limited=col("before").clip(scheme.minimum * 10, scheme.maximum * 10).alias("limited"),
        score=pl.when(col("records") >= scheme.threshold).then(_half_even(col("limited"), 10)).alias("score"),
        banded=[
            *(col(name) for name in ("subject", "before", "limited", "score")),
            (col("score") * 10).alias("whole"),
            _band(scheme.bands).alias("band"),
        ],
    )


def codes_of(scheme: SchemeRules) -> pl.Enum:
    """The scheme's categories as a type; a category that isn't one of them can't be cast to it."""
    return pl.Enum([category.code for category in scheme.categories])


def _of(scheme: SchemeRules, number: Callable[[Category], int]) -> pl.Expr:
    """A number of each row's category."""
    return pl.lit(pl.Series([number(category) for category in scheme.categories])).gather(
        pl.col("category").to_physical()
    )


def _hold(tenths: int, floor: int, cap: int) -> int:
    return min(max(tenths, floor * 10), cap * 10)


def _held(scheme: SchemeRules, sums: pl.Expr) -> pl.Expr:
    """Sums in tenths, each held between the floor and the cap of its category."""
    return sums.clip(_of(scheme, lambda c: c.floor * 10), _of(scheme, lambda c: c.cap * 10))


def _half_even(dividend: pl.Expr, divisor: int) -> pl.Expr:
    """A whole number by another, to a whole number, halves to the even one."""
    floor = dividend // divisor
    return floor + _up(floor, (dividend - floor * divisor) * 2, pl.lit(divisor, pl.Int64))


def _up(floor: pl.Expr, twice: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """1 where what a division leaves, given twice, is more than half the divisor, or half of it and `floor` odd."""
    return ((twice > divisor) | ((twice == divisor) & (floor % 2 != 0))).cast(pl.Int64)


def _band(bands: Sequence[Band]) -> pl.Expr:
    """The name of the band with the highest start that the score reaches, null where there is none."""
    ordered = sorted(bands, key=lambda band: band.start)
    names = pl.Series([None, *(band.name for band in ordered)], dtype=pl.String)
    starts = pl.Series([band.start for band in ordered], dtype=pl.Int64)
    reached = pl.lit(names).gather(pl.lit(starts).search_sorted(pl.col("score").fill_null(0), side="right"))
    return pl.when(pl.col("score").is_not_null()).then(reached)


NAMED = pl.col("category").cast(pl.String)
BEHIND = behind(ORDER).any()
LATEST = ~pl.col("rating") | run_ends(("subject", "given", "source", "rating"))
"""Of rivals side by side, events first, the last one is the latest rating."""
FLOOR = (pl.col("above") // pl.col("below")).alias("floor")
REST = ((pl.col("above") - pl.col("floor") * pl.col("below")) * 2).alias("twice")
POINTS = [
    *(pl.col(name) for name in ("subject", "record", "category")),
    (pl.col("floor") + _up(pl.col("floor"), pl.col("twice"), pl.col("below"))).alias("tenths"),
    pl.col("fades") & (pl.col("weighed") != 0),
]
"""The fraction to a whole number of tenths, half to even: step by step, so that nothing is divided twice."""
BY_CATEGORY = Sums.of(
    ("subject", "category"), sum=pl.col("tenths"), records=pl.col("tenths").is_not_null().cast(pl.Int64)
)
