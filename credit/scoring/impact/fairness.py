"""The four-fifths rule: whether a group reaches a good outcome much less often than the group that does most often.

29 CFR 1607.4(D) (Uniform Guidelines on Employee Selection Procedures, 1978): "A selection rate for any race, sex, or
ethnic group which is less than four-fifths (4/5) (or eighty percent) of the rate for the group with the highest rate
will generally be regarded … as evidence of adverse impact". Smaller differences count where they are significant, and
larger ones may not where the numbers are small: so each ratio comes with its significance. The rule binds no one
here; it is a measure that the reader can check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from credit.scoring.impact.groups import UNKNOWN
from credit.scoring.impact.significance import compare
from credit.scoring.impact.telling import SMALLEST, is_small

FOUR_FIFTHS = 0.8
LEVEL = 0.05
FEWEST = 30
"""A group with fewer members that have a mark is told, but not judged: too few to tell (ours)."""


class Verdict(StrEnum):
    """What the rule says of a group."""

    REFERENCE = "reference"
    WITHIN = "within"
    WITHIN_BUT_NOT_CHANCE = "within-but-not-chance"
    BELOW = "below"
    BELOW_MAYBE_CHANCE = "below-maybe-chance"
    TOO_FEW = "too-few"
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of a group have a mark, and how many of these reach a favourable band."""

    group: str
    marked: int
    favourable: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A group under the rule. `rate` and `ratio` from 0 to 1 (None: not told). `about`: a count below 5 or that far
    from all is not told, so rate, ratio and test are those of 4 in its place."""

    group: str
    rate: float | None
    ratio: float | None
    p: float | None
    method: str | None
    verdict: Verdict
    about: bool = False


def four_fifths(outcomes: Sequence[Outcome]) -> list[Finding]:
    """Each group against the one with the highest rate (the first of equals), in the order given.

    Groups of fewer than FEWEST, and whoever's group is unknown, are neither judged nor a reference.
    """
    judged = {outcome.group: _coarse(outcome) for outcome in outcomes if _is_judged(outcome)}
    best = max(judged.values(), key=lambda outcome: outcome.favourable / outcome.marked, default=None)
    return [_finding(outcome, judged.get(outcome.group), best) for outcome in outcomes]


def _is_judged(outcome: Outcome) -> bool:
    return outcome.marked >= FEWEST and outcome.group != UNKNOWN


def _coarse(outcome: Outcome) -> Outcome:
    """As far as it may be told: nobody learns from a rate that one, or all but one, reached it."""
    favourable = outcome.favourable
    if is_small(favourable):
        favourable = SMALLEST - 1
    elif is_small(outcome.marked - favourable):
        favourable = outcome.marked - (SMALLEST - 1)
    return Outcome(outcome.group, outcome.marked, favourable)


def _finding(outcome: Outcome, coarse: Outcome | None, best: Outcome | None) -> Finding:
    if outcome.group == UNKNOWN:
        return Finding(outcome.group, _rate(outcome), None, None, None, Verdict.NOT_COMPARED)
    if coarse is None or best is None or best.favourable == 0:
        return Finding(outcome.group, _rate(outcome), None, None, None, Verdict.TOO_FEW)
    about = coarse != outcome
    rate = coarse.favourable / coarse.marked
    if coarse.group == best.group:
        return Finding(outcome.group, rate, 1.0, None, None, Verdict.REFERENCE, about)
    ratio = rate / (best.favourable / best.marked)
    test = compare(coarse.favourable, coarse.marked, best.favourable, best.marked)
    return Finding(outcome.group, rate, ratio, test.p, test.method, _verdict(ratio, test.p), about)


def _verdict(ratio: float, p: float) -> Verdict:
    chance = p >= LEVEL
    if ratio < FOUR_FIFTHS:
        return Verdict.BELOW_MAYBE_CHANCE if chance else Verdict.BELOW
    return Verdict.WITHIN if chance else Verdict.WITHIN_BUT_NOT_CHANCE


def _rate(outcome: Outcome) -> float | None:
    """The rate of a group that isn't judged, where both who reach it and who don't are enough to be told."""
    missed = outcome.marked - outcome.favourable
    if outcome.marked < SMALLEST or is_small(outcome.favourable) or is_small(missed):
        return None
    return outcome.favourable / outcome.marked
