"""What a scheme says, as plain data: weights, holds, bands. No Django, no polars."""

from dataclasses import dataclass
from typing import Literal

Decay = Literal["none", "linear"]
Disputed = Literal["count", "exclude"]
Kind = Literal["individual", "company"]
Reason = Literal["cap", "floor", "limit", "rounding"]

VALUE_LIMIT = 1000
"""The common scale runs from -1 to +1 and is kept in thousandths."""

NUMBER_LIMIT = 1_000_000_000
"""The largest weight, hold, base or limit, either side of zero.

weight x value x days is at most 10**9 x 10**3 x 3,652,058 (years 1 to 9999), under 2**63: so the engine
stays in 64-bit integers without ever overflowing."""

CATEGORY_LIMIT = 256
BAND_LIMIT = 256
RECORD_LIMIT = 100_000
KINDS: tuple[Kind, ...] = ("individual", "company")
"""Whom a scheme marks; it may say other numbers for each."""

FACTOR_LIMIT = 4


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a scheme. Weight, floor and cap are whole points."""

    code: str
    weight: int
    floor: int
    cap: int
    decay: Decay


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of scores; `start` is the lowest score in it."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """All that the engine needs of a scheme. Base, minimum and maximum are whole points.

    threshold: how many records must count before there is a mark; 0: there always is one.
    """

    code: str
    version: int
    base: int
    minimum: int
    maximum: int
    disputed: Disputed
    bands: tuple[Band, ...]
    categories: tuple[Category, ...]
    threshold: int = 0

    def band_of(self, score: int) -> str | None:
        """The name of the band with the highest start that the score reaches."""
        reached = [band for band in self.bands if band.start <= score]
        return max(reached, key=lambda band: band.start).name if reached else None


def points(tenths: int) -> str:
    """Tenths of a point as a decimal with one place: -5 is "-0.5"."""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{tenth}"
