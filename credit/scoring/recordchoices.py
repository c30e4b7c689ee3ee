"""The records that one can make up: every mark of every official notation, points, and values of one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from credit.records.notations import all_notations
from credit.records.notations.shapes import Notation, UnknownMark
from credit.records.words import CATEGORIES, common_value, mark_in_words, words_of
from credit.scoring.madeup import MadeUp, in_notation
from credit.scoring.rules import VALUE_LIMIT

OWN = "own"
NUMBER = "#"
"""In place of a mark: a number is asked for."""
AGENCY_FIELDS = ("market", "tax", "customs", "environment", "judicial", "labour", "immigration")
"""Whose penalties there are: a penalty counts in the field of the agency that imposed it."""
NOT_OWN = ("private",)

Choices = list[tuple[str, list[tuple[str, str]]]]


class BadNumber(ValueError):
    """What was written beside a choice that asks for a number; the message says what it should be."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of the list, as a form sends it: "tax-grade|B|tax", "rongcheng-points|#|city", "own|event|tax"."""

    notation: str
    mark: str
    category: str

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """From what a form sent; it is one of `choices()`."""
        notation, mark, category = text.split("|")
        return cls(notation, mark, category)

    def __str__(self) -> str:
        return f"{self.notation}|{self.mark}|{self.category}"

    @property
    def asks_for_number(self) -> bool:
        """Whether a number must be written beside it."""
        return self.notation == OWN or self.mark == NUMBER

    def record(self, number: str, *, decided_on: date, ends_on: date | None, disputed: bool) -> MadeUp:
        """The record that was chosen. Raises BadNumber, UnknownMark (the notation knew no such mark on that day)."""
        if self.notation == OWN:
            value = _own_value(number)
            return MadeUp(self.category, self.mark, "", "", value, decided_on, ends_on, disputed)
        mark = number.strip() if self.mark == NUMBER else self.mark
        try:
            return in_notation(
                self.notation,
                mark,
                category=self.category,
                decided_on=decided_on,
                ends_on=ends_on,
                disputed=disputed,
            )
        except UnknownMark as unknown:
            if not unknown.points:
                raise
            span = unknown.known or _("any number")
            raise BadNumber(_("Write points: %(span)s, with at most two decimals.") % {"span": span}) from unknown


def choices() -> Choices:
    """All of them, in groups: each notation by its name, then values of one's own by category."""
    groups: Choices = []
    for code, notation in all_notations().items():
        if notation.official:
            fields = [notation.category] if notation.category else list(AGENCY_FIELDS)
            if len(notation.tables[-1].lines) == 1:
                fields = fields[:1]  # a licence adds nothing wherever it counts
            options = [option for field in fields for option in _options(notation, field, several=len(fields) > 1)]
            groups.append((words_of(code).name, options))
    for kind, title, short in (
        ("rating", _("A rating of your own"), _("own rating")),
        ("event", _("An event of your own, which can fade"), _("own event")),
    ):
        known = [(code, name) for code, name in CATEGORIES.items() if code not in NOT_OWN]
        groups.append((title, [(str(Choice(OWN, kind, code)), _joined(str(name), short)) for code, name in known]))
    return groups


def _options(notation: Notation, category: str, *, several: bool) -> Iterator[tuple[str, str]]:
    """Each says what it is, as a list that is folded shows only the one that was chosen."""
    name = words_of(notation.code).name
    if several:
        name = _("%(name)s (%(field)s)") % {"name": name, "field": CATEGORIES[category]}
    seen = set()
    for table in reversed(notation.tables):
        for mark in table.marks:
            if mark.names[0] not in seen:
                seen.add(mark.names[0])
                label = f"{mark_in_words(notation, mark.names[0])} ({common_value(mark.value)})"
                yield str(Choice(notation.code, mark.names[0], category)), _joined(name, label)
    if _has_one_value(notation):
        value = int(notation.tables[-1].lines[0][1])
        yield str(Choice(notation.code, "", category)), f"{name} ({common_value(value)})"
    elif not seen:
        yield str(Choice(notation.code, NUMBER, category)), _joined(name, _("points, which you write beside"))


def _joined(name: str, mark: str) -> str:
    return _("%(name)s: %(mark)s") % {"name": name, "mark": mark}


def _has_one_value(notation: Notation) -> bool:
    """Whatever it is called, it is worth the same: a commendation, a licence."""
    table = notation.tables[-1]
    return not table.marks and len(table.lines) == 1 and not table.lines[0][0]


def _own_value(number: str) -> int:
    """From −1 to +1 with at most three decimals, in thousandths. Raises BadNumber."""
    try:
        value = Decimal(number.strip().replace("−", "-")) * VALUE_LIMIT
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > VALUE_LIMIT:
        raise BadNumber(_("Write a number from −1 (worst) to +1 (best), with at most three decimals."))
    return int(value)
