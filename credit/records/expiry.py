"""What ends by itself: when a record's end has come, its next version says so.

Whether a record counts on a day follows from its dates alone, in marks and on pages; the version is for its history,
and says nothing new. A version recorded before its own end is due once that day has come: its successor is recorded
after the end, so nothing is ever noted twice, and what was over when it was delivered isn't noted at all.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from credit.core.clock import business_date, zone
from credit.ledger import actions as ledger
from credit.records.moves import Cause
from credit.records.puttingright import PORTAL
from credit.subjects import actions as subjects

AT_ONCE = 5_000
"""Records in one transaction: what is killed goes on where it stopped."""

# Records are locked first, as everything that changes one does; those that somebody is changing wait for the next run.
DUE = """SELECT record.id FROM records_record record JOIN records_recordversion version ON version.record_id = record.id
WHERE version.superseded_at IS NULL AND NOT version.struck AND version.cause <> 'expiry'
AND version.valid_to <= %(today)s AND (version.recorded_at AT TIME ZONE %(zone)s)::date < version.valid_to
ORDER BY record.id LIMIT %(limit)s FOR NO KEY UPDATE OF record SKIP LOCKED"""

COPIED = """record_id, subject_id, kind, category, value, mark, valid_from, valid_to, details,
disputed, withheld, struck, submission_id, line"""

EXPIRE = f"""WITH ended AS (
  UPDATE records_recordversion version SET superseded_at = greatest(%(now)s, recorded_at, (
      SELECT released_at FROM records_submission WHERE id = submission_id AND version.cause = 'submission'), (
      SELECT withdrawn_at FROM records_submission WHERE id = withdrawn_id))
  WHERE record_id = ANY(%(records)s) AND superseded_at IS NULL AND valid_to <= %(today)s
  RETURNING {COPIED}, number, superseded_at)
INSERT INTO records_recordversion ({COPIED}, number, recorded_at, cause, reason)
SELECT {COPIED}, number + 1, superseded_at, '{Cause.EXPIRY}', '' FROM ended RETURNING subject_id"""  # noqa: S608 -- constants


def expire(*, now: datetime, limit: int | None = None) -> int:
    """Note for every record whose end has come that it has ended (at most `limit`, None: all); returns how many."""
    noted = 0
    while limit is None or noted < limit:
        found = _expire_some(now, AT_ONCE if limit is None else min(AT_ONCE, limit - noted))
        if not found:
            break
        noted += found
    return noted


@transaction.atomic
def _expire_some(now: datetime, limit: int) -> int:
    asked: dict[str, Any] = {"today": business_date(now), "zone": str(zone()), "now": now, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(DUE, asked)
        records = [pk for (pk,) in cursor.fetchall()]
        if not records:
            return 0
        cursor.execute(EXPIRE, asked | {"records": records})
        touched = [subject for (subject,) in cursor.fetchall()]
    subjects.raise_revision(set(touched))
    if touched:
        ledger.note("records.expired", by=PORTAL, about=None, at=now, records=len(touched))
    return len(touched)
