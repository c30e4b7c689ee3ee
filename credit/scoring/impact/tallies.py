"""Counting a part of the population under two schemes. Tallies of parts add up to the tally of the whole.

A tally is a few small tables of counts: nothing in it leads back to a subject, but for the largest movers, of which
each part keeps the marks and what moved them, and no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from credit.scoring.engine import Marks, compute
from credit.scoring.impact.comparing import LOOSE_ENDS, Comparison, variants
from credit.scoring.rules import Kind, SchemeRules

LARGEST = 20
EQUALS, BETWEEN = "\x1e", "\x1f"
"""In what moved a mark: between a category and its tenths, and between categories. No code has them."""

TEXT, NUMBER = pl.String(), pl.Int64()

TABLES: dict[str, dict[str, pl.DataType]] = {
    # How many have which mark (in steps of the comparison), before and after.
    "marks": {"kind": TEXT, "side": TEXT, "mark": NUMBER, "count": NUMBER},
    # How many of a group went from which band to which; null is no mark.
    "groups": {"kind": TEXT, "dimension": TEXT, "group": TEXT, "before": TEXT, "after": TEXT, "count": NUMBER},
    # How many marks rise, fall, stay, come and go.
    "moves": {"kind": TEXT, "move": TEXT, "count": NUMBER},
    # The marks that another weight would change, and to which (in steps).
    "varied": {
        "kind": TEXT,
        "category": TEXT,
        "direction": TEXT,
        "mark": NUMBER,
        "other": NUMBER,
        "count": NUMBER,
    },
    # How many another weight would put into another band.
    "rebanded": {"kind": TEXT, "category": TEXT, "direction": TEXT, "count": NUMBER},
    # The largest movers of each kind: marks in points, and the tenths by category, largest first.
    "largest": {"kind": TEXT, "before": NUMBER, "after": NUMBER, "because": TEXT},
}
COUNTED = [name for name, columns in TABLES.items() if "count" in columns]
EVERYBODY = "kind"
"""The dimension in which a kind is one group: its matrix from band to band."""

Tally = Mapping[str, pl.DataFrame]
Plain = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some subjects of one kind. people: subject (distinct), then one column of codes for each dimension of the kind.

    facts: the columns of `engine.FACTS`, of the categories that either scheme knows.
    """

    kind: Kind
    people: pl.DataFrame
    facts: pl.DataFrame


def empty() -> Tally:
    """The tally of nobody."""
    return {name: pl.DataFrame(schema=columns) for name, columns in TABLES.items()}


def tally(part: Part, comparison: Comparison) -> Tally:
    """Count one part; the marks are the engine's."""
    if part.people.is_empty():
        return empty()
    before, after = comparison.sides(part.kind)
    old = None if before is None else _marks(part, before, comparison)
    new = _marks(part, after, comparison)
    both = _side_by_side(part, old, new)
    varied, rebanded = _varied(part, new, comparison)
    counted = {
        "marks": _by_mark(both, comparison),
        "groups": _by_group(part, both),
        "moves": both.select(move=_move()).group_by("move").len("count"),
        "varied": varied,
        "rebanded": rebanded,
        "largest": _largest(both, old, new),
    }
    return {name: _shaped(name, frame.with_columns(kind=pl.lit(part.kind))) for name, frame in counted.items()}


def merge(tallies: Iterable[Tally]) -> Tally:
    """The tally of all of them together, whatever the parts were."""
    parts = list(tallies)
    joined = {name: pl.concat([empty()[name], *(part[name] for part in parts)]) for name in TABLES}
    for name in COUNTED:
        keys = [column for column in TABLES[name] if column != "count"]
        joined[name] = joined[name].group_by(keys).agg(pl.col("count").sum()).sort(keys, nulls_last=True)
    joined["largest"] = _first_of_kind(joined["largest"])
    return joined


def reasons_in(because: str) -> list[tuple[str, int]]:
    """What moved a mark: categories with their tenths, and last LOOSE_ENDS."""
    pairs = [line.split(EQUALS) for line in because.split(BETWEEN) if line]
    return [(category, int(tenths)) for category, tenths in pairs]


def to_plain(counted: Tally) -> Plain:
    """As JSON can hold it: by table, by column, the values."""
    return {name: frame.to_dict(as_series=False) for name, frame in counted.items()}


def from_plain(plain: Plain) -> Tally:
    """What `to_plain` gave."""
    return {name: pl.DataFrame(plain[name], schema=columns) for name, columns in TABLES.items()}


def _marks(part: Part, rules: SchemeRules, comparison: Comparison) -> Marks:
    known = [category.code for category in rules.categories]
    facts = part.facts.filter(pl.col("category").is_in(known))
    return compute(facts, rules, comparison.as_of, part.people["subject"])


def _side_by_side(part: Part, old: Marks | None, new: Marks) -> pl.DataFrame:
    """The people with score and band before and after, both null before where there was no scheme."""
    after = new.scores.select("subject", after="score", after_band="band")
    if old is None:
        none = {"before": pl.lit(None, NUMBER), "before_band": pl.lit(None, TEXT)}
        before = part.people.select("subject").with_columns(**none)
    else:
        before = old.scores.select("subject", before="score", before_band="band")
    return part.people.join(before, on="subject").join(after, on="subject")


def _move() -> pl.Expr:
    before, after = pl.col("before"), pl.col("after")
    return (
        pl.when(before.is_null() & after.is_null())
        .then(pl.lit("none"))
        .when(before.is_null())
        .then(pl.lit("gained"))
        .when(after.is_null())
        .then(pl.lit("lost"))
        .when(after > before)
        .then(pl.lit("up"))
        .when(after < before)
        .then(pl.lit("down"))
        .otherwise(pl.lit("same"))
    )


def _by_mark(both: pl.DataFrame, comparison: Comparison) -> pl.DataFrame:
    sides = [both.select(side=pl.lit(side), mark=_steps(side, comparison)) for side in ("before", "after")]
    return pl.concat(sides).drop_nulls().group_by("side", "mark").len("count")


def _steps(column: str, comparison: Comparison) -> pl.Expr:
    return (pl.col(column) - comparison.lowest) // comparison.step


def _by_group(part: Part, both: pl.DataFrame) -> pl.DataFrame:
    """The matrix from band to band, of everybody and of each group."""
    dimensions = [column for column in part.people.columns if column != "subject"]
    groups = {EVERYBODY: pl.lit(part.kind), **{name: pl.col(name).cast(TEXT) for name in dimensions}}
    cut = [
        both.select(dimension=pl.lit(name), group=group, before="before_band", after="after_band")
        for name, group in groups.items()
    ]
    return pl.concat(cut).group_by("dimension", "group", "before", "after").len("count")


def _varied(part: Part, new: Marks, comparison: Comparison) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each weight a tenth up and down: only whoever has a fact of that category that counts can have another mark then,
    and which facts count doesn't hang on weights."""
    counting = part.facts.join(new.contributions.select("subject", "record"), on=["subject", "record"], how="semi")
    marks, bands = [], []
    now = new.scores.select("subject", "score", "band")
    for variant in variants(new.scheme):
        touched = counting.filter(pl.col("category") == variant.category)["subject"].unique()
        some = Part(
            part.kind, pl.DataFrame({"subject": touched}), counting.join(touched.to_frame(), on="subject", how="semi")
        )
        then = _marks(some, variant.rules, comparison).scores.select("subject", other="score", other_band="band")
        pairs = now.join(then, on="subject").drop_nulls("score").filter(pl.col("score") != pl.col("other"))
        named = {"category": pl.lit(variant.category), "direction": pl.lit(variant.direction)}
        steps = pairs.select(mark=_steps("score", comparison), other=_steps("other", comparison), **named)
        marks.append(steps.group_by("category", "direction", "mark", "other").len("count"))
        moved = pairs.filter(pl.col("band").ne_missing(pl.col("other_band"))).with_columns(**named)
        bands.append(moved.group_by("category", "direction").len("count"))
    nothing = empty()
    return (
        pl.concat([nothing["varied"].drop("kind"), *(_shaped("varied", one) for one in marks)]),
        pl.concat([nothing["rebanded"].drop("kind"), *(_shaped("rebanded", one) for one in bands)]),
    )


def _shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The table's own columns, in their order, as far as the frame has them."""
    return frame.select(pl.col(column).cast(type_) for column, type_ in TABLES[name].items() if column in frame.columns)


def _largest(both: pl.DataFrame, old: Marks | None, new: Marks) -> pl.DataFrame:
    """The largest movers of the part. Of equals those whose lines sort first: which is the same in any order."""
    if old is None:
        return empty()["largest"].drop("kind")
    change = (pl.col("after") - pl.col("before")).abs()
    moved = both.select("subject", "before", "after", change=change).drop_nulls().filter(pl.col("change") > 0)
    far = moved.top_k(LARGEST, by="change")["change"].min()
    candidates = moved.filter(pl.col("change") >= far) if far is not None else moved
    reasons = _reasons(candidates, old, new)
    named = candidates.join(reasons, on="subject", how="left").with_columns(pl.col("because").fill_null(""))
    return _in_order(named.select("before", "after", "because")).head(LARGEST)


def _reasons(movers: pl.DataFrame, old: Marks, new: Marks) -> pl.DataFrame:
    """subject, because: categories with their tenths as one text, the largest first; last what no category explains."""
    asked = movers.select("subject")
    held = [
        marks.by_category.join(asked, on="subject", how="semi").select(
            "subject", "category", tenths=sign * pl.col("held")
        )
        for marks, sign in ((new, 1), (old, -1))
    ]
    of_category = pl.concat(held).group_by("subject", "category").agg(pl.col("tenths").sum())
    explained = of_category.group_by("subject").agg(known=pl.col("tenths").sum())
    total = movers.join(explained, on="subject", how="left")
    whole = (pl.col("after") - pl.col("before")) * 10
    rest = total.select("subject", category=pl.lit(LOOSE_ENDS), tenths=whole - pl.col("known").fill_null(0))
    lines = pl.concat([of_category, rest]).filter(pl.col("tenths") != 0)
    ordered = lines.sort("subject", pl.col("category") == LOOSE_ENDS, -pl.col("tenths").abs(), "category")
    line = pl.concat_str(pl.col("category"), pl.lit(EQUALS), pl.col("tenths"))
    return ordered.group_by("subject", maintain_order=True).agg(because=line.str.join(BETWEEN))


def _in_order(largest: pl.DataFrame) -> pl.DataFrame:
    return largest.sort((pl.col("after") - pl.col("before")).abs() * -1, "before", "after", "because")


def _first_of_kind(largest: pl.DataFrame) -> pl.DataFrame:
    ordered = _in_order(largest)
    return ordered.filter(pl.int_range(pl.len()).over("kind") < LARGEST).sort("kind", maintain_order=True)
