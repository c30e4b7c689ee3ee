"""Staged rows and faults in the database: compressed, sealed, bound to their submission and place."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from credit.core.identifiers import IdentifierKind
from credit.records.models import Fault as StoredFault
from credit.records.models import StagedRows, Submission
from credit.records.notations.faults import Code, Fault
from credit.records.notations.shapes import Row
from credit.vault import actions as vault

FAULTS_AT_ONCE = 2_000


def stage(submission: Submission, number: int, rows: Sequence[Row], faults: Iterable[Fault]) -> None:
    """Store one batch under the submission's claim, inside the caller's transaction."""
    if rows:
        data = zlib.compress(json.dumps([_packed(row) for row in rows], ensure_ascii=False).encode(), 1)
        sealed = vault.seal(data, context=_context(submission, number))
        StagedRows.objects.create(
            submission=submission, claim=submission.claim, number=number, rows=len(rows), sealed=sealed
        )
    stored = [_stored(submission, fault) for fault in faults]
    StoredFault.objects.bulk_create(stored, batch_size=FAULTS_AT_ONCE)


def staged(submission: Submission) -> Iterator[list[Row]]:
    """The sound rows of a parsed submission, a batch at a time, in the file's order."""
    numbers = StagedRows.objects.filter(submission=submission, claim=submission.claim).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        yield _opened(submission, numbers.get(number=number))


def sample(submission: Submission, count: int) -> list[Row]:
    """The first sound rows of a parsed submission."""
    first = StagedRows.objects.filter(submission=submission, claim=submission.claim).order_by("number").first()
    return _opened(submission, first)[:count] if first else []


def faults_of(stored: Iterable[StoredFault], submission: Submission) -> list[Fault]:
    """Stored faults of one submission, opened."""
    return [_fault(submission, fault) for fault in stored]


def discard(submission: Submission) -> None:
    """Throw away all that was staged from a submission, by whichever worker."""
    StagedRows.objects.filter(submission=submission).delete()
    StoredFault.objects.filter(submission=submission).delete()


def _opened(submission: Submission, batch: StagedRows) -> list[Row]:
    data = vault.open_sealed(bytes(batch.sealed), context=_context(submission, batch.number))
    return [_unpacked(item) for item in json.loads(zlib.decompress(data))]


def _context(submission: Submission, number: int) -> str:
    return f"records.staged:{submission.public_id}:{submission.claim}:{number}"


def _packed(row: Row) -> list[object]:
    ends = row.ends_on.isoformat() if row.ends_on else None
    return [*row[:7], row.decided_on.isoformat(), ends, row.details]


def _unpacked(item: list[Any]) -> Row:
    line, kind, identifier, name, document, mark, value, decided, ends, details = item
    ends_on = date.fromisoformat(ends) if ends else None
    decided_on = date.fromisoformat(decided)
    return Row(line, IdentifierKind(kind), identifier, name, document, mark, value, decided_on, ends_on, details)


def _stored(submission: Submission, fault: Fault) -> StoredFault:
    heading = [fault.column] if fault.line is None else []  # of a refused file: it can be anything, a number too
    body = json.dumps([fault.value, fault.detail, fault.expected, *heading]).encode()
    sealed = vault.seal(body, context=f"records.fault:{submission.public_id}")
    return StoredFault(
        submission=submission,
        claim=submission.claim,
        line=fault.line,
        column=None if heading else fault.column,
        code=fault.code.value,
        sealed=sealed,
    )


def _fault(submission: Submission, stored: StoredFault) -> Fault:
    body = vault.open_sealed(bytes(stored.sealed), context=f"records.fault:{submission.public_id}")
    value, detail, expected, *heading = json.loads(body)
    column = heading[0] if heading else stored.column
    return Fault(stored.line, column, Code(stored.code), value, detail, expected)
