"""One look as one line of a page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from credit.access import words
from credit.access.models import Disclosure, capacity
from credit.core.clock import business_date
from credit.core.policy import Field, GroundKind, Purpose, Role


@dataclass(frozen=True, slots=True)
class Line:
    """A look in words. `who` is empty where the capacity says it all."""

    id: str
    at: datetime
    day: date
    who: str
    capacity: words.Text
    purpose: words.Text
    ground: words.Text
    fields: list[words.Text]
    basis: str
    subject: str


def for_subject(look: Disclosure) -> Line:
    """As the subject reads it: an official by the body they act for, whoever acts for the company by name."""
    who = ""
    if look.organisation is not None:
        who = look.organisation.name
    elif look.user is not None and look.role in (Role.SUBJECT, Role.REPRESENTATIVE):
        who = str(look.user)
    return _line(look, who)


def for_auditor(look: Disclosure) -> Line:
    """As the auditor reads it: public numbers only, and none for the portal itself, whose capacity says it all."""
    return _line(look, look.user.public_id if look.user else "")


def _line(look: Disclosure, who: str) -> Line:
    return Line(
        id=look.public_id,
        at=look.at,
        day=business_date(look.at),
        who=who,
        capacity=words.CAPACITIES[capacity(look.role)],
        purpose=words.PURPOSES[Purpose(look.purpose)],
        ground=words.GROUNDS[GroundKind(look.ground_kind)],
        fields=words.fields_in_words(frozenset(Field(field) for field in look.fields)),
        basis=gettext(look.basis),
        subject=look.subject.public_id,
    )
