"""Everything that is held on a subject, out of all contexts, as the files of one archive.

Each part is read through the one permit and left out, by name, where the permit doesn't open it. Officials and officers
are told by their body, never by name, as on the subject's own pages.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation

from credit.core.cells import csv_file
from credit.core.errors import Unavailable
from credit.core.policy import Field, Permit
from credit.measures.actions import bring_up_to_date
from credit.records import exporting
from credit.records.models import Confirmation
from credit.records.provenance import file_shown
from credit.scoring import actions as scoring
from credit.scoring.models import Score
from credit.subjects.models import Claim, MergingStep, Office, Subject, SubjectIdentifier, SubjectName, of_file
from credit.vault import actions as vault
from portal import exportcases
from portal.exportcases import Rows, told

FORMAT = "plainmark-export/1"


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
            "since": told(one.since),
            "delivery": one.source,
            "taken_back_at": told(one.dropped_at),
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
    return {"kind": kind, "name": name, "since": told(since), "until": told(until)}


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
            "since": told(score.since),
            "as_of": told(score.as_of),
            "mark": score.total,
            "band": score.band,
            "too_few_records": score.total is None,
            "current": score.pk == todays.get(score.scheme.code),
            "computed_at": told(score.computed_at),
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
            "at": told(step.at),
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
            "received_at": told(one.submission.submitted_at),
            "released_at": told(one.submission.released_at),
            "withdrawn_at": told(one.submission.withdrawn_at),
            "released_by": one.record.agency.name,
        }
        for one in Confirmation.objects.opened_by(permit)
    ]


PARTS: Mapping[str, tuple[Field, Callable[[Permit], Rows]]] = {
    "names": (Field.NAME, _names),
    "other_names": (Field.NAME, _other_names),
    "identifiers": (Field.IDENTIFIERS, _identifiers),
    "ways_in": (Field.NAME, _ways_in),
    "joined_files": (Field.NAME, _joined_files),
    "stated_again": (Field.RECORDS, _stated_again),
    "marks": (Field.MARK, _marks),
    "reviews": (Field.MARK, exportcases.reviews),
    "disputes": (Field.DISPUTES, exportcases.disputes),
    "dispute_steps": (Field.DISPUTES, exportcases.dispute_steps),
    "reports": (Field.REPORTS, exportcases.reports),
    "measures": (Field.MEASURES, exportcases.measures),
    "objections": (Field.MEASURES, exportcases.objections),
    "looks": (Field.LOOKS, exportcases.looks),
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
