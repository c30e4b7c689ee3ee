"""The engine in columns, against the same rules as a plain loop over records in whole numbers."""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from credit.scoring.bulk.factsfile import in_order
from credit.scoring.engine import FACTS, compute
from credit.scoring.rules import Band, Category, SchemeRules

SUBJECTS, RECORDS, ROUNDS = 20_000, 200_000, 5
MANY = 15
"""So many of these populations at once, for the engine alone: three million records."""
AS_OF = date(2026, 11, 23)
SCHEME = SchemeRules(
    "bench",
    1,
    600,
    0,
    1000,
    "count",
    tuple(
        Band(name, start) for name, start in (("D", 0), ("C", 350), ("B", 500), ("A", 650), ("AA", 780), ("AAA", 900))
    ),
    tuple(Category(f"c{i}", 40 + 20 * i, -150, 60, "linear" if i % 2 else "none") for i in range(8)),
)
Row = tuple[Any, ...]


def population() -> list[Row]:
    """Records in the order of FACTS, the same ones every time."""
    chance = random.Random(20261123)
    rows = []
    for number in range(RECORDS):
        decided = AS_OF - timedelta(chance.randrange(1, 1500))
        ends = decided + timedelta(chance.randrange(30, 1800)) if chance.random() < 0.8 else None
        kind = "event" if chance.random() < 0.5 else "rating"
        subject, category, source = chance.randrange(SUBJECTS), f"c{chance.randrange(8)}", f"s{chance.randrange(4)}"
        value = chance.randrange(-1000, 1001)
        rows.append((subject, f"r{number}", category, kind, source, value, decided, ends, chance.random() < 0.02))
    return rows


def loop(rows: list[Row]) -> dict[int, int]:
    """Scores by subject: one pass to choose, one to add up, nothing but integers. Written to be fast, not to lose."""
    latest: dict[tuple[Any, ...], tuple[date, str]] = {}
    counted = [row for row in rows if row[6] <= AS_OF and (row[7] is None or row[7] > AS_OF)]
    for row in counted:
        if row[3] == "rating":
            key, rank = (row[0], row[2], row[4]), (row[6], row[1])
            if key not in latest or latest[key] < rank:
                latest[key] = rank
    categories = {category.code: category for category in SCHEME.categories}
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for subject, record, code, kind, source, value, decided, ends, _ in counted:
        if kind == "rating" and latest[subject, code, source] != (decided, record):
            continue
        category = categories[code]
        above, below = category.weight * value, 100
        if kind == "event" and category.decay == "linear" and ends is not None:
            above, below = above * (ends - AS_OF).days, below * (ends - decided).days
        sums[subject, code] += half_even(above, below)
    totals: dict[int, int] = dict.fromkeys(range(SUBJECTS), SCHEME.base * 10)
    for (subject, code), tenths in sums.items():
        totals[subject] += min(max(tenths, categories[code].floor * 10), categories[code].cap * 10)
    return {subject: half_even(min(max(total, 0), 10_000), 10) for subject, total in totals.items()}


def half_even(above: int, below: int) -> int:
    """above / below to a whole number, half to even."""
    whole, rest = divmod(above, below)
    return whole + (2 * rest > below or (2 * rest == below and whole % 2 == 1))


def median_seconds(work: Callable[[], object]) -> float:
    """Of ROUNDS runs, after one that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


told: list[str] = []
"""What a line of the table can't say."""


def _tell_rate(facts: pl.DataFrame) -> None:
    """The engine on facts as they are kept beside the database, more of them than fit a processor's cache."""
    parts = [facts.with_columns(pl.col("subject") + turn * SUBJECTS) for turn in range(MANY)]
    many, subjects = pl.concat(parts), pl.int_range(MANY * SUBJECTS, eager=True)
    seconds = median_seconds(lambda: compute(many, SCHEME, AS_OF, subjects))
    told.append(f"the engine alone: {many.height / seconds:,.0f} records/s ({many.height:,} records in order)")


def measure() -> Iterator[tuple[str, str, float, str, float]]:
    """One line; raises AssertionError when the two don't agree on every score."""
    rows = population()
    facts = pl.DataFrame(rows, schema=FACTS, orient="row")
    subjects = pl.Series("subject", range(SUBJECTS), dtype=pl.Int64)
    scores = compute(facts, SCHEME, AS_OF, subjects).scores
    assert dict(scores.select("subject", "score").iter_rows()) == loop(rows)
    ours = median_seconds(lambda: compute(facts, SCHEME, AS_OF, subjects))
    _tell_rate(in_order(facts.with_columns(record=pl.col("record").str.slice(1).cast(pl.Int64))))
    yield (
        f"marks of {SUBJECTS:,} subjects, {RECORDS:,} records",
        "engine in columns",
        ours,
        "loop",
        median_seconds(lambda: loop(rows)),
    )
