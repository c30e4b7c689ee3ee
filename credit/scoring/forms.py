"""What commands are given as text: days, moments, purposes, subjects. Each is read, or refused in a sentence."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from django.utils.translation import gettext as _

from credit.core.clock import zone
from credit.core.errors import Invalid, NotFound
from credit.core.identifiers import BadIdentifier
from credit.scoring import fields
from credit.scoring.strictjson import Malformed
from credit.subjects import actions as subjects
from credit.subjects.models import Subject

Word = TypeVar("Word", bound=StrEnum)


def read_day(text: str | None) -> date | None:
    """A day, YYYY-MM-DD; None for None. Raises Invalid."""
    try:
        return None if text is None else fields.day(text, "")
    except Malformed as error:
        raise Invalid(_("Write the day as 2026-11-23.")) from error


def read_moment(text: str | None) -> datetime | None:
    """A moment, ISO 8601; without a zone it is in the portal's; None for None. Raises Invalid."""
    try:
        moment = None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Write the moment as 2026-11-23T12:00:00+08:00.")) from error
    return moment.replace(tzinfo=zone()) if moment is not None and moment.tzinfo is None else moment


def read_word(text: str, words: type[Word]) -> Word:
    """One of the words. Raises Invalid."""
    try:
        return words(text)
    except ValueError as error:
        raise Invalid(_("Choose one of: %(words)s.") % {"words": ", ".join(words)}) from error


def read_subject(text: str, *, known_at: datetime | None = None) -> Subject:
    """The subject whose file TYPE:VALUE leads to, or led to. Raises Invalid, NotFound; neither repeats the number."""
    try:
        identifier = subjects.read_on_file(text)
    except BadIdentifier as error:
        raise Invalid(str(error)) from error
    subject = subjects.find(identifier, known_at=known_at)
    if subject is None:
        raise NotFound(_("Nobody is on file under this number."))
    return subject
