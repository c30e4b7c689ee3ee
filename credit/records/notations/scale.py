"""From an agency's own mark to the common scale: exact, in thousandths from -1000 to +1000."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from credit.records.notations.shapes import Mark, UnknownMark, plain

POINTS = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,2})?")
LIMIT = 1000


def by_list(marks: Sequence[Mark]) -> Callable[[str], int]:
    """Letters, colours, levels: read without regard to case, width or surrounding space."""
    values = {plain(name): mark.value for mark in marks for name in mark.names}
    known = ", ".join(mark.names[0] for mark in marks)

    def convert(mark: str) -> int:
        try:
            return values[plain(mark)]
        except KeyError:
            raise UnknownMark(known) from None

    return convert


def always(value: int) -> Callable[[str], int]:
    """Whatever it is called, it has one value: a commendation."""
    return lambda mark: value


def by_steps(steps: Sequence[tuple[int, int]]) -> Callable[[str], int]:
    """Points with steps: (from, value), the highest `from` reached counts, the lowest step has no floor."""
    falling = sorted(steps, reverse=True)

    def convert(mark: str) -> int:
        points = read_points(mark, "")
        return next((value for start, value in falling if points >= start), falling[-1][1])

    return convert


def by_line(corners: Sequence[tuple[int, int]]) -> Callable[[str], int]:
    """Points with a straight line between corners (points, value), rounded half to even; none outside them."""
    rising = sorted(corners)
    lowest, highest = rising[0][0], rising[-1][0]
    span = f"{lowest}–{highest}"

    def convert(mark: str) -> int:
        points = read_points(mark, span)
        for (x0, y0), (x1, y1) in pairwise(rising):
            if x0 <= points <= x1:
                return round(y0 + (points - x0) * Fraction(y1 - y0, x1 - x0))
        raise UnknownMark(span, points=True)

    return convert


def read_points(mark: str, span: str) -> Fraction:
    """A number with at most two decimals. Raises UnknownMark."""
    text = plain(mark)
    if not POINTS.fullmatch(text):
        raise UnknownMark(span, points=True)
    return Fraction(text)
