"""The derived rows of many subjects at once: what is closed, opened, started, and noted as looked at.

All statements take `subjects` (ids, whose derivations the caller has locked), `today` and `now`, and look at the wanted
causes that were staged; each returns the public ids of what it changed. Nobody who changes a record pushes anything
here: what isn't among the wanted causes any more is over.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from credit.core.publicid import new_public_ids
from credit.ledger import sets
from credit.measures.rules import MEASURE_MOVES, OPEN, STANDING, Because, Happening, State
from credit.records.moves import Cause


def _listed(members: Sequence[str]) -> str:
    return ", ".join(f"'{member}'" for member in members)


def _moved(happening: Happening) -> str:
    """The table of moves as SQL: the state that follows, from the state that is."""
    rows = {state: to for (state, what), to in MEASURE_MOVES.items() if what is happening}
    return "CASE m.state " + " ".join(f"WHEN '{state}' THEN '{to}'" for state, to in rows.items()) + " END"


STANDS = f"m.state IN ({_listed(STANDING)})"
OBJECTED = f"EXISTS (SELECT FROM measures_objection o WHERE o.measure_id = m.id AND o.status IN ({_listed(OPEN)}))"

COLUMNS = ("subject", "entry", "record", "band", "ends_on", "public_id", "key", "notice_days")
# Of one connection: made once, so that a page doesn't pay for it again, and empty after each transaction.
STAGE = """CREATE TEMPORARY TABLE IF NOT EXISTS measures_wanted (subject bigint, entry bigint, record bigint, band text,
ends_on date, public_id text, key text, notice_days integer) ON COMMIT DELETE ROWS"""
EMPTY = "DELETE FROM measures_wanted"
FILL = f"COPY measures_wanted ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)"

# The same measure: of one subject, under one key in whichever version of the list, because of one record or the mark.
SAME = """w.subject = m.subject_id AND w.key = e.key AND coalesce(w.record, 0) = coalesce(m.record_id, 0)"""
MEASURES = "measures_measure m JOIN measures_listentry e ON e.id = m.entry_id"

WHY = f"""CASE WHEN m.record_id IS NULL THEN '{Because.BAND}' WHEN v.struck THEN '{Because.REMOVED}'
WHEN v.subject_id <> m.subject_id THEN '{Because.MOVED}' WHEN v.withheld THEN '{Because.WITHHELD}'
WHEN v.valid_to <= %(today)s AND EXISTS (SELECT FROM records_recordversion r
  WHERE r.record_id = m.record_id AND r.cause = '{Cause.REPAIR}' AND r.valid_to = v.valid_to) THEN '{Because.REPAIRED}'
WHEN v.valid_to <= %(today)s THEN '{Because.EXPIRED}' ELSE '{Because.CHANGED}' END"""

# What is over ended on the record's last day, where that was known, else today.
CLOSE = f"""WITH gone AS (SELECT m.id, {WHY} AS why, v.valid_to FROM {MEASURES}
LEFT JOIN records_recordversion v ON v.record_id = m.record_id AND v.superseded_at IS NULL
WHERE m.subject_id = ANY(%(subjects)s) AND {STANDS} AND NOT EXISTS (SELECT FROM measures_wanted w WHERE {SAME}))
UPDATE measures_measure m SET state = {_moved(Happening.CAUSE_ENDS)}, ended_because = gone.why, ended_at = %(now)s,
ended_on = CASE WHEN gone.why IN ('{Because.EXPIRED}', '{Because.REPAIRED}')
  THEN greatest(gone.valid_to, m.noticed_on, m.started_on) ELSE greatest(%(today)s, m.noticed_on) END
FROM gone WHERE gone.id = m.id RETURNING m.public_id"""  # noqa: S608 -- constants

# An upheld objection to what follows from a band bars it only as long as the mark stays there.
UNBAR = f"""UPDATE measures_measure m SET bars = false FROM measures_listentry e WHERE e.id = m.entry_id
AND m.subject_id = ANY(%(subjects)s) AND m.bars AND m.record_id IS NULL
AND NOT EXISTS (SELECT FROM measures_wanted w WHERE {SAME}) RETURNING m.public_id"""  # noqa: S608 -- constants

# A record's bar goes with the record, into whichever file that comes.
OPENED = f"""INSERT INTO measures_measure (public_id, subject_id, entry_id, record_id, band, state, noticed_at,
noticed_on, starts_on, started_on, ends_on, bars)
SELECT w.public_id, w.subject, w.entry, w.record, w.band,
  CASE WHEN w.notice_days = 0 THEN '{State.IN_FORCE}' ELSE '{State.ANNOUNCED}' END, %(now)s, %(today)s,
  %(today)s + w.notice_days, CASE WHEN w.notice_days = 0 THEN %(today)s END, w.ends_on, false
FROM measures_wanted w
WHERE NOT EXISTS (SELECT FROM {MEASURES} WHERE {SAME} AND {STANDS})
AND NOT EXISTS (SELECT FROM {MEASURES} WHERE m.bars AND e.key = w.key AND m.record_id = w.record)
AND NOT EXISTS (SELECT FROM {MEASURES} WHERE m.bars AND {SAME} AND m.record_id IS NULL)
ON CONFLICT DO NOTHING RETURNING public_id"""  # noqa: S608 -- constants

START = f"""UPDATE measures_measure m SET state = {_moved(Happening.START)}, started_on = %(today)s
WHERE m.subject_id = ANY(%(subjects)s) AND m.state = '{State.ANNOUNCED}' AND m.starts_on <= %(today)s AND NOT {OBJECTED}
RETURNING m.public_id"""  # noqa: S608 -- constants

EXPECT = f"""UPDATE measures_measure m SET ends_on = w.ends_on FROM measures_wanted w, measures_listentry e
WHERE e.id = m.entry_id AND {STANDS} AND {SAME} AND m.ends_on IS DISTINCT FROM w.ends_on
RETURNING m.public_id"""  # noqa: S608 -- constants

# Who comes on a later day looks again when a record starts or ends to count, or a notice has run.
DERIVED = f"""UPDATE measures_derivation r SET revision = f.revision, band = f.band, lists = %(lists)s,
"on" = %(today)s,
stale_from = least(f.day, (SELECT min(m.starts_on) FROM measures_measure m
  WHERE m.subject_id = r.subject_id AND m.state = '{State.ANNOUNCED}' AND NOT {OBJECTED}))
FROM unnest(%(subjects)s::bigint[], %(revisions)s::bigint[], %(bands)s::text[], %(days)s::date[])
  AS f(subject, revision, band, day) WHERE f.subject = r.subject_id"""  # noqa: S608 -- constants

LOCK = "SELECT subject_id FROM measures_derivation WHERE subject_id = ANY(%(subjects)s) ORDER BY subject_id FOR UPDATE"
ADD_DERIVATIONS = """INSERT INTO measures_derivation (subject_id, revision, band, lists, "on")
SELECT id, -1, '', '', '0001-01-01' FROM unnest(%(subjects)s::bigint[]) AS s(id) ORDER BY id ON CONFLICT DO NOTHING"""


def lock(subjects: Collection[int]) -> None:
    """Let nobody else change the measures of these subjects until the transaction ends.

    Whoever does locks here first, and in one order: so nobody works with what another has just overtaken, nobody
    deadlocks, and what is read after this is what was there last.
    """
    ids = sorted(subjects)
    sets.run(ADD_DERIVATIONS, subjects=ids)
    sets.rows(LOCK, subjects=ids)


def stage(wanted: pl.DataFrame, entries: pl.DataFrame) -> None:
    """Put the wanted causes where the statements find them, each with a public id that a new measure would get.

    `entries`: the columns entry, key, notice_days.
    """
    ids = pl.Series("public_id", new_public_ids(wanted.height, 3), dtype=pl.String)
    rows = wanted.with_columns(ids).join(entries, on="entry").select(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute(EMPTY)
        with cursor.copy(FILL) as copy:
            copy.write(rows.write_csv(include_header=False, quote_style="non_numeric"))


def changed(statement: str, **named: Any) -> list[str]:
    """Run one of the statements; the public ids of what it changed, in order."""
    return sorted(public_id for (public_id,) in sets.rows(statement, **named))


def note_derived(
    revisions: Mapping[int, int], bands: Mapping[int, str], days: Mapping[int, date], **named: Any
) -> None:
    """Note from which state of their files the measures of these subjects were derived."""
    subjects = list(revisions)
    sets.run(
        DERIVED,
        subjects=subjects,
        revisions=list(revisions.values()),
        bands=[bands.get(pk, "") for pk in subjects],
        days=[days.get(pk) for pk in subjects],
        **named,
    )
