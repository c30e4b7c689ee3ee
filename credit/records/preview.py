"""What a checked delivery would change if it were released now: counted, and by the agency's own marks."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from django.core.cache import cache
from django.db import transaction

from credit.core.policy import Field, System, touch
from credit.ledger import sets
from credit.records import loading, notations, staging
from credit.records.models import AgencyProfile, Submission
from credit.records.statements import CONTENT, find_last_said

COMPARED_ROWS = 100_000
"""Sound rows up to which each is compared with what is on file; of more it is only said that they are on file."""
MARKS = 20
"""Own marks that are listed one by one; of more (points), parts of the common scale are."""
KEPT_SECONDS = 300
PARTS = ((-1000, -501), (-500, -1), (0, 0), (1, 500), (501, 1000))
"""Parts of the common scale, in thousandths, both ends included."""

ON_FILE = """
CREATE TEMPORARY TABLE previewed ON COMMIT DROP AS
SELECT d.mark, d.value, d.valid_from, d.valid_to, d.details, r.id AS record_id,
    %(kind)s::text AS kind, %(category)s::text AS category
FROM delivered d JOIN subjects_subjectidentifier i ON i.kind = d.kind AND i.token = d.token
    JOIN records_record r ON r.subject_id = i.subject_id AND r.document = d.document
WHERE r.agency_id = %(agency)s AND r.notation = %(notation)s
"""
SAME = "SELECT count(*) FROM previewed t JOIN said s USING (record_id) WHERE ({0}) IS NOT DISTINCT FROM ({1})"


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows with one own mark (`mark`), or in a part of the common scale (`lowest` to `highest`, in thousandths)."""

    rows: int
    lowest: int
    highest: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Sound rows by what they would do. `changed` and `same` are None where a delivery is too long to compare each."""

    rows: int
    new: int
    known: int
    changed: int | None
    same: int | None
    subjects: int
    subjects_new: int
    category: str
    portions: tuple[Portion, ...]


def preview_of(submission: Submission) -> Preview:
    """Of a checked, unreleased submission. Kept for some minutes, as nothing but numbers and marks."""
    key = f"records.preview:{submission.public_id}:{submission.claim}"
    found: Preview | None = cache.get(key)
    if found is None:
        found = _computed(submission)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _computed(submission: Submission) -> Preview:
    notation = notations.get(submission.notation)
    profile = AgencyProfile.objects.filter(organisation=submission.agency_id).first()
    category = notation.category or (profile.category if profile else "")
    known, same = submission.records_known, None
    if known and submission.accepted <= COMPARED_ROWS:
        same = _same(submission, {"kind": notation.kind, "category": category, "notation": notation.code})
    elif not known:
        same = 0
    return Preview(
        rows=submission.accepted,
        new=submission.accepted - known,
        known=known,
        changed=None if same is None else known - same,
        same=same,
        subjects=submission.subjects,
        subjects_new=submission.subjects_new,
        category=category,
        portions=_portions(submission),
    )


@transaction.atomic
def _same(submission: Submission, named: Mapping[str, str]) -> int:
    """Rows that say of a record on file what the agency said of it last."""
    touch(System.INTAKE, Field.RECORDS)
    loading.load(submission, lambda _rows: None)
    sets.run("DROP TABLE IF EXISTS previewed")
    sets.run(ON_FILE, agency=submission.agency_id, **named)
    find_last_said("previewed")
    mine, theirs = (", ".join(f"{table}.{name}" for name in CONTENT) for table in "ts")
    same = sets.number(SAME.format(mine, theirs))
    sets.run("DROP TABLE previewed")
    loading.forget()
    return same


def _portions(submission: Submission) -> tuple[Portion, ...]:
    counted = [frame.group_by("mark", "value").agg(pl.len().alias("rows")) for frame in staging.frames(submission)]
    if not counted:
        return ()
    marks = pl.concat(counted).group_by("mark", "value").agg(pl.col("rows").sum()).sort("value", "mark")
    if marks.height <= MARKS:
        return tuple(Portion(rows, value, value, mark) for mark, value, rows in marks.iter_rows())
    within = ((low, high, marks.filter(pl.col("value").is_between(low, high))["rows"].sum()) for low, high in PARTS)
    return tuple(Portion(int(rows), low, high) for low, high, rows in within if rows)
