"""Rows side by side in columns: whether they are in order, where runs of alike ones end, and their sums. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl


def behind(names: Sequence[str]) -> pl.Expr:
    """Whether a row belongs before the one above it, by the first of these columns in which they differ."""
    *first, last = names
    behind = pl.col(last) < pl.col(last).shift(1)
    for name in reversed(first):
        above = pl.col(name).shift(1)
        behind = (pl.col(name) < above) | ((pl.col(name) == above) & behind)
    return behind


def run_ends(names: Sequence[str]) -> pl.Expr:
    """Whether a row is the last of those side by side that have the same values in these columns."""
    ends = pl.col(names[0]) != pl.col(names[0]).shift(-1)
    for name in names[1:]:
        ends |= pl.col(name) != pl.col(name).shift(-1)
    return ends.fill_null(True)


@dataclass(frozen=True)
class Sums:
    """How rows side by side with the same keys are added up: running totals at the ends of runs, and their differences.

    Exact, even where running totals wrap around.
    """

    running: Sequence[pl.Expr]
    differences: Sequence[pl.Expr]

    @classmethod
    def of(cls, keys: Sequence[str], **added: pl.Expr) -> Self:
        """Sums of Int64 columns by name."""
        same = [pl.col(key) for key in keys]
        running = [
            *same,
            *(number.cum_sum().alias(name) for name, number in added.items()),
            run_ends(keys).alias("ends"),
        ]
        return cls(running, [*same, *(pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in added)])

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The keys and the sums of a frame that has both, one row a run."""
        return frame.select(self.running).filter("ends").select(self.differences)
