"""What a withdrawn submission said is unsaid as a set, for records that only deliveries have changed.

Where officials decided something, or a flag or an end was noted, the history is told again record by record
(takingback): such records are few.
"""

from datetime import datetime

from credit.core.policy import Field, System, touch
from credit.identity.models import User
from credit.ledger import sets
from credit.records import loading
from credit.records.models import Submission
from credit.records.moves import Cause
from credit.records.statements import CONTENT, find_last_said
from credit.records.versioning import supersede
from credit.subjects import bulk

TOLD = """
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT record_id FROM records_recordversion WHERE submission_id = %(submission)s AND cause = %(stated)s
UNION SELECT record_id FROM records_confirmation WHERE submission_id = %(submission)s
"""
LOCKED = """
SELECT count(*) FROM (
    SELECT FROM records_record WHERE id IN (SELECT record_id FROM told) ORDER BY id FOR NO KEY UPDATE) locked
"""
KNOWN = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT record_id FROM told EXCEPT
SELECT record_id FROM records_recordversion v WHERE record_id IN (SELECT record_id FROM told)
    AND (v.disputed OR v.withheld OR NOT v.cause = ANY(%(simple)s))
"""
CHANGED = """
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT v.record_id, v.subject_id, s.record_id IS NULL AS struck, s.submission_id, s.line, {said}
FROM known JOIN records_recordversion v ON v.record_id = known.record_id AND v.superseded_at IS NULL
    LEFT JOIN said s ON s.record_id = v.record_id
WHERE v.struck <> (s.record_id IS NULL) OR (s.record_id IS NOT NULL AND ({said}) IS DISTINCT FROM ({says}))
"""


def unsay(submission: Submission, *, reason: str, by: User, now: datetime) -> tuple[int, list[int]]:
    """Let the records of a withdrawn submission (saved) say what the last statement that stands says, or be struck.

    Returns how many got a next version, and the ids of the records that are left to be told again one by one.
    """
    touch(System.INTAKE, Field.RECORDS)
    loading.forget()
    sets.run(loading.ROOM)
    sets.run(TOLD, submission=submission.pk, stated=Cause.SUBMISSION.value)
    sets.run("ANALYZE told")
    sets.rows(LOCKED)
    sets.run(KNOWN, simple=[Cause.SUBMISSION.value, Cause.WITHDRAWAL.value])
    sets.run("ANALYZE known")
    find_last_said("known")
    said, says = (", ".join(f"{table}.{name}" for name in CONTENT) for table in "sv")
    sets.run(CHANGED.format(said=said, says=says))
    changed = _supersede(submission, reason=reason, by=by, now=now)
    bulk.raise_revisions_of("changed")
    left = [record for (record,) in sets.rows("SELECT record_id FROM told EXCEPT SELECT record_id FROM known")]
    loading.forget()
    return changed, sorted(left)


def _supersede(submission: Submission, *, reason: str, by: User, now: datetime) -> int:
    taken = (*CONTENT, "submission_id", "line")
    columns = {name: f"CASE WHEN new.struck THEN old.{name} ELSE new.{name} END" for name in taken}
    columns |= {"struck": "new.struck", "cause": "%(cause)s", "by_id": "%(by)s", "reason": "%(reason)s"}
    columns["withdrawn_id"] = "%(withdrawn)s"
    named = {"cause": Cause.WITHDRAWAL.value, "by": by.pk, "reason": reason, "withdrawn": submission.pk}
    return supersede("changed", columns, now=now, **named)
