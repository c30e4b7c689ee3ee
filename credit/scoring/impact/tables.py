"""A result as one long table, for a spreadsheet: one line a figure."""

from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = ("table", "kind", "dimension", "group", "before", "after", "measure", "value")
NOT_TOLD = "fewer than 5"

Line = dict[str, object]


def lines(tree: Mapping[str, Any]) -> Iterator[Line]:
    """All figures of a result in its own order. What isn't told says so; what there is none of is empty."""
    for kind, part in tree["kinds"].items():
        yield _line("subjects", kind, measure="subjects", value=_count(part["subjects"]))
        yield from _moves(kind, part)
        yield from _distributions(kind, part)
        for cut in part["groups"]:
            yield from _groups(kind, cut["dimension"], cut["groups"])
        for weight in part["weights"]:
            named = {"dimension": weight["category"], "group": weight["direction"]}
            for measure in ("weight", "changed", "other_band", "tau", "swapped"):
                yield _line("weights", kind, **named, measure=measure, value=weight[measure])
    yield from _groups("", "kind", tree["between_kinds"])
    for mover in tree["largest"]:
        marks = {"before": mover["before"], "after": mover["after"]}
        for reason in mover["because"]:
            yield _line("largest", mover["kind"], **marks, measure=reason["category"], value=reason["points"])


def _moves(kind: str, part: Mapping[str, Any]) -> Iterator[Line]:
    for move, count in part["moves"].items():
        yield _line("moves", kind, measure=move, value=_count(count))
    for move, count in part["band_moves"].items():
        yield _line("band_moves", kind, measure=move, value=_count(count))


def _distributions(kind: str, part: Mapping[str, Any]) -> Iterator[Line]:
    for bar in part["marks"]:
        for side in ("before", "after"):
            named = {"group": f"{bar['from']} to {bar['to']}", "measure": side}
            yield _line("marks", kind, **named, value=_count(bar[side]))
    for band in part["bands"]:
        for side in ("before", "after"):
            yield _line("bands", kind, group=band["band"], measure=side, value=_count(band[side]))
    for cell in part["matrix"]:
        marks = {"before": cell["before"], "after": cell["after"]}
        yield _line("matrix", kind, **marks, measure="count", value=_count(cell["count"]))


def _groups(kind: str, dimension: str, groups: list[dict[str, Any]]) -> Iterator[Line]:
    for group in groups:
        named = {"dimension": dimension, "group": group["group"]}
        yield _line("groups", kind, **named, measure="subjects", value=_count(group["subjects"]))
        for side in ("before", "after"):
            for measure in ("marked", "favourable"):
                yield _line("groups", kind, **named, measure=f"{side}_{measure}", value=_count(group[side][measure]))
            for measure in ("rate", "ratio", "p", "test", "verdict"):
                yield _line("groups", kind, **named, measure=f"{side}_{measure}", value=group[side][measure])


def _count(count: int | None) -> object:
    return NOT_TOLD if count is None else count


def _line(table: str, kind: str, **columns: object) -> Line:
    return {"table": table, "kind": kind, **columns}
