"""Scores into the database. A subject's current score keeps its row; what it said before gets a row of its own.

Whoever makes the scores of a block is alone with them; a page that made one meanwhile doesn't store it: it is shown all
the same, and stored by the block.
"""

from datetime import date, datetime, timedelta

import polars as pl
from django.db import connection, transaction

from credit.core.policy import System
from credit.ledger import sets
from credit.scoring.bulk.factscache import block_of
from credit.scoring.models import Checked, Scheme, Score

ADD = """COPY scoring_score
(subject_id, scheme_id, since, as_of, stale_from, revision, total, band, current, computed_at)
FROM STDIN (FORMAT csv)"""

STAGE = """CREATE TEMPORARY TABLE IF NOT EXISTS staged_score
(id bigint, revision bigint, total integer, band text, stale_from date, changed boolean) ON COMMIT DELETE ROWS"""
KEPT = "subject_id, scheme_id, since, as_of, stale_from, revision, total, band, computed_at"
REMEMBER = f"""INSERT INTO scoring_score ({KEPT}, current) SELECT {KEPT}, false
FROM scoring_score JOIN (SELECT id FROM staged_score WHERE changed) staged USING (id)"""  # noqa: S608 -- constants
OVERWRITE = """UPDATE scoring_score score SET since = CASE WHEN changed THEN %(day)s ELSE since END, as_of = %(day)s,
stale_from = staged.stale_from, revision = staged.revision, total = staged.total, band = staged.band,
computed_at = %(now)s FROM staged_score staged WHERE score.id = staged.id"""

LOCK = "SELECT pg_{}(hashtext('scoring.block'), hashtext(%(scheme)s || '/' || %(block)s))"


def claim(scheme: Scheme, block: int, *, wait: bool) -> bool:
    """Be alone with the scores of a block until the transaction ends; False where others are and we don't wait."""
    got = _lock("advisory_xact_lock" if wait else "try_advisory_xact_lock", scheme.pk, block)
    return wait or got


def _lock(how: str, scheme: int, block: int) -> bool:
    return bool(sets.rows(LOCK.format(how), scheme=str(scheme), block=str(block))[0][0])


def store(scheme: Scheme, marked: pl.DataFrame, *, day: date, now: datetime) -> int:
    """Write what differs, of the rows that `bulk` marked, in a block that is claimed; how many marks changed.

    A score that says the same of the same file is not written again, though it fades: the block's check says that it
    was looked at. Once nothing fades any more it is, so that the nights leave it alone.
    """
    new = marked.filter(pl.col("score_id").is_null())
    if not new.is_empty():
        _add(scheme, new, day=day, now=now)
    old = marked.filter(pl.col("score_id").is_not_null()).with_columns(
        changed=pl.col("score").ne_missing(pl.col("total")) | pl.col("band").ne_missing(pl.col("old_band"))
    )
    lasts = pl.col("stale_from").is_null() | (pl.col("stale_from") > day + timedelta(days=1))
    ended = (pl.col("old_stale_from") <= day).fill_null(False) & lasts
    newer = (pl.col("revision") != pl.col("old_revision")) | (pl.col("as_of") > day)
    old = old.filter(pl.col("changed") | newer | ended)
    if not old.is_empty():
        _overwrite(old, day=day, now=now)
    return len(new) + int(old["changed"].sum())


def _add(scheme: Scheme, new: pl.DataFrame, *, day: date, now: datetime) -> None:
    rows = new.select(
        "subject",
        pl.lit(scheme.pk),
        since=pl.lit(day),
        as_of=pl.lit(day),
        stale_from="stale_from",
        revision="revision",
        total="score",
        band="band",
        current=pl.lit(True),
        at=pl.lit(now.isoformat()),
    )
    _copy(ADD, rows)


def _overwrite(old: pl.DataFrame, *, day: date, now: datetime) -> None:
    sets.run(STAGE)
    _copy(
        "COPY staged_score FROM STDIN (FORMAT csv)",
        old.select("score_id", "revision", "score", "band", "stale_from", "changed"),
    )
    sets.run(REMEMBER)
    sets.run(OVERWRITE, day=day, now=now)
    sets.run("TRUNCATE staged_score")


def _copy(words: str, rows: pl.DataFrame) -> None:
    with connection.cursor() as cursor, cursor.copy(words) as copy:
        copy.write(rows.write_csv(include_header=False))


@transaction.atomic
def store_one(score: Score) -> None:
    """Store one subject's freshly computed score, unless its block is just being made, or one from a newer file or for
    a later day is there already."""
    block = block_of(score.subject_id)
    if not _lock("try_advisory_xact_lock_shared", score.scheme_id, block):
        return
    if Checked.objects.filter(scheme_id=score.scheme_id, block=block, day__gt=score.as_of).exists():
        return
    scores = Score.objects.opened_to(System.SCORING).filter(subject_id=score.subject_id, scheme_id=score.scheme_id)
    held = scores.filter(current=True).select_for_update().first()
    if held is None:
        Score.objects.bulk_create([score], ignore_conflicts=True)
        return
    if held.revision > score.revision or held.as_of > score.as_of:
        return
    if (held.total, held.band) != (score.total, score.band):
        past = Score.objects.get(pk=held.pk)
        past.pk, past.current, past._state.adding = None, False, True
        Score.objects.bulk_create([past])
        held.since = score.since
    for name in ("as_of", "stale_from", "revision", "total", "band", "computed_at"):
        setattr(held, name, getattr(score, name))
    held.save()
