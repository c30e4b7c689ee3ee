"""Everything that is held on a subject, out of all contexts, as the files of one archive.

Each part is read through the one permit and left out, by name, where the permit doesn't open it. Officials and officers
are told by their body, never by name, as on the subject's own pages.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation

from credit.access import lines
from credit.access.models import Disclosure
from credit.core.cells import csv_file
from credit.core.errors import Unavailable
from credit.core.policy import Field, Permit
from credit.disputes.models import Dispute, DisputeEvent
from credit.measures.actions import bring_up_to_date
from credit.measures.models import Measure, Objection
from credit.records import exporting
from credit.records.models import Confirmation
from credit.records.provenance import file_shown
from credit.reports.models import Report
from credit.scoring import actions as scoring
from credit.scoring.models import Review, Score
from credit.subjects.models import Claim, MergingStep, Office, Subject, SubjectIdentifier, SubjectName, of_file
from credit.vault import actions as vault

FORMAT = "plainmark-export/1"
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Everything:
    """What is held, part by part. `left_out`: parts that the permit doesn't open. `records_csv` has every version."""

    tree: dict[str, Any]
    tables: dict[str, Rows]
    records_csv: bytes
    left_out: list[str]

    def archive(self) -> bytes:
        """A ZIP file: export.json has it all, each CSV file one part of it."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("export.json", json.dumps(self.tree, ensure_ascii=False, indent=1))
            archive.writestr("records.csv", self.records_csv)
            for name, rows in self.tables.items():
                columns = list(dict.fromkeys(column for row in rows for column in row))
                archive.writestr(f"{name}.csv", csv_file(columns, rows))
        return packed.getvalue()


def everything(permit: Permit, *, now: datetime) -> Everything:
    """All parts that the permit opens, in English. Raises NotAllowed where it doesn't open the records."""
    with translation.override("en"):
        recalculation = _recalculation(permit, now)  # first: it keeps today's mark, which the marks then tell
        if Field.MEASURES in permit.fields:
            bring_up_to_date(permit, now=now)
        versions = exporting.versions_to_export(permit)
        opened = {name: part for name, (field, part) in PARTS.items() if field in permit.fields}
        tables = {name: part(permit) for name, part in opened.items()}
        left_out = [name for name in PARTS if name not in opened]
        tree = {
            "format": FORMAT,
            "subject": permit.subject_public_id,
            "disclosure": permit.id,
            "purpose": permit.purpose.value,
            "exported_at": now.isoformat(),
            "left_out": left_out,
            **tables,
            "records": list(exporting.records_of(versions)),
            "recalculation": recalculation,
        }
        return Everything(tree, tables, exporting.as_csv(versions), left_out)


def _names(permit: Permit) -> Rows:
    """Its own, and those of the files that were joined with it."""
    return [
        {
            "subject": subject.public_id,
            "kind": subject.kind,
            "name": subject.name,
            "revision": subject.revision,
            "on_file_since": subject.created_at.isoformat(),
            "joined_with": subject.merged_into.public_id if subject.merged_into else None,
        }
        for subject in Subject.objects.family_opened_by(permit).select_related("merged_into").order_by("pk")
    ]


def _other_names(permit: Permit) -> Rows:
    """Names that were accepted after the file began, those too that went with their delivery."""
    return [
        {
            "subject": one.subject.public_id,
            "name": one.name,
            "name_before": one.before,
            "since": _told(one.since),
            "delivery": one.source,
            "taken_back_at": _told(one.dropped_at),
        }
        for one in SubjectName.objects.opened_by(permit)
    ]


def _identifiers(permit: Permit) -> Rows:
    found = SubjectIdentifier.objects.opened_by(permit).order_by("pk")
    return [{"kind": one.kind, "value": vault.decrypt_identifier(one.kind, bytes(one.token))} for one in found]


def _ways_in(permit: Permit) -> Rows:
    """Who may act for the subject: themselves by a proven claim, or people who hold an office."""
    claims = Claim.objects.filter(of_file(permit)).select_related("user").order_by("proven_at")
    offices = Office.objects.filter(of_file(permit)).select_related("user").order_by("since")
    return [
        *(_way("claim", one.user.name, one.proven_at, one.ended_at) for one in claims),
        *(_way(one.role, one.user.name, one.since, one.until) for one in offices),
    ]


def _way(kind: str, name: str, since: datetime, until: datetime | None) -> dict[str, Any]:
    return {"kind": kind, "name": name, "since": _told(since), "until": _told(until)}


def _marks(permit: Permit) -> Rows:
    """Every mark that was kept. `current` is today's alone: a version that isn't in force any more gives none."""
    scores = list(Score.objects.family_opened_by(permit).select_related("scheme", "subject").history())
    own = (one for one in scores if one.current and one.subject_id == permit.subject_id)
    kept = sorted(own, key=lambda one: (one.as_of, one.scheme.version))
    todays = {one.scheme.code: one.pk for one in kept}
    return [
        {
            "subject": score.subject.public_id,
            "scheme": score.scheme.code,
            "version": score.scheme.version,
            "since": _told(score.since),
            "as_of": _told(score.as_of),
            "mark": score.total,
            "band": score.band,
            "too_few_records": score.total is None,
            "current": score.pk == todays.get(score.scheme.code),
            "computed_at": _told(score.computed_at),
        }
        for score in scores
    ]


def _joined_files(permit: Permit) -> Rows:
    """What officials did to join this file with others, or to part them. Another's file that stands by itself isn't
    named: it is its subject's."""
    own = set(Subject.objects.family_opened_by(permit).values_list("public_id", flat=True))
    return [
        {
            "pair": step.merging.public_id,
            "number": step.number,
            "move": step.move,
            "file_that_stays": step.survivor.public_id if step.survivor.public_id in own else None,
            "file_that_is_led_on": step.absorbed.public_id if step.absorbed.public_id in own else None,
            "at": _told(step.at),
            "reason": step.reason,
        }
        for step in MergingStep.objects.about_file_opened_by(permit)
    ]


def _stated_again(permit: Permit) -> Rows:
    """Later deliveries that stated what a record said already."""
    return [
        {
            "record": one.record.public_id,
            "version": one.version.number,
            "delivery": one.submission.public_id,
            "file": file_shown(one.submission.filename),
            "line": one.line,
            "received_at": _told(one.submission.submitted_at),
            "released_at": _told(one.submission.released_at),
            "withdrawn_at": _told(one.submission.withdrawn_at),
            "released_by": one.record.agency.name,
        }
        for one in Confirmation.objects.opened_by(permit)
    ]


def _reviews(permit: Permit) -> Rows:
    found = Review.objects.opened_by(permit).select_related("record").order_by("asked_at", "pk")
    return [
        {
            "review": one.public_id,
            "reason": one.reason,
            "status": one.status,
            "asked_at": _told(one.asked_at),
            "due_on": _told(one.due_on),
            "withdrawn_at": _told(one.withdrawn_at),
            "answered_at": _told(one.answered_at),
            "finding": one.finding,
            "answer": one.answer,
            "record": one.record.public_id if one.record else None,
            "as_of": _told(one.as_of),
            "mark": one.score,
        }
        for one in found
    ]


def _disputes(permit: Permit) -> Rows:
    """What was only proposed stays with the desk until it is decided, here as on the page."""
    found = Dispute.objects.opened_by(permit).select_related("record").order_by("filed_at", "pk")
    return [
        {
            "dispute": one.public_id,
            "record": one.record.public_id,
            "complaint": one.complaint,
            "statement": one.statement,
            "status": one.status,
            "filed_at": _told(one.filed_at),
            "due_on": _told(one.due_on),
            "withdrawn_at": _told(one.withdrawn_at),
            "decided_at": _told(one.decided_at),
            **{name: _told(getattr(one, name)) if one.decided_at else None for name in DECISION},
        }
        for one in found
    ]


DECISION = ("outcome", "corrected_mark", "corrected_end", "reason", "method")


def _dispute_steps(permit: Permit) -> Rows:
    found = DisputeEvent.objects.opened_by(permit).select_related("dispute").order_by("dispute_id", "number")
    return [
        {
            "dispute": one.dispute.public_id,
            "number": one.number,
            "move": one.move,
            "status": one.status,
            "at": _told(one.at),
            "text": one.text if one.is_told_to_subject else "",
        }
        for one in found
    ]


def _reports(permit: Permit) -> Rows:
    found = Report.objects.opened_by(permit).defer("content", "pdf").order_by("ordered_at", "pk")
    return [
        {
            "serial": one.public_id,
            "code": one.code,
            "kind": one.kind,
            "language": one.language,
            "status": one.status,
            "ordered_at": _told(one.ordered_at),
            "issued_at": _told(one.issued_at),
            "sha256": one.sha256,
            "pages": one.pages,
            "revoked_at": _told(one.revoked_at),
            "revoked_because": one.revoked_because,
        }
        for one in found
    ]


def _looks(permit: Permit) -> Rows:
    """Who looked, this export among them: as the subject reads it on their own page."""
    return [
        {
            "look": look.public_id,
            "at": _told(look.at),
            "until": _told(look.until),
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


def _measures(permit: Permit) -> Rows:
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
            "noticed_at": _told(one.noticed_at),
            "starts_on": _told(one.starts_on),
            "started_on": _told(one.started_on),
            "ends_on": _told(one.ends_on),
            "ended_on": _told(one.ended_on),
            "ended_because": one.ended_because,
        }
        for one in found.order_by("noticed_at", "pk")
    ]


def _objections(permit: Permit) -> Rows:
    found = Objection.objects.opened_by(permit).select_related("measure").order_by("filed_at", "pk")
    return [
        {
            "objection": one.public_id,
            "measure": one.measure.public_id,
            "reason": one.reason,
            "status": one.status,
            "filed_at": _told(one.filed_at),
            "closed_at": _told(one.closed_at),
            "answer": one.answer,
        }
        for one in found
    ]


PARTS: Mapping[str, tuple[Field, Callable[[Permit], Rows]]] = {
    "names": (Field.NAME, _names),
    "other_names": (Field.NAME, _other_names),
    "identifiers": (Field.IDENTIFIERS, _identifiers),
    "ways_in": (Field.NAME, _ways_in),
    "joined_files": (Field.NAME, _joined_files),
    "stated_again": (Field.RECORDS, _stated_again),
    "marks": (Field.MARK, _marks),
    "reviews": (Field.MARK, _reviews),
    "disputes": (Field.DISPUTES, _disputes),
    "dispute_steps": (Field.DISPUTES, _dispute_steps),
    "reports": (Field.REPORTS, _reports),
    "measures": (Field.MEASURES, _measures),
    "objections": (Field.MEASURES, _objections),
    "looks": (Field.LOOKS, _looks),
}
"""Every part beside the records, the field that opens it, and who reads it. A new context adds its part here."""


def _recalculation(permit: Permit, now: datetime) -> dict[str, Any] | None:
    """Today's mark as a document that anyone can recalculate; None where no scheme is published."""
    if Field.MARK not in permit.fields:
        return None
    try:
        return scoring.mark_of(permit, now=now).document
    except Unavailable:
        return None


def _told(value: date | datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
