"""A loaded delivery becomes records and versions, as sets inside the database, in the caller's transaction.

`delivered` (loading) → `named` (whose it is) → `stated` (which record it is) → new records with their first versions,
and `known` ones: nothing new where the agency said the same last (`said`), else the next version (`changed`).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from credit.core.policy import Field, System, touch
from credit.identity.models import User
from credit.ledger import sets
from credit.records import loading, notations
from credit.records.merging import LED_ON, WHILE_PUBLISHING, note_pairs
from credit.records.models import AgencyProfile, Confirmation, Record, RecordVersion, Submission
from credit.records.moves import Cause
from credit.records.naming import strangers, take_on
from credit.records.notations.faults import Code
from credit.records.numbers import note_joins
from credit.records.overriding import Accepted
from credit.records.statements import CONTENT, STANDS, find_last_said
from credit.records.versioning import CARRIED, supersede
from credit.records.versions import record_id
from credit.subjects import bulk
from credit.subjects.models import Subject, SubjectIdentifier

STATED = """
CREATE TEMPORARY TABLE stated ON COMMIT DROP AS
SELECT line, document, mark, value, valid_from, valid_to, details, public_id, subject_id,
    subject_is_new, found IS NULL AS fresh, coalesce(found, nextval(%(ids)s::regclass)) AS record_id,
    %(kind)s::text AS kind, %(category)s::text AS category
FROM (
    SELECT d.*, n.subject_id, true AS subject_is_new, NULL::bigint AS found
    FROM delivered d JOIN named n ON n.kind = d.kind AND n.token = d.token WHERE n.fresh
    UNION ALL
    SELECT d.*, n.subject_id, false, r.id FROM delivered d JOIN named n ON n.kind = d.kind AND n.token = d.token
        LEFT JOIN records_record r ON r.subject_id = n.subject_id AND r.agency_id = %(agency)s
            AND r.notation = %(notation)s AND r.document = d.document
    WHERE NOT n.fresh
) met ORDER BY subject_id
"""
TAKEN = "SELECT t.record_id FROM stated t JOIN records_record r USING (public_id) WHERE t.fresh"
OTHER_NAMES = """
SELECT DISTINCT s.id, s.name, d.name FROM delivered d JOIN named n ON n.kind = d.kind AND n.token = d.token
    JOIN subjects_subject s ON s.id = n.subject_id
WHERE NOT n.fresh AND d.name <> s.name AND NOT d.line = ANY(%(accepted)s)
"""
OTHERS = f"""
SELECT EXISTS (SELECT FROM stated t JOIN records_record r ON r.subject_id = t.subject_id AND r.document = t.document
WHERE t.fresh AND NOT t.subject_is_new AND r.notation = %(notation)s AND NOT t.line = ANY(%(accepted)s) AND {STANDS})
"""  # noqa: S608 -- constants
CHANGED = """
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT t.* FROM stated t LEFT JOIN said s USING (record_id)
WHERE NOT t.fresh AND (s.record_id IS NULL OR ({0}) IS DISTINCT FROM ({1}))
"""
TOUCHED = """
CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS
WITH named_ones AS (
    SELECT DISTINCT subject_id FROM stated WHERE fresh AND NOT subject_is_new UNION SELECT subject_id FROM changed)
SELECT subject_id FROM named_ones
UNION SELECT merged_into_id FROM named_ones JOIN ({led_on}) led_on ON led_on.id = subject_id
"""
MANY = 5_000
"""Rows of a delivery after which tables may look like others."""

GROWN = (Record, RecordVersion, Subject, SubjectIdentifier)
Progress = Callable[[int], None]
"""Told how far it is, in percent."""


class NamesChanged(Exception):
    """Since the file was checked, a number is on file under another name, or a document is another agency's."""


def publish(
    submission: Submission,
    *,
    by: User,
    now: datetime,
    accepted: Accepted,
    reasons: Mapping[int, str],
    progress: Progress = lambda _percent: None,
) -> None:
    """Make records and versions of a submission's sound rows, and count them in it (not saved).

    `accepted`: by line, the faults that an officer accepted; `reasons`: by line, why. Raises NamesChanged.
    """
    touch(System.INTAKE, Field.RECORDS)
    sets.run(WHILE_PUBLISHING)
    bulk.forget_named()
    loading.load(submission, lambda rows: progress(30 * rows // max(1, submission.accepted)))
    bulk.find_or_make_named(now=now)
    source = submission.public_id
    note_pairs(bulk.join_registers(source=source, now=now), source=source, now=now)
    note_joins(submission, now=now)
    names = _lines(accepted, Code.NAME_CONFLICT)
    differing = sets.rows(OTHER_NAMES, accepted=names)
    if strangers(differing):
        raise NamesChanged
    if differing or names:
        take_on(submission, names, now=now)
    progress(45)
    _find_records(submission)
    if sets.number(OTHERS, notation=submission.notation, accepted=_lines(accepted, Code.NOT_AUTHORISED)):
        raise NamesChanged
    progress(55)
    submission.records_new = _add_records(submission, now)
    progress(70)
    _add_first_versions(submission, by, now, reasons)
    progress(95)
    _state_again(submission, by, now, reasons)
    if submission.accepted > MANY:
        sets.learn_soon(*GROWN)


def raise_revisions(table: str = "touched") -> None:
    """Say that the files of the subjects have changed that were on file before; drop what isn't needed any more."""
    sets.run(TOUCHED.format(table=table, led_on=LED_ON))
    bulk.raise_revisions_of(table)
    sets.run(f"DROP TABLE {table}")
    bulk.forget_named()
    loading.forget()


def _find_records(submission: Submission) -> None:
    notation = notations.get(submission.notation)
    sets.run(
        STATED,
        ids=sets.sequence(Record),
        agency=submission.agency_id,
        notation=submission.notation,
        kind=notation.kind,
        category=notation.category or _category_of(submission),
    )
    sets.run("ANALYZE stated (line, document, subject_id, record_id, fresh, subject_is_new)")


def _add_records(submission: Submission, now: datetime) -> int:
    columns = {name: name for name in ("public_id", "subject_id", "document")} | {
        "id": "record_id",
        "agency_id": "%(agency)s",
        "notation": "%(notation)s",
        "created_at": "%(now)s",
    }
    source = "FROM stated WHERE fresh"  # which lies in the order of its ids
    named = {"agency": submission.agency_id, "notation": submission.notation, "now": now}
    while True:
        try:
            with transaction.atomic():
                return sets.insert(Record, columns, source, **named)
        except IntegrityError:
            if not _choose_free_ids():
                raise


def _choose_free_ids() -> bool:
    """Once in thousands of large deliveries a random id is taken: asking beforehand would read all records."""
    taken = sets.rows(TAKEN)
    for (record,) in taken:
        sets.run("UPDATE stated SET public_id = %(id)s WHERE record_id = %(record)s", id=record_id(), record=record)
    return bool(taken)


def _add_first_versions(submission: Submission, by: User, now: datetime, reasons: Mapping[int, str]) -> None:
    columns = {name: name for name in (*CONTENT, "record_id", "line")} | {
        "subject_id": "coalesce(led_on.merged_into_id, stated.subject_id)",  # see merging.py
        "number": "1",
        "recorded_at": "%(now)s",
        "cause": "%(cause)s",
        "by_id": "%(by)s",
        "submission_id": "%(submission)s",
        "reason": "coalesce(%(reasons)s::jsonb ->> line::text, '')" if reasons else "''",
    }
    source = f"FROM stated LEFT JOIN ({LED_ON}) led_on ON led_on.id = stated.subject_id WHERE fresh"
    sets.insert(RecordVersion, columns, source, now=now, **_authors(submission, by, reasons))


def _state_again(submission: Submission, by: User, now: datetime, reasons: Mapping[int, str]) -> None:
    """Records that are on file: nothing new where the agency said the same last, else the next version."""
    sets.run("CREATE TEMPORARY TABLE known ON COMMIT DROP AS SELECT record_id FROM stated WHERE NOT fresh")
    sets.run("ANALYZE known")
    find_last_said("known")
    mine, theirs = (", ".join(f"{table}.{name}" for name in CONTENT) for table in "ts")
    sets.run(CHANGED.format(mine, theirs))
    columns = {name: f"said.{name}" for name in ("record_id", "version_id")} | {
        "submission_id": "%(mine)s",
        "line": "t.line",
        "after": "newest.number",
    }
    source = """FROM stated t JOIN said USING (record_id)
        JOIN records_recordversion newest ON newest.record_id = said.record_id AND newest.superseded_at IS NULL
        WHERE NOT t.fresh AND NOT EXISTS (SELECT FROM changed c WHERE c.record_id = said.record_id)"""
    submission.records_same = sets.insert(Confirmation, columns, source, mine=submission.pk)
    following = {name: f"new.{name}" for name in (*CONTENT, "line")} | {name: f"old.{name}" for name in CARRIED}
    following |= {
        "cause": "%(cause)s",
        "by_id": "%(by)s",
        "submission_id": "%(submission)s",
        "reason": "coalesce(%(reasons)s::jsonb ->> new.line::text, '')" if reasons else "''",
    }
    submission.records_changed = supersede("changed", following, now=now, **_authors(submission, by, reasons))


def _lines(accepted: Accepted, code: Code) -> list[int]:
    return [line for line, codes in accepted.items() if code in codes]


def _authors(submission: Submission, by: User, reasons: Mapping[int, str]) -> dict[str, object]:
    named: dict[str, object] = {"by": by.pk, "submission": submission.pk, "cause": Cause.SUBMISSION.value}
    if reasons:
        named["reasons"] = json.dumps({str(line): reason for line, reason in reasons.items()})
    return named


def _category_of(submission: Submission) -> str:
    return AgencyProfile.objects.values_list("category", flat=True).get(organisation=submission.agency_id)
