"""From the tally of everybody to what is published: plain data, told so that nobody can be recognised in it.

Counts are rounded to 5 and none below 5 is told; the marks of the largest movers are rounded to a hundredth of the
scale. Everything a page or a file says of an assessment is read from this tree, and nothing else of it is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from credit.scoring.impact import fairness, telling
from credit.scoring.impact.comparing import Comparison, favourable_bands, variants
from credit.scoring.impact.fairness import Outcome
from credit.scoring.impact.groups import AGE_BANDS, OF_KIND, UNKNOWN
from credit.scoring.impact.sensitivity import agreement, joint
from credit.scoring.impact.tallies import EVERYBODY, LARGEST, Tally, reasons_in
from credit.scoring.impact.telling import is_small, share, told
from credit.scoring.rules import KINDS, Kind, SchemeRules

FORMAT = "plainmark-impact/1"
BARS = 20
"""About so many bars has the picture of marks, each of a round number of points."""

MOVES = ("up", "down", "same", "gained", "lost", "none")
FEWEST_MOVERS = telling.SMALLEST
"""Of a kind of which fewer moved, the largest movers aren't told."""

Tree = dict[str, Any]


def report(counted: Tally, comparison: Comparison) -> Tree:
    """The whole result, without which scheme and when: see FORMAT in README."""
    kinds = {kind: _of_kind(counted, comparison, kind) for kind in KINDS}
    return {
        "format": FORMAT,
        "as_of": comparison.as_of.isoformat(),
        "told": {"smallest": telling.SMALLEST, "rounded_to": telling.ROUNDED_TO},
        "rule": {"ratio": fairness.FOUR_FIFTHS, "level": fairness.LEVEL, "fewest": fairness.FEWEST},
        "kinds": kinds,
        "between_kinds": _between_kinds(counted, comparison),
        "largest": _largest(counted, comparison, {kind: tree["moves"] for kind, tree in kinds.items()}),
    }


def _of_kind(counted: Tally, comparison: Comparison, kind: Kind) -> Tree:
    matrix = _cells(counted, kind, EVERYBODY)
    before, after = comparison.sides(kind)
    return {
        "subjects": told(sum(matrix.values())),
        "favourable": {
            "before": list(favourable_bands(before)) if before else [],
            "after": list(favourable_bands(after)),
        },
        "moves": _moves(counted, kind),
        "marks": _bars(counted, comparison, kind),
        "bands": _bands(matrix, before, after),
        "matrix": [
            {"before": old, "after": new, "count": told(count)}
            for (old, new), count in sorted(matrix.items(), key=lambda item: _place(item[0], before, after))
        ],
        "band_moves": _band_moves(matrix, before, after),
        "groups": [
            {"dimension": dimension, "groups": _groups(counted, kind, dimension, before, after)}
            for dimension in OF_KIND[kind]
        ],
        "weights": _weights(counted, kind, after),
    }


def _cells(counted: Tally, kind: Kind, dimension: str) -> dict[tuple[str | None, str | None], int]:
    rows = counted["groups"].filter(pl.col("kind") == kind, pl.col("dimension") == dimension)
    return {(old, new): count for old, new, count in rows.select("before", "after", "count").iter_rows()}


def _moves(counted: Tally, kind: Kind) -> Tree:
    rows = counted["moves"].filter(pl.col("kind") == kind)
    counts = dict(rows.select("move", "count").iter_rows())
    return {move: told(counts.get(move, 0)) for move in MOVES}


def _bars(counted: Tally, comparison: Comparison, kind: Kind) -> list[Tree]:
    """How many marks are in each round range, before and after; the last range has its end in it."""
    width = _round_width(comparison)
    rows = counted["marks"].filter(pl.col("kind") == kind)
    counts: dict[tuple[str, int], int] = {}
    for side, step, count in rows.select("side", "mark", "count").iter_rows():
        mark = comparison.lowest + step * comparison.step
        place = side, min(mark, comparison.highest - 1) // width
        counts[place] = counts.get(place, 0) + count
    first, last = comparison.lowest // width, max(comparison.lowest, comparison.highest - 1) // width
    return [
        {
            "from": max(bar * width, comparison.lowest),
            "to": comparison.highest if bar == last else (bar + 1) * width - 1,
            **{side: told(counts.get((side, bar), 0)) for side in ("before", "after")},
        }
        for bar in range(first, last + 1)
    ]


def _round_width(comparison: Comparison) -> int:
    """1, 2 or 5 times a power of ten, so that there are about BARS of it."""
    least, width = (comparison.highest - comparison.lowest) / BARS, 1
    while width < least:
        width = width * 5 // 2 if str(width).startswith("2") else width * 2
    return max(width, comparison.step)


def _order(rules: SchemeRules | None) -> list[str | None]:
    """Bands from the best to the lowest, then no mark."""
    bands = sorted(rules.bands, key=lambda band: -band.start) if rules else []
    return [*(band.name for band in bands), None]


def _place(cell: tuple[str | None, str | None], before: SchemeRules | None, after: SchemeRules) -> tuple[int, int]:
    return _order(before).index(cell[0]), _order(after).index(cell[1])


def _bands(
    matrix: Mapping[tuple[str | None, str | None], int], before: SchemeRules | None, after: SchemeRules
) -> list[Tree]:
    """How many are in each band; None where a side has no such band."""
    old, new = _order(before), _order(after)
    names = [*(name for name in new[:-1]), *(name for name in old[:-1] if name not in new), None]
    return [
        {
            "band": name,
            "before": told(sum(count for (was, _), count in matrix.items() if was == name)) if name in old else 0,
            "after": told(sum(count for (_, now), count in matrix.items() if now == name)) if name in new else 0,
        }
        for name in names
    ]


def _band_moves(
    matrix: Mapping[tuple[str | None, str | None], int], before: SchemeRules | None, after: SchemeRules
) -> Tree:
    """How many come to a higher and to a lower band, in the order of the new bands; of names that both schemes have."""
    order = {name: place for place, name in enumerate(_order(after)[:-1])}
    counts = {"higher": 0, "lower": 0, "same": 0, "renamed": 0}
    for (was, now), count in matrix.items():
        if was is None or now is None:
            continue
        if was not in order:
            counts["renamed"] += count
        else:
            counts["same" if was == now else "higher" if order[now] < order[was] else "lower"] += count
    return {name: told(count) for name, count in counts.items()}


def _groups(counted: Tally, kind: Kind, dimension: str, before: SchemeRules | None, after: SchemeRules) -> list[Tree]:
    """Each group of a dimension, before and after, under the four-fifths rule."""
    rows = counted["groups"].filter(pl.col("kind") == kind, pl.col("dimension") == dimension)
    names = sorted(rows["group"].unique(), key=_group_order)
    return _judged(
        names,
        {
            "before": [_outcome(rows, name, "before", before) for name in names],
            "after": [_outcome(rows, name, "after", after) for name in names],
        },
        {name: int(rows.filter(pl.col("group") == name)["count"].sum()) for name in names},
    )


def _between_kinds(counted: Tally, comparison: Comparison) -> list[Tree]:
    """Individuals and companies, under the same rule."""
    rows = counted["groups"].filter(pl.col("dimension") == EVERYBODY)
    outcomes = {
        side: [_outcome(rows, kind, side, comparison.sides(kind)[place]) for kind in KINDS]
        for place, side in enumerate(("before", "after"))
    }
    sizes: dict[str, int] = {kind: int(rows.filter(pl.col("group") == kind)["count"].sum()) for kind in KINDS}
    return _judged(KINDS, outcomes, sizes)


def _outcome(rows: pl.DataFrame, group: str, side: str, rules: SchemeRules | None) -> Outcome:
    good = favourable_bands(rules) if rules else ()
    marked = rows.filter(pl.col("group") == group, pl.col(side).is_not_null())
    reached = marked.filter(pl.col(side).is_in(good))
    return Outcome(group, int(marked["count"].sum()), int(reached["count"].sum()))


def _judged(names: Iterable[str], outcomes: Mapping[str, list[Outcome]], sizes: Mapping[str, int]) -> list[Tree]:
    findings = {side: fairness.four_fifths(of_side) for side, of_side in outcomes.items()}
    return [
        {
            "group": name,
            "subjects": told(sizes[name]),
            **{
                side: _finding(outcomes[side][place], findings[side][place], sizes[name])
                for side in ("before", "after")
            },
        }
        for place, name in enumerate(names)
    ]


def _finding(outcome: Outcome, finding: fairness.Finding, size: int) -> Tree:
    """What is told of one group on one side. The test's p only as far as anybody needs it: to three places."""
    return {
        "marked": told(outcome.marked),
        "favourable": told(outcome.favourable),
        "rate": None if finding.rate is None or is_small(size) else round(finding.rate, 3),
        "ratio": None if finding.ratio is None else round(finding.ratio, 3),
        "p": None if finding.p is None else round(finding.p, 3),
        "test": finding.method,
        "verdict": str(finding.verdict),
        "about": finding.about,
    }


def _group_order(name: str) -> tuple[bool, int, str]:
    """Ages by age, everything else by code, the unknown last."""
    ages = [age for _, age in AGE_BANDS]
    return name == UNKNOWN, ages.index(name) if name in ages else 0, name


def _weights(counted: Tally, kind: Kind, after: SchemeRules) -> list[Tree]:
    """How much the ranking of a kind hangs on each weight: one line a category and direction."""
    of_kind = {name: counted[name].filter(pl.col("kind") == kind) for name in ("marks", "varied", "rebanded")}
    marks = dict(of_kind["marks"].filter(pl.col("side") == "after").select("mark", "count").iter_rows())
    people = sum(marks.values())
    lines = []
    for variant in variants(after):
        this = (pl.col("category") == variant.category) & (pl.col("direction") == variant.direction)
        changed = list(of_kind["varied"].filter(this).select("mark", "other", "count").iter_rows())
        moved = sum(count for _, _, count in changed)
        other_band = int(of_kind["rebanded"].filter(this)["count"].sum())
        told_at_all = people >= fairness.FEWEST and not is_small(moved)
        both = agreement(joint(marks, changed)) if told_at_all else None
        lines.append(
            {
                "category": variant.category,
                "direction": variant.direction,
                "weight": variant.weight,
                "changed": share(moved, people),
                "other_band": share(other_band, people),
                "tau": round(both.tau, 4) if both and both.tau is not None else None,
                "swapped": round(both.swapped, 5) if both else None,
            }
        )
    return lines


def _largest(counted: Tally, comparison: Comparison, moves: Mapping[Kind, Tree]) -> list[Tree]:
    """The twenty largest movers: kind, marks to a hundredth of the scale, and which categories moved them,
    in whole points."""
    width = max(1, (comparison.highest - comparison.lowest) // 100)
    rows = [
        row
        for row in counted["largest"].iter_rows(named=True)
        if (moves[row["kind"]]["up"] or 0) + (moves[row["kind"]]["down"] or 0) >= FEWEST_MOVERS
    ]
    rows.sort(key=lambda row: (-abs(row["after"] - row["before"]), row["kind"], row["before"], row["because"]))
    return [
        {
            "kind": row["kind"],
            **{side: round(row[side] / width) * width for side in ("before", "after")},
            "because": [
                {"category": category, "points": whole}
                for category, tenths in reasons_in(row["because"])
                if (whole := round(tenths / 10))
            ],
        }
        for row in rows[:LARGEST]
    ]
