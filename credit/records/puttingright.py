"""What a decision does to a record: a flag, a correction, a repair, a removal. Each is the record's next version."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import notations
from credit.records.models import Record, RecordVersion
from credit.records.moves import Cause
from credit.records.notations.limits import ends_of, latest_end, limit_on
from credit.records.notations.shapes import UnknownMark
from credit.records.statements import Content, content_of
from credit.records.versioning import add_next, draft, newest_of
from credit.subjects import actions as subjects

PORTAL = "system:records"
"""Who the journal says did what the portal does by itself."""


@transaction.atomic
def flag_disputed(record: Record, *, disputed: bool, by: User, now: datetime) -> RecordVersion:
    """Show everyone who looks that the record is disputed, or no longer. Nothing happens where it is so already.

    Raises Conflict when a record that was removed is to be flagged.
    """
    old = newest_of([record.pk])[record.pk]
    if old.disputed == disputed:
        return old
    if old.struck and disputed:
        raise Conflict(_("This record was removed already."))
    new = draft(record, content_of(old), old.number + 1, Cause.DISPUTE, by=by, now=now, old=old)
    new.disputed, new.struck, new.reason = disputed, old.struck, ""
    return _add(old, new, "record.disputed" if disputed else "record.undisputed", by=by, now=now)


@transaction.atomic
def correct(
    record: Record, *, mark: str | None = None, valid_to: date | None = None, reason: str, by: User, now: datetime
) -> RecordVersion:
    """Give a record the right mark or the right end, whichever is given. Raises Invalid, Conflict (removed)."""
    old = _standing(record)
    content = content_of(old)
    if mark is not None:
        content = _with_mark(content, record.notation, mark)
    if valid_to is not None:
        content = _with_end(content, record.notation, valid_to)
    if content == content_of(old):
        raise Invalid(_("This is what the record says already."))
    new = draft(record, content, old.number + 1, Cause.CORRECTION, by=by, now=now, old=old, reason=_said(reason))
    return _add(old, new, "record.corrected", by=by, now=now)


@transaction.atomic
def strike(record: Record, *, reason: str, by: User, now: datetime) -> RecordVersion:
    """Remove a record: its last version says that it stands no longer, and why. Raises Invalid, Conflict (removed)."""
    old = _standing(record)
    new = draft(record, content_of(old), old.number + 1, Cause.REMOVAL, by=by, now=now, old=old, reason=_said(reason))
    new.struck = True
    return _add(old, new, "record.removed", by=by, now=now)


@transaction.atomic
def repair(record: Record, *, reason: str, by: User, now: datetime) -> RecordVersion:
    """End a record that was right and has been made good: from today it counts no longer and is shown to nobody else.

    A record of today ends tomorrow: it was true for a day. Raises Invalid, Conflict (removed, or it has ended already).
    """
    old = _standing(record)
    today = business_date(now)
    if old.valid_to is not None and old.valid_to <= today:
        raise Conflict(_("This record has ended already."))
    content = replace(content_of(old), valid_to=max(today, old.valid_from + timedelta(days=1)))
    new = draft(record, content, old.number + 1, Cause.REPAIR, by=by, now=now, old=old, reason=_said(reason))
    return _add(old, new, "record.repaired", by=by, now=now)


@transaction.atomic
def withhold(record: Record, *, reason: str, by: User | None, now: datetime) -> RecordVersion:
    """Show a record to its subject alone, and count it no longer, until it is shown again. None: the portal, by a rule.

    Nothing happens where it is so already. Raises Invalid, Conflict (removed).
    """
    return _set_withheld(record, True, reason=reason, by=by, now=now)


@transaction.atomic
def release_withheld(record: Record, *, reason: str, by: User | None, now: datetime) -> RecordVersion:
    """Show a withheld record again, and count it. Raises as `withhold`."""
    return _set_withheld(record, False, reason=reason, by=by, now=now)


def _set_withheld(record: Record, withheld: bool, *, reason: str, by: User | None, now: datetime) -> RecordVersion:
    old = _standing(record)
    if old.withheld == withheld:
        return old
    new = draft(record, content_of(old), old.number + 1, Cause.WITHHOLDING, by=by, now=now, old=old)
    new.withheld, new.reason = withheld, _said(reason)
    return _add(old, new, "record.withheld" if withheld else "record.shown-again", by=by, now=now)


def check_mark(record: Record, mark: str, on: date) -> int:
    """The common value that a corrected mark would have, in thousandths. Raises Invalid."""
    try:
        return notations.get(record.notation).value_of(mark, on)
    except UnknownMark as error:
        raise Invalid(_("This isn't a mark of this notation. It knows: %(known)s.") % {"known": error.known}) from error


def _with_mark(content: Content, notation: str, mark: str) -> Content:
    """An end that only the old mark had put is that which the new mark puts; any other is held by the new mark's."""
    value = check_mark(Record(notation=notation), mark, content.valid_from)
    old = ends_of(notations.get(notation), content.mark, content.value, content.valid_from)
    new = ends_of(notations.get(notation), mark, value, content.valid_from)
    ends = new.by_itself if content.valid_to == old.by_itself else new.hold(content.valid_to)
    return Content(**(content.fields() | {"mark": mark.strip(), "value": value, "valid_to": ends}))


def _with_end(content: Content, notation: str, valid_to: date) -> Content:
    if valid_to <= content.valid_from:
        raise Invalid(_("The end must be later than the beginning."))
    latest = ends_of(notations.get(notation), content.mark, content.value, content.valid_from).latest
    if latest is None or valid_to <= latest:
        return Content(**(content.fields() | {"valid_to": valid_to}))
    if latest == latest_end(content.value, content.valid_from):
        years = limit_on(content.valid_from).years
        raise Invalid(_("Negative data may count for %(years)d years at most.") % {"years": years})
    raise Invalid(
        _("By this notation's rules, a record with this mark ends on %(day)s at the latest.")
        % {"day": date_format(latest)}
    )


def _standing(record: Record) -> RecordVersion:
    old = newest_of([record.pk])[record.pk]
    if old.struck:
        raise Conflict(_("This record was removed already."))
    return old


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("Say why."))
    return reason.strip()


def _add(old: RecordVersion, new: RecordVersion, kind: str, *, by: User | None, now: datetime) -> RecordVersion:
    add_next([(old, new)], now=now)
    subjects.raise_revision([old.subject_id])
    ledger.note(kind, by=by or PORTAL, about=old.record, at=now, version=new.number)
    return new
