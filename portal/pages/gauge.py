"""Where a mark stands among the bands of its scale, as numbers that a template can draw. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000
"""The drawing's own units, from the left end of the scale to the right."""
STEPS = 6
"""Shades that the style sheet has, from the lowest band to the highest."""
LETTERS = 4
"""The longest name that fits into a band; longer ones stand only in the list beside it."""


@dataclass(frozen=True, slots=True)
class DrawnBand:
    """One band: the scores `first` to `last` that it covers, and its place in the drawing."""

    name: str
    first: int
    last: int
    x: int
    width: int
    step: int
    here: bool

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.x + self.width // 2

    @property
    def label(self) -> str:
        """The name if it is short enough to stand inside."""
        return self.name if len(self.name) <= LETTERS else ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A score at `x`, on a scale of bands. Both are None where there is no mark."""

    score: int | None
    minimum: int
    maximum: int
    x: int | None
    bands: tuple[DrawnBand, ...]


def gauge(score: int | None, *, minimum: int, maximum: int, bands: Sequence[tuple[str, int]]) -> Gauge:
    """Place `score` on the scale. `bands`: names with their lowest scores, in any order; parts below all of them
    belong to none and stay blank."""
    span = max(maximum - minimum, 1)

    def place(points: int) -> int:
        return round(WIDTH * (min(max(points, minimum), maximum) - minimum) / span)

    ordered = sorted(bands, key=lambda band: band[1])
    drawn = []
    for index, (name, start) in enumerate(ordered):
        end = ordered[index + 1][1] if index + 1 < len(ordered) else maximum + 1
        if end <= minimum or start > maximum:
            continue
        first, last = max(start, minimum), min(end - 1, maximum)
        right = WIDTH if last == maximum else place(end)
        step = 1 + round(index * (STEPS - 1) / max(len(ordered) - 1, 1))
        drawn.append(
            DrawnBand(
                name,
                first,
                last,
                place(first),
                right - place(first),
                step,
                score is not None and first <= score <= last,
            )
        )
    return Gauge(score, minimum, maximum, None if score is None else place(score), tuple(drawn))
