"""Whether two groups differ by more than chance: the two tests that the four-fifths rule is read with. Plain numbers.

Written out here because that is all of statistics that the portal needs; compared with known values in the tests.
"""

from math import erfc, exp, inf, lgamma, sqrt
from typing import NamedTuple

SMALLEST_EXPECTED = 5
"""Cochran's rule: where a cell is expected to hold fewer, the normal distribution says too little."""

TIE = 1 + 1e-7
"""Two tables are as likely as each other if their chances differ by no more than the arithmetic does."""


class Test(NamedTuple):
    """Which test it was ("z" or "fisher") and the two-sided p-value, from 0 to 1."""

    method: str
    p: float


def compare(good: int, all_: int, other_good: int, other_all: int) -> Test:
    """Fisher's exact test for small cells, else the two-proportion z test. Counts with 0 <= good <= all, all > 0."""
    total, hits = all_ + other_all, good + other_good
    expected = min(group * part / total for group in (all_, other_all) for part in (hits, total - hits))
    if expected < SMALLEST_EXPECTED:
        return Test("fisher", fisher_exact(good, all_ - good, other_good, other_all - other_good))
    return Test("z", two_proportions(good, all_, other_good, other_all))


def two_proportions(good: int, all_: int, other_good: int, other_all: int) -> float:
    """The two-sided p-value of the z test with the pooled share; 1 where both shares are 0 or 1."""
    return erfc(abs(z_of(good, all_, other_good, other_all)) / sqrt(2))


def z_of(good: int, all_: int, other_good: int, other_all: int) -> float:
    """How many standard errors the two shares are apart, the first less the second; without continuity correction."""
    pooled = (good + other_good) / (all_ + other_all)
    error = sqrt(pooled * (1 - pooled) * (1 / all_ + 1 / other_all))
    return (good / all_ - other_good / other_all) / error if error else 0.0


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """The two-sided p-value of the table ((a, b), (c, d)): all tables of its margins that are no likelier than it."""
    row, column, total = a + b, a + c, a + b + c + d
    lowest, highest = max(0, row + column - total), min(row, column)
    logs = [_log_chance(cell, row, column, total) for cell in range(lowest, highest + 1)]
    top = max(logs, default=-inf)
    chances = [exp(log - top) for log in logs]
    limit = chances[a - lowest] * TIE
    return min(1.0, sum(chance for chance in chances if chance <= limit) / sum(chances))


def _log_chance(cell: int, row: int, column: int, total: int) -> float:
    """The logarithm of a table's hypergeometric chance, but for what all tables of these margins share."""
    cells = (cell, row - cell, column - cell, total - row - column + cell)
    return -sum(lgamma(one + 1) for one in cells)
