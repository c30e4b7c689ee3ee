"""The faults of a submission as a page shows them: counted by code, cut by code and column, and as a list to save."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from credit.core.cells import csv_file
from credit.records import staging
from credit.records.models import Fault as StoredFault
from credit.records.models import Submission
from credit.records.notations.faults import Fault
from credit.records.refusals import as_json

LISTED = 50_000
"""Faults that a list to save has at most."""

OPENED_AT_ONCE = 1_000
COLUMNS = ("line", "column", "code", "value", "message")


@dataclass(frozen=True, slots=True)
class Cut:
    """Which faults one wants to see; "" for all."""

    code: str = ""
    column: str = ""

    def __bool__(self) -> bool:
        return bool(self.code or self.column)


def faults_in(submission: Submission, cut: Cut | None = None) -> QuerySet[StoredFault]:
    """The faults that the last check found, in the file's order."""
    found = submission.faults.filter(claim=submission.claim).order_by("line", "pk")
    if cut and cut.code:
        found = found.filter(code=cut.code)
    if cut and cut.column:
        found = found.filter(column=cut.column)
    return found


def counts(submission: Submission, by: str) -> list[tuple[str, int]]:
    """How many faults there are of each "code", or in each "column", the most frequent first."""
    counted = faults_in(submission).order_by().exclude(**{by: None}).values_list(by).annotate(found=Count("pk"))
    return list(counted.order_by("-found", by))


def opened(submission: Submission, cut: Cut | None = None, *, at_most: int = LISTED) -> Iterator[Fault]:
    """Faults with what stood in their cells, some at a time."""
    stored = faults_in(submission, cut)[:at_most]
    batch: list[StoredFault] = []
    for fault in stored.iterator(chunk_size=OPENED_AT_ONCE):
        batch.append(fault)
        if len(batch) == OPENED_AT_ONCE:
            yield from staging.faults_of(batch, submission)
            batch = []
    yield from staging.faults_of(batch, submission)


def as_csv(submission: Submission) -> bytes:
    """The list to save; as commands print it, so that what stood in an identifier's cell is masked."""
    return csv_file(COLUMNS, (as_json(fault) for fault in opened(submission)))
