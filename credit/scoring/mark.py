"""A mark as a page, a report or a command shows it: every line of the sum, in the order in which one reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from django.utils.translation import gettext_lazy as _

from credit.records.words import mark_in_words
from credit.scoring.rules import points
from credit.scoring.words import CategoryWords, in_language

if TYPE_CHECKING:
    from credit.identity.models import Organisation
    from credit.records.notations.shapes import Notation
    from credit.scoring.models import Scheme
    from credit.scoring.rules import SchemeRules


class Standing(StrEnum):
    """Whether a record counts in a mark, and if not, why."""

    COUNTS = "counts"
    NOT_YET = "not-yet"
    ENDED = "ended"
    REPLACED = "replaced"
    LEFT_OUT = "left-out"
    OUTSIDE = "outside"


WHY_NOT = {
    Standing.COUNTS: "",
    Standing.NOT_YET: _("It isn't in force yet."),
    Standing.ENDED: _("It has ended."),
    Standing.REPLACED: _("A newer rating of the same agency has replaced it."),
    Standing.LEFT_OUT: _("It is disputed, and disputed records are left out."),
    Standing.OUTSIDE: _("Records of this kind are not part of the mark."),
}

REASONS = {
    "cap": _("This category can add at most %(points)s points. What goes beyond that is taken off."),
    "floor": _("This category can cost at most %(points)s points. What goes beyond that is given back."),
    "limit": _("No mark goes beyond the ends of the scale."),
    "rounding": _("Rounded to a whole point."),
}


def signed(tenths: int) -> str:
    """Tenths with their sign, as one prints them: "+12.5", "−3.0", "0.0"."""
    return points(tenths).replace("-", "−") if tenths <= 0 else f"+{points(tenths)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One record and what it did. `value` is in thousandths of the common scale, `tenths` None where it doesn't count.

    `kind` is rating or event, `given` the agency's own mark as it was delivered. `ends_on` is the first day on which it
    isn't in force any more (None: no end).
    """

    record: str
    organisation: "Organisation"
    notation: "Notation | None"
    notation_code: str
    kind: str
    given: str
    value: int
    category: CategoryWords | None
    decided_on: date
    ends_on: date | None
    disputed: bool
    tenths: int | None
    fades: bool
    standing: Standing

    @property
    def agency(self) -> str:
        """The agency's name, in the language of the moment."""
        return self.organisation.name

    @property
    def notation_name(self) -> str:
        """What the agency calls this way of marking, in the language of the moment."""
        return in_language(self.notation.words).name if self.notation else self.notation_code

    @property
    def stated(self) -> str:
        """The agency's own mark; of words ("yellow", "认证企业") the one in the language of the moment."""
        return mark_in_words(self.notation, self.given) if self.notation else self.given

    @property
    def points(self) -> str | None:
        """What it adds or costs, as the contract writes it: "-12.5"; None where it doesn't count."""
        return None if self.tenths is None else points(self.tenths)

    @property
    def signed(self) -> str:
        """What it adds or costs, as one prints it: "−12.5"."""
        return "" if self.tenths is None else signed(self.tenths)

    @property
    def common(self) -> str:
        """The common value from −1 to +1, exact: "−0.5", "+0.125"."""
        whole, thousandths = divmod(abs(self.value), 1000)
        digits = f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")
        return f"{'−' if self.value < 0 else '+' if self.value else ''}{digits}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force; None: no end."""
        return None if self.ends_on is None else self.ends_on - timedelta(days=1)

    @property
    def why_not(self) -> str:
        """Why it doesn't count, in a sentence; empty where it does."""
        return str(WHY_NOT[self.standing])


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A step of the sum that is no record. `at_most`: the whole points that its category may add or cost."""

    category: CategoryWords | None
    reason: str
    tenths: int
    at_most: int

    @property
    def points(self) -> str:
        """As the contract writes it: "113.1"."""
        return points(self.tenths)

    @property
    def signed(self) -> str:
        """As one prints it: "+113.1"."""
        return signed(self.tenths)

    @property
    def why(self) -> str:
        """The step in a sentence."""
        return str(REASONS[self.reason]) % {"points": self.at_most}


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """A category of the scheme: the records of it that count, and what they add together after floor and cap."""

    category: CategoryWords
    records: int
    tenths: int
    factor: bool

    @property
    def points(self) -> str:
        """As the contract writes it: "-120.0"."""
        return points(self.tenths)

    @property
    def signed(self) -> str:
        """As one prints it: "−120.0"."""
        return signed(self.tenths)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark, how it was made, and from what.

    rules: what the scheme says for this kind of subject. score: None where too few records count for a mark.
    lines: what counts, from most costly to most helpful. idle: what is on file and doesn't count. adjustments, in the
    contract's order; so base + lines + adjustments = score. factors: up to four categories that cost most, lowest
    first. without_disputed: (score, band) if disputed records were left out, None where none counts. document: the
    recalculation document with its answer. known_at: None for now.
    """

    scheme: "Scheme"
    rules: "SchemeRules"
    as_of: date
    known_at: datetime | None
    score: int | None
    band: str | None
    lines: Sequence[Line]
    idle: Sequence[Line]
    adjustments: Sequence[Adjustment]
    categories: Sequence[CategoryTotal]
    factors: Sequence[CategoryTotal]
    without_disputed: tuple[int | None, str | None] | None
    document: dict[str, Any]

    def for_others(self) -> Self:
        """As anybody but the subject sees it: a record that has ended is the subject's alone."""
        return replace(self, idle=[line for line in self.idle if line.ends_on is None or line.ends_on > self.as_of])

    @property
    def base(self) -> int:
        """Where everybody starts, in whole points."""
        return self.rules.base

    @property
    def minimum(self) -> int:
        """The lowest mark there is."""
        return self.rules.minimum

    @property
    def maximum(self) -> int:
        """The highest mark there is."""
        return self.rules.maximum

    @property
    def band_meaning(self) -> str:
        """What the band means, in a sentence of the scheme."""
        return self.scheme.meaning_of(self.band)

    @property
    def disputed(self) -> int:
        """How many of the records on file are disputed."""
        return sum(line.disputed for line in (*self.lines, *self.idle))
