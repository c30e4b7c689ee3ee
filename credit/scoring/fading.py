"""When a record's weight shrinks by itself: the days on which it is half of today's, and gone. No Django."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Fading:
    """half_on: the first day on which it weighs at most half of today (None: it doesn't fade, or is gone by then).

    gone_on: the first day on which it doesn't count any more (None: it doesn't end by itself).
    """

    half_on: date | None
    gone_on: date | None


def fading(*, fades: bool, as_of: date, ends_on: date | None) -> Fading:
    """How a record that counts on a day goes on, if nothing else changes."""
    if ends_on is None or not fades:
        return Fading(None, ends_on)
    half_on = ends_on - timedelta(days=(ends_on - as_of).days // 2)
    return Fading(half_on if half_on < ends_on else None, ends_on)
