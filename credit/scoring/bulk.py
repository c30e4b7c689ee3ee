"""Many scores at once: facts out of the database in columns, scores back in, one claimed chunk at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

import polars as pl
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from credit.core.policy import System
from credit.records.models import RecordVersion
from credit.scoring.engine import FACTS, Marks, compute, next_change
from credit.scoring.models import Scheme, Score
from credit.scoring.rules import KINDS, SchemeRules
from credit.subjects.models import Subject


class File(NamedTuple):
    """What must be known of a subject to mark it: its file's revision, and whether it is a person or a company."""

    revision: int
    kind: str


COLUMNS = (
    "subject_id",
    "record__public_id",
    "category",
    "kind",
    "source",
    "value",
    "valid_from",
    "valid_to",
    "disputed",
)

SPARSE = 5
"""Where the wanted subjects are at least every fifth, reading their whole range is quicker than naming each."""

STAGE = """CREATE TEMPORARY TABLE staged_score
(subject_id bigint, revision bigint, total integer, band text, stale_from date) ON COMMIT DROP"""

# A score that was computed from a newer file stays: whoever comes late doesn't overwrite it.
SAME = """score.subject_id = staged.subject_id AND score.scheme_id = %(scheme)s AND score.current
AND score.revision <= staged.revision"""
EQUAL = "score.total IS NOT DISTINCT FROM staged.total AND score.band IS NOT DISTINCT FROM staged.band"

RENEW = f"""UPDATE scoring_score score SET as_of = %(as_of)s, stale_from = staged.stale_from,
revision = staged.revision, computed_at = %(now)s FROM staged_score staged WHERE {SAME} AND {EQUAL}
AND (score.as_of, score.revision) IS DISTINCT FROM (%(as_of)s, staged.revision)"""  # noqa: S608 -- constants

RETIRE = f"""UPDATE scoring_score score SET current = false FROM staged_score staged
WHERE {SAME} AND NOT ({EQUAL})"""  # noqa: S608 -- constants

ADD = """INSERT INTO scoring_score
(subject_id, scheme_id, since, as_of, stale_from, revision, total, band, current, computed_at)
SELECT subject_id, %(scheme)s, %(as_of)s, %(as_of)s, stale_from, revision, total, band, true, %(now)s
FROM staged_score ORDER BY subject_id
ON CONFLICT (subject_id, scheme_id) WHERE current DO NOTHING"""


@contextmanager
def one_at_a_time(scheme: Scheme) -> Iterator[None]:
    """A transaction in which nobody else rescores under this scheme in bulk."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('scoring.rescore'), %s)", [scheme.pk])
        yield


def next_subjects(scheme: Scheme, on: date, *, after: int, everybody: bool, limit: int) -> dict[int, File]:
    """The next subjects whose score under a scheme is stale (or just the next)."""
    scores = Score.objects.opened_to(System.SCORING).filter(scheme=scheme, subject_id=OuterRef("pk"))
    subjects = Subject.objects.filter(pk__gt=after).order_by("pk")
    if not everybody:
        subjects = subjects.filter(~Exists(scores.lasting(on).filter(revision=OuterRef("revision"))))
    return {pk: File(revision, kind) for pk, revision, kind in subjects.values_list("pk", "revision", "kind")[:limit]}


def rescore_chunk(scheme: Scheme, files: dict[int, File], *, as_of: date, now: datetime) -> int:
    """Compute and store the scores of subjects inside the caller's transaction; returns how many changed."""
    changed = 0
    for kind in KINDS:
        rules, revisions = (
            scheme.rules_for(kind),
            {pk: file.revision for pk, file in files.items() if file.kind == kind},
        )
        if revisions:
            facts = load_facts(list(revisions), rules)
            marks = compute(facts, rules, as_of, pl.Series(list(revisions), dtype=pl.Int64))
            changed += _store(scheme, _rows(facts, marks, revisions), as_of=as_of, now=now)
    return changed


def load_facts(subjects: list[int], rules: SchemeRules) -> pl.DataFrame:
    """The facts of subjects that a scheme knows, with the columns of `engine.FACTS`."""
    first, last = min(subjects, default=0), max(subjects, default=0)
    wanted = Q(subject_id__gte=first, subject_id__lte=last)
    if last - first > SPARSE * len(subjects):
        wanted = Q(subject_id__in=subjects)
    versions = RecordVersion.objects.opened_to(System.SCORING).counting().filter(wanted)
    query, parameters = versions.with_source().values_list(*COLUMNS).query.sql_with_params()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy:
        rows = b"".join(copy)
    if not rows:
        return pl.DataFrame(schema=FACTS)
    known = [category.code for category in rules.categories]
    read = pl.read_csv(rows, has_header=False, schema={**FACTS, "disputed": pl.String()})
    return read.with_columns(pl.col("disputed") == "t").filter(pl.col("category").is_in(known))


def _rows(facts: pl.DataFrame, marks: Marks, revisions: dict[int, int]) -> pl.DataFrame:
    """subject, revision, score, band, stale_from: what the staging table takes."""
    files = pl.DataFrame({"subject": list(revisions), "revision": list(revisions.values())})
    scored = marks.scores.join(files, on="subject").join(next_change(facts, marks), on="subject", how="left")
    return scored.select("subject", "revision", "score", "band", "stale_from")


def _store(scheme: Scheme, rows: pl.DataFrame, *, as_of: date, now: datetime) -> int:
    """Renew what stayed the same, retire and add what changed; returns how many were added."""
    values: dict[str, int | date | None] = {"scheme": scheme.pk, "as_of": as_of, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY staged_score FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.write_csv(include_header=False))
        cursor.execute(RENEW, values)
        cursor.execute(RETIRE, values)
        cursor.execute(ADD, values)
        changed = int(cursor.rowcount)
        cursor.execute("DROP TABLE staged_score")
    return changed


def store_one(score: Score) -> None:
    """Store one subject's freshly computed score, unless one from a newer file is there already."""
    with transaction.atomic():
        current = Score.objects.opened_to(System.SCORING).filter(
            subject_id=score.subject_id, scheme_id=score.scheme_id, current=True
        )
        held = current.select_for_update().first()
        if held is not None and held.revision > score.revision:
            return
        if held is not None and (held.total, held.band) == (score.total, score.band):
            fields = ("as_of", "stale_from", "revision", "computed_at")
            current.update(**{name: getattr(score, name) for name in fields})
            return
        current.update(current=False)
        Score.objects.bulk_create([score], ignore_conflicts=True)
