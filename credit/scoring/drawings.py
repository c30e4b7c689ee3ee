"""Who weighs how much, as numbers that a template can draw. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass

from credit.scoring.rules import Category

WIDTH = 400
"""The drawing's own units: narrow, so that its letters are readable on a phone."""
ROW = 44
TOP = 26
EDGE = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One category: how many points it can cost at most (to the left of zero) and add at most (to the right)."""

    code: str
    y: int
    left: int
    cost: int
    right: int
    gain: int
    floor: int
    cap: int

    @property
    def text_y(self) -> int:
        """Where its name stands, above the bar."""
        return self.y - 5


@dataclass(frozen=True, slots=True)
class WeightsPicture:
    """Bars on a common scale; `zero` is where nothing is added or taken."""

    width: int
    height: int
    zero: int
    bars: tuple[Bar, ...]


def weights_picture(categories: Sequence[Category]) -> WeightsPicture:
    """A bar for each category, those that can move a mark most first."""
    ordered = sorted(categories, key=lambda one: (one.floor - one.cap, one.code))
    lowest = min((one.floor for one in ordered), default=0)
    highest = max((one.cap for one in ordered), default=0)
    span = max(highest - lowest, 1)

    def place(points: int) -> int:
        return EDGE + round((WIDTH - 2 * EDGE) * (points - lowest) / span)

    zero = place(0)
    bars = tuple(
        Bar(
            code=one.code,
            y=TOP + row * ROW,
            left=place(one.floor),
            cost=zero - place(one.floor),
            right=zero,
            gain=place(one.cap) - zero,
            floor=one.floor,
            cap=one.cap,
        )
        for row, one in enumerate(ordered)
    )
    return WeightsPicture(WIDTH, TOP + len(bars) * ROW, zero, bars)
