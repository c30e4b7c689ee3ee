"""The one way in which a record gets its next version."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import sets
from credit.records.models import Record, RecordVersion, Submission
from credit.records.moves import Cause
from credit.records.statements import Content
from credit.records.versions import KNOWN_FROM

BATCH = 5_000

CARRIED = ("disputed", "withheld")
"""What a next version has from the one before it, unless it says otherwise."""


def newest_of(record_ids: Collection[int]) -> dict[int, RecordVersion]:
    """The last version of each record, both locked until the transaction ends; in one order, so that none deadlock."""
    records = Record.objects.opened_to(System.INTAKE).filter(pk__in=record_ids).order_by("pk")
    list(records.select_for_update(no_key=True).values_list("pk", flat=True))
    versions = RecordVersion.objects.opened_to(System.INTAKE).newest().filter(record__in=record_ids)
    return {version.record_id: version for version in versions.select_related("record")}


def draft(
    record: Record,
    content: Content,
    number: int,
    cause: Cause,
    *,
    by: User | None,
    now: datetime,
    old: RecordVersion | None = None,
    reason: str = "",
    submission: Submission | None = None,
    line: int | None = None,
) -> RecordVersion:
    """A version that isn't saved yet. Flags come from `old`; so does the delivery, where none is given."""
    version = RecordVersion(
        record=record,
        number=number,
        subject_id=record.subject_id,
        **content.fields(),
        recorded_at=now,
        cause=cause.value,
        by=by,
        reason=reason,
        submission=submission,
        line=line,
    )
    if old is not None:
        version.subject_id = old.subject_id
        for flag in CARRIED:
            setattr(version, flag, getattr(old, flag))
        if submission is None:
            version.submission_id, version.line = old.submission_id, old.line
    return version


def add_versions(versions: Sequence[RecordVersion]) -> None:
    """Save first versions."""
    RecordVersion.objects.bulk_create(versions, batch_size=BATCH)


def add_next(steps: Iterable[tuple[RecordVersion, RecordVersion]], *, now: datetime) -> None:
    """Supersede each old version by its new one. The old ones must be locked (`newest_of`)."""
    pairs = list(steps)
    if not pairs:
        return
    newest = RecordVersion.objects.filter(pk__in=[old.pk for old, _new in pairs])
    moment = max(now, newest.aggregate(latest=Max(KNOWN_FROM))["latest"])
    newest.update(superseded_at=moment)
    for _old, new in pairs:
        new.recorded_at = moment
    add_versions([new for _old, new in pairs])


NEWEST = """
CREATE TEMPORARY TABLE newest ON COMMIT DROP AS
SELECT v.*, greatest(v.recorded_at, s.released_at, w.withdrawn_at) AS known_from FROM records_recordversion v
    LEFT JOIN records_submission s ON s.id = v.submission_id AND v.cause = 'submission'
    LEFT JOIN records_submission w ON w.id = v.withdrawn_id
WHERE v.superseded_at IS NULL AND v.record_id IN (SELECT record_id FROM {})
"""


def supersede(table: str, columns: Mapping[str, str], *, now: datetime, **named: Any) -> int:
    """As `add_next`, for all records in a temporary table (`record_id`) at once; returns how many.

    `columns`: of the next version, in SQL, where `new` is the table's row and `old` the version before; number,
    record, subject and moment come by themselves. Records are locked in one order, so that none deadlock.
    """
    locked = "SELECT count(*) FROM (SELECT FROM records_record WHERE id IN (SELECT record_id FROM {}) ORDER BY id"
    if not sets.number(f"{locked} FOR NO KEY UPDATE) locked".format(table)):
        return 0
    sets.run(NEWEST.format(table))
    sets.run("ANALYZE newest")
    moment = max(now, sets.rows("SELECT max(known_from) FROM newest")[0][0])
    sets.run(
        "UPDATE records_recordversion SET superseded_at = %(moment)s WHERE id IN (SELECT id FROM newest)", moment=moment
    )
    own = {"number": "old.number + 1", "record_id": "old.record_id", "subject_id": "old.subject_id"}
    source = f"FROM {table} new JOIN newest old USING (record_id) ORDER BY old.record_id"
    columns = {**columns, **own, "recorded_at": "%(moment)s"}
    made = sets.insert(RecordVersion, columns, source, moment=moment, **named)
    sets.run("DROP TABLE newest")
    return made
