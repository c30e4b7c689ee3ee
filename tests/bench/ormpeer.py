"""The same intake through the ORM: identifiers looked up with `IN`, rows staged as JSON, everything by bulk_create.

This is how the portal itself did it at first, written to be fast, not to lose: the same reader and the same checks, in
batches, with as few queries as rows allow.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from credit.core.identifiers import Identifier, IdentifierKind
from credit.records import notations
from credit.records.deliveries import next_turn
from credit.records.models import Fault, Record, RecordVersion, StagedRows, Submission
from credit.records.moves import Cause, Status
from credit.records.names import same_name
from credit.records.notations.reading import read
from credit.records.notations.shapes import Row
from credit.subjects import actions as subjects
from credit.vault import actions as vault

BATCH = 5_000


def parse(submission: Submission, data: bytes) -> None:
    """Read, check, match names, stage."""
    names: dict[Identifier, str] = {}
    notation = notations.get(submission.notation)
    readings = read(data, filename=submission.filename, notation=notation, batch_rows=BATCH)
    for number, reading in enumerate(readings):
        with transaction.atomic():
            on_file = subjects.names_on_file({Identifier(row.kind, row.identifier) for row in reading.rows})
            rows = []
            for row in reading.rows:
                identifier = Identifier(row.kind, row.identifier)
                known = on_file.get(identifier) or names.setdefault(identifier, row.name)
                if same_name(known, row.name):
                    rows.append(row)
            body = zlib.compress(json.dumps([_packed(row) for row in rows], ensure_ascii=False).encode(), 1)
            sealed = vault.seal(body, context=f"{submission.pk}:{number}")
            StagedRows.objects.create(submission=submission, claim=1, number=number, rows=len(rows), sealed=sealed)
            Fault.objects.bulk_create(
                Fault(
                    submission=submission,
                    claim=1,
                    line=fault.line,
                    column=fault.column,
                    code=fault.code.value,
                    sealed=vault.seal(json.dumps([fault.value, fault.expected]).encode(), context=f"{submission.pk}"),
                )
                for fault in reading.faults
            )


@transaction.atomic
def release(submission: Submission, *, by: int, now: datetime) -> int:
    """Subjects, identifiers, records, versions, revisions; returns how many records."""
    touched: set[int] = set()
    made = 0
    for rows in _staged(submission):
        people = {Identifier(row.kind, row.identifier): row.name for row in rows}
        ids = subjects.bulk_find_or_create(
            [subjects.Newcomer(identifier, name) for identifier, name in people.items()], now=now
        )
        keys = {(ids[Identifier(row.kind, row.identifier)], row.document): row for row in rows}
        known = Record.objects.filter(
            subject__in={subject for subject, _ in keys}, agency=submission.agency, notation=submission.notation
        )
        known_keys = set(known.values_list("subject_id", "document"))
        fresh = [key for key in keys if key not in known_keys]
        made_of = Record.objects.bulk_create(
            Record(
                subject_id=subject,
                agency=submission.agency,
                notation=submission.notation,
                document=document,
                created_at=now,
            )
            for subject, document in fresh
        )
        RecordVersion.objects.bulk_create(
            _version(submission, record, keys[record.subject_id, record.document], by, now) for record in made_of
        )
        touched |= {record.subject_id for record in made_of}
        made += len(made_of)
    ordered = sorted(touched)
    for start in range(0, len(ordered), BATCH):
        subjects.raise_revision(ordered[start : start + BATCH])
    released = {"status": Status.RELEASED, "released_by": by, "released_at": now, "release_turn": next_turn()}
    Submission.objects.filter(pk=submission.pk).update(**released)
    return made


def _version(submission: Submission, record: Record, row: Row, by: int, now: datetime) -> RecordVersion:
    return RecordVersion(
        record=record,
        number=1,
        subject_id=record.subject_id,
        kind="rating",
        category="tax",
        value=row.value,
        mark=row.mark,
        valid_from=row.decided_on,
        valid_to=row.ends_on,
        details=row.details,
        recorded_at=now,
        cause=Cause.SUBMISSION,
        by_id=by,
        submission=submission,
        line=row.line,
    )


def _packed(row: Row) -> list[object]:
    return [*row[:7], row.decided_on.isoformat(), row.ends_on.isoformat() if row.ends_on else None, row.details]


def _staged(submission: Submission) -> Iterator[list[Row]]:
    for batch in StagedRows.objects.filter(submission=submission).order_by("number").iterator(chunk_size=1):
        data = vault.open_sealed(bytes(batch.sealed), context=f"{submission.pk}:{batch.number}")
        yield [_unpacked(*item) for item in json.loads(zlib.decompress(data))]


def _unpacked(line: int, kind: str, number: str, name: str, document: str, mark: str, value: int, *rest: object) -> Row:
    decided, ends, details = rest
    begun, end = date.fromisoformat(str(decided)), date.fromisoformat(str(ends)) if ends else None
    return Row(line, IdentifierKind(kind), number, name, document, mark, value, begun, end, details)  # type: ignore
