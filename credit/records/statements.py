"""What an agency last stated in a record's document, among deliveries that haven't been withdrawn."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from credit.ledger import sets
from credit.records.models import RecordVersion
from credit.records.moves import STANDING, Cause

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


def content_of(version: RecordVersion) -> Content:
    """What a version says."""
    return Content(**{name: getattr(version, name) for name in CONTENT})


STANDS = """EXISTS (
    SELECT FROM records_recordversion v WHERE v.record_id = r.id AND v.superseded_at IS NULL AND NOT v.struck)"""
"""Whether the record `r` stands: it was neither removed nor taken back."""

LAST_SAID = """
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
WITH stood AS (
    SELECT v.record_id, v.id AS version_id, v.submission_id, v.line FROM {table}
        JOIN records_recordversion v USING (record_id) WHERE v.cause = %(submission)s
    UNION ALL
    SELECT c.record_id, c.version_id, c.submission_id, c.line FROM {table}
        JOIN records_confirmation c USING (record_id)
), last AS (
    SELECT DISTINCT ON (record_id) stood.* FROM stood JOIN records_submission s ON s.id = stood.submission_id
    WHERE s.status = ANY(%(standing)s) ORDER BY record_id, s.release_turn DESC
)
SELECT last.*, {content} FROM last JOIN records_recordversion v ON v.id = last.version_id
"""


def find_last_said(table: str) -> None:
    """Make the temporary table `said`: of each record in `table` (record_id), the last statement that stands.

    Its columns: record_id, the version that holds it, the delivery that said it last, the line in it, and CONTENT.
    Records without a statement have no row.
    """
    sets.run("DROP TABLE IF EXISTS said")
    content = ", ".join(f"v.{name}" for name in CONTENT)
    words = LAST_SAID.format(table=table, content=content)
    sets.run(words, submission=Cause.SUBMISSION.value, standing=[status.value for status in STANDING])
    sets.run("ANALYZE said")
