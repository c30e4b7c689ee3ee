"""What an agency last stated in a record's document, among deliveries that haven't been withdrawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from credit.core.policy import System
from credit.records.models import Confirmation, RecordVersion, Submission
from credit.records.moves import Cause, Status
from credit.records.notations.shapes import Row

CONTENT = ("kind", "category", "value", "mark", "valid_from", "valid_to", "details")


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says, apart from who said it when."""

    kind: str
    category: str
    value: int
    mark: str
    valid_from: date
    valid_to: date | None
    details: dict[str, Any]

    def fields(self) -> dict[str, Any]:
        """As a version's fields."""
        return {name: getattr(self, name) for name in CONTENT}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a document: its content, the version that holds it, and the delivery that said it last."""

    content: Content
    version_id: int
    submission_id: int
    line: int
    place: tuple[datetime, int]


def content_of(version: RecordVersion) -> Content:
    """What a version says."""
    return Content(**{name: getattr(version, name) for name in CONTENT})


def content_of_row(row: Row, *, kind: str, category: str) -> Content:
    """What a delivered row says."""
    return Content(kind, category, row.value, row.mark, row.decided_on, row.ends_on, row.details)


def last_statements(record_ids: Collection[int]) -> dict[int, Statement]:
    """By record: the statement that was released last and stands. Records without one are left out."""
    released = {"submission__status": Status.RELEASED}
    versions = RecordVersion.objects.opened_to(System.INTAKE).filter(
        record__in=record_ids, cause=Cause.SUBMISSION, **released
    )
    found: dict[int, Statement] = {}
    for version in versions.select_related("submission"):
        if version.submission and version.line is not None:  # always: the constraint version_names_its_submission
            _keep_later(found, version, version.submission, version.line)
    confirmations = Confirmation.objects.filter(record__in=record_ids, **released)
    for confirmation in confirmations.select_related("submission", "version"):
        _keep_later(found, confirmation.version, confirmation.submission, confirmation.line)
    return found


def _keep_later(found: dict[int, Statement], version: RecordVersion, submission: Submission, line: int) -> None:
    if submission.released_at is None:  # never: the constraint submission_release_is_whole
        return
    place = (submission.released_at, submission.pk)
    earlier = found.get(version.record_id)
    if earlier is None or earlier.place < place:
        found[version.record_id] = Statement(content_of(version), version.pk, submission.pk, line, place)
