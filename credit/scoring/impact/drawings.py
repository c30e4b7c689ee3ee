"""Pairs of bars as numbers that a template can draw: how it was and how it would be, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 400
"""The drawing's own units: narrow, so that its letters are readable on a phone."""
ROW, BAR, GAP, EDGE, HEAD = 46, 11, 2, 8, 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, from the left edge; `first` says which of the pair it is."""

    y: int
    width: int
    first: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it is about, what it says in figures, and one or two bars (none for what isn't told)."""

    label: str
    said: str
    text_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows on a common scale. marker: where a line stands that the second bars are measured by; None: nowhere."""

    width: int
    height: int
    rows: tuple[Row, ...]
    marker: int | None = None
    pairs: bool = True


@dataclass(frozen=True, slots=True)
class Values:
    """What one row shows. None is not told."""

    label: str
    said: str
    first: float | None
    second: float | None


def picture(rows: Sequence[Values], *, marker: float | None = None, pairs: bool = True) -> Picture:
    """The rows from top to bottom, the longest bar across the whole width. `pairs`: draw the first values too."""
    told = [value for row in rows for value in (row.first if pairs else None, row.second, marker) if value is not None]
    most = max(told, default=0) or 1
    room = WIDTH - 2 * EDGE

    def bar(value: float | None, y: int, *, first: bool) -> tuple[Bar, ...]:
        return () if value is None else (Bar(y, round(room * value / most), first),)

    drawn = []
    for place, row in enumerate(rows):
        top = HEAD + place * ROW
        second_y = top + 18 + (BAR + GAP if pairs else 0)
        bars = (bar(row.first, top + 18, first=True) if pairs else ()) + bar(row.second, second_y, first=False)
        drawn.append(Row(row.label, row.said, top + 13, bars))
    line = None if marker is None else EDGE + round(room * marker / most)
    return Picture(WIDTH, HEAD + len(rows) * ROW, tuple(drawn), line, pairs)
