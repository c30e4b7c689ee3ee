"""What is exported of cases, copies, looks and measures: what was done about a file, by whom and when."""

from datetime import date, datetime
from typing import Any

from credit.access import lines
from credit.access.models import Disclosure
from credit.core.policy import Permit
from credit.disputes.models import Dispute, DisputeEvent
from credit.measures.models import Measure, Objection
from credit.reports.models import Report
from credit.scoring.models import Review

Rows = list[dict[str, Any]]


def told(value: date | datetime | str | None) -> str | None:
    """A day or a moment in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value


def reviews(permit: Permit) -> Rows:
    """Those of the permit\'s file, oldest first. Raises NotAllowed."""
    found = Review.objects.opened_by(permit).select_related("record").order_by("asked_at", "pk")
    return [
        {
            "review": one.public_id,
            "reason": one.reason,
            "status": one.status,
            "asked_at": told(one.asked_at),
            "due_on": told(one.due_on),
            "withdrawn_at": told(one.withdrawn_at),
            "answered_at": told(one.answered_at),
            "finding": one.finding,
            "answer": one.answer,
            "record": one.record.public_id if one.record else None,
            "as_of": told(one.as_of),
            "mark": one.score,
        }
        for one in found
    ]


def disputes(permit: Permit) -> Rows:
    """What was only proposed stays with the desk until it is decided, here as on the page."""
    found = Dispute.objects.opened_by(permit).select_related("record").order_by("filed_at", "pk")
    return [
        {
            "dispute": one.public_id,
            "record": one.record.public_id,
            "complaint": one.complaint,
            "statement": one.statement,
            "status": one.status,
            "filed_at": told(one.filed_at),
            "due_on": told(one.due_on),
            "withdrawn_at": told(one.withdrawn_at),
            "decided_at": told(one.decided_at),
            **{name: told(getattr(one, name)) if one.decided_at else None for name in DECISION},
        }
        for one in found
    ]


DECISION = ("outcome", "corrected_mark", "corrected_end", "reason", "method")


def dispute_steps(permit: Permit) -> Rows:
    """Those of the permit\'s file, oldest first. Raises NotAllowed."""
    found = DisputeEvent.objects.opened_by(permit).select_related("dispute").order_by("dispute_id", "number")
    return [
        {
            "dispute": one.dispute.public_id,
            "number": one.number,
            "move": one.move,
            "status": one.status,
            "at": told(one.at),
            "text": one.text if one.is_told_to_subject else "",
        }
        for one in found
    ]


def reports(permit: Permit) -> Rows:
    """Those of the permit\'s file, oldest first. Raises NotAllowed."""
    found = Report.objects.opened_by(permit).defer("content", "pdf").order_by("ordered_at", "pk")
    return [
        {
            "serial": one.public_id,
            "code": one.code,
            "kind": one.kind,
            "language": one.language,
            "known_at": told(one.known_at),
            "status": one.status,
            "ordered_at": told(one.ordered_at),
            "issued_at": told(one.issued_at),
            "sha256": one.sha256,
            "pages": one.pages,
            "revoked_at": told(one.revoked_at),
            "revoked_because": one.revoked_because,
        }
        for one in found
    ]


def looks(permit: Permit) -> Rows:
    """Who looked, this export among them: as the subject reads it on their own page."""
    return [
        {
            "look": look.public_id,
            "at": told(look.at),
            "until": told(look.until),
            "role": look.role,
            "who": lines.for_subject(look).who,
            "purpose": look.purpose,
            "ground": look.ground_kind,
            "fields": " ".join(look.fields),
            "basis": look.basis,
            "channel": look.channel,
        }
        for look in Disclosure.objects.opened_by(permit).for_page()
    ]


def measures(permit: Permit) -> Rows:
    """What followed and follows, each with the published entry that says so."""
    found = Measure.objects.opened_by(permit).select_related("entry__published", "entry__agency", "record")
    return [
        {
            "measure": one.public_id,
            "list": one.entry.published.code,
            "version": one.entry.published.version,
            "code": one.entry.code,
            "kind": one.entry.kind,
            "agency": one.entry.agency.code,
            "record": one.record.public_id if one.record else None,
            "band": one.band or None,
            "state": one.state,
            "noticed_at": told(one.noticed_at),
            "starts_on": told(one.starts_on),
            "started_on": told(one.started_on),
            "ends_on": told(one.ends_on),
            "ended_on": told(one.ended_on),
            "ended_because": one.ended_because,
        }
        for one in found.order_by("noticed_at", "pk")
    ]


def objections(permit: Permit) -> Rows:
    """Those of the permit\'s file, oldest first. Raises NotAllowed."""
    found = Objection.objects.opened_by(permit).select_related("measure").order_by("filed_at", "pk")
    return [
        {
            "objection": one.public_id,
            "measure": one.measure.public_id,
            "reason": one.reason,
            "status": one.status,
            "filed_at": told(one.filed_at),
            "closed_at": told(one.closed_at),
            "answer": one.answer,
        }
        for one in found
    ]
