"""A mark through time, as numbers that a template can draw: steps from day to day over the bands. No Django."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit.scoring.rules import SchemeRules

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 34
ROUND = 50
"""The scale of the drawing begins and ends at such points."""
SHADES = 6
"""Shades that the style sheet has, from the lowest band to the highest."""


@dataclass(frozen=True, slots=True)
class Point:
    """From this day on the mark was `score`; None: there was none."""

    day: date
    score: int | None


@dataclass(frozen=True, slots=True)
class Stripe:
    """A band, as far as the drawing shows it."""

    name: str
    shade: int
    y: int
    height: int

    @property
    def text_y(self) -> int:
        """Where its name stands."""
        return self.y + self.height // 2 + 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A number or a day at its place on an axis."""

    at: int
    score: int | None = None
    day: date | None = None

    @property
    def text_y(self) -> int:
        """Where the number of a line stands."""
        return self.at + 5


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing: `path` is a line of SVG, broken where there was no mark; `turns`: where another scheme began."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    path: str
    stripes: tuple[Stripe, ...]
    scores: tuple[Tick, ...]
    days: tuple[Tick, ...]
    turns: tuple[Tick, ...]
    last: tuple[int, int] | None

    @property
    def across(self) -> int:
        """How wide the field of the drawing is."""
        return self.right - self.left

    @property
    def band_x(self) -> int:
        """Where the names of bands end."""
        return self.right - 6

    @property
    def score_x(self) -> int:
        """Where the numbers of the scale end."""
        return self.left - 6

    @property
    def day_y(self) -> int:
        """Where the days stand."""
        return self.height - 10


def chart_of(points: Sequence[Point], *, until: date, rules: SchemeRules | None, turns: Sequence[date] = ()) -> Chart:
    """Draw marks, the earliest first, until a day. Where all is of one day there is nothing to draw: an empty path."""
    first = min((point.day for point in points), default=until)
    known = [point.score for point in points if point.score is not None]
    lowest, highest = _scale(known, rules)
    days = max((until - first).days, 1)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(day: date) -> int:
        return LEFT + round((right - LEFT) * (day - first).days / days)

    def y(score: int) -> int:
        return bottom - round((bottom - TOP) * (score - lowest) / max(highest - lowest, 1))

    last = points[-1] if points else None
    return Chart(
        WIDTH,
        HEIGHT,
        LEFT,
        right,
        TOP,
        bottom,
        _path(points, until, x, y) if first < until else "",
        tuple(_stripes(rules, lowest, highest, y)) if rules and known else (),
        tuple(Tick(y(score), score=score) for score in (lowest, (lowest + highest) // 2, highest)) if known else (),
        tuple(Tick(x(day), day=day) for day in sorted({first, first + timedelta(days=days // 2), until})),
        tuple(Tick(x(day), day=day) for day in turns),
        (x(until), y(last.score)) if last is not None and last.score is not None else None,
    )


def _path(points: Sequence[Point], until: date, x: Callable[[date], int], y: Callable[[int], int]) -> str:
    """One line of steps; where there was no mark it stops, and begins anew."""
    drawn = ""
    pen_down = False
    for point, end in zip(points, [*(point.day for point in points[1:]), until], strict=False):
        if point.score is not None:
            drawn += f"V{y(point.score)}" if pen_down else f"M{x(point.day)} {y(point.score)}"
            drawn += f"H{x(end)}"
        pen_down = point.score is not None
    return drawn


def _scale(scores: Sequence[int], rules: SchemeRules | None) -> tuple[int, int]:
    """Round numbers around the scores, at least two steps apart, within the scheme's own scale."""
    if not scores:
        return 0, ROUND
    lowest = min(scores) // ROUND * ROUND - ROUND
    highest = -(-max(scores) // ROUND) * ROUND + ROUND
    return (max(lowest, rules.minimum), min(highest, rules.maximum)) if rules else (lowest, highest)


def _stripes(rules: SchemeRules, lowest: int, highest: int, y: Callable[[int], int]) -> Iterator[Stripe]:
    ordered = sorted(rules.bands, key=lambda band: band.start)
    for place, band in enumerate(ordered):
        end = ordered[place + 1].start if place + 1 < len(ordered) else rules.maximum
        bottom, top = max(band.start, lowest), min(end, highest)
        if bottom < top:
            shade = 1 + round(place * (SHADES - 1) / max(len(ordered) - 1, 1))
            yield Stripe(band.name, shade, y(top), y(bottom) - y(top))
