"""Staged rows and faults in the database: in columns, compressed, sealed, bound to their submission and place.

Identifiers are staged as their tokens: what a release needs, and what a sample can be opened from.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
from django.db import connection

from credit.core.identifiers import IdentifierKind
from credit.records.models import Fault as StoredFault
from credit.records.models import StagedRows, Submission
from credit.records.notations.faults import Code, Fault
from credit.records.notations.shapes import Row
from credit.vault import actions as vault

COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int32,
    "kind": pl.String,
    "token": pl.Binary,
    "name": pl.String,
    "document": pl.String,
    "mark": pl.String,
    "value": pl.Int16,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "details": pl.String,
    "register": pl.Binary,
    "first": pl.Boolean,
}
"""One staged row: a Row with tokens for its identifiers, its details as JSON; `first`: it names its subject first."""


def as_frame(rows: Sequence[Row], tokens: Sequence[bytes], first: Sequence[bool]) -> pl.DataFrame:
    """Rows in the COLUMNS."""
    if not rows:
        return pl.DataFrame(schema=COLUMNS)
    lines, kinds, _identifiers, names, documents, marks, values, begun, ends, details, registers = zip(
        *rows, strict=True
    )
    encrypt = vault.identifier_cipher()
    also = [encrypt(IdentifierKind.REGISTER, number) if number else None for number in registers]
    kept = ["{}" if not item else json.dumps(item, ensure_ascii=False) for item in details]
    cells: tuple[Any, ...] = (lines, kinds, tokens, names, documents, marks, values, begun, ends, kept, also, first)
    columns = zip(COLUMNS.items(), cells, strict=True)
    return pl.DataFrame([pl.Series(name, column, dtype=kind) for (name, kind), column in columns])


def stage(submission: Submission, number: int, rows: pl.DataFrame | None, faults: Iterable[Fault]) -> None:
    """Store one batch (COLUMNS) under the submission's claim, inside the caller's transaction."""
    if rows is not None and rows.height:
        data = BytesIO()
        rows.write_ipc(data, compression="zstd")
        sealed = vault.seal(data.getvalue(), context=_context(submission, number))
        StagedRows.objects.create(
            submission=submission, claim=submission.claim, number=number, rows=rows.height, sealed=sealed
        )
    _store(submission, faults)


def frames(submission: Submission) -> Iterator[pl.DataFrame]:
    """The sound rows of a parsed submission (COLUMNS), a batch at a time, in the file's order."""
    numbers = StagedRows.objects.filter(submission=submission, claim=submission.claim).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        yield _opened(submission, numbers.get(number=number))


def staged(submission: Submission) -> Iterator[list[Row]]:
    """As `frames`, as Rows: for a few."""
    return (_rows(frame) for frame in frames(submission))


def sample(submission: Submission, count: int) -> list[Row]:
    """The first sound rows of a parsed submission."""
    first = StagedRows.objects.filter(submission=submission, claim=submission.claim).order_by("number").first()
    return _rows(_opened(submission, first).head(count)) if first else []


def faults_of(stored: Iterable[StoredFault], submission: Submission) -> list[Fault]:
    """Stored faults of one submission, opened."""
    return [_fault(submission, fault) for fault in stored]


def discard(submission: Submission) -> None:
    """Throw away all that was staged from a submission, by whichever worker."""
    StagedRows.objects.filter(submission=submission).delete()
    StoredFault.objects.filter(submission=submission).delete()


def _opened(submission: Submission, batch: StagedRows) -> pl.DataFrame:
    data = vault.open_sealed(bytes(batch.sealed), context=_context(submission, batch.number))
    return pl.read_ipc(BytesIO(data))


def _rows(frame: pl.DataFrame) -> list[Row]:
    found = []
    for line, kind, token, name, document, mark, value, begun, ends, details, _also, _first in frame.iter_rows():
        identifier = vault.decrypt_identifier(kind, token)
        kind_ = IdentifierKind(kind)
        found.append(Row(line, kind_, identifier, name, document, mark, value, begun, ends, json.loads(details)))
    return found


def _context(submission: Submission, number: int) -> str:
    return f"records.staged:{submission.public_id}:{submission.claim}:{number}"


COPY_FAULTS = 'COPY records_fault (submission_id, claim, line, "column", code, sealed) FROM STDIN'


def _store(submission: Submission, faults: Iterable[Fault]) -> None:
    """By COPY: a bad file has as many faults as rows."""
    context = f"records.fault:{submission.public_id}"
    with connection.cursor() as cursor, cursor.copy(COPY_FAULTS) as copy:
        for fault in faults:
            heading = [fault.column] if fault.line is None else []  # of a refused file: anything, a number too
            body = json.dumps([fault.value, fault.detail, fault.expected, *heading]).encode()
            sealed = vault.seal(body, context=context)
            column = None if heading else fault.column
            copy.write_row((submission.pk, submission.claim, fault.line, column, fault.code.value, sealed))


def _fault(submission: Submission, stored: StoredFault) -> Fault:
    body = vault.open_sealed(bytes(stored.sealed), context=f"records.fault:{submission.public_id}")
    value, detail, expected, *heading = json.loads(body)
    column = heading[0] if heading else stored.column
    return Fault(stored.line, column, Code(stored.code), value, detail, expected)
