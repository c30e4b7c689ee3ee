"""Many scores at once, block by block: who is stale, what the engine says, and only what differs written back.

A block is a transaction that nobody else is in: what is killed goes on where it stopped. Meanwhile no page writes a
score of the block (it shows its own anyway: see storing.py), so that what was read still holds when it is written.
"""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from credit.core.policy import Field, System, touch
from credit.ledger import sets
from credit.scoring.bulk import factscache, factsfile, loading, storing
from credit.scoring.bulk.factsfile import SUBJECTS, Count
from credit.scoring.engine import compute, next_change
from credit.scoring.models import Checked, Scheme
from credit.scoring.rules import KINDS, SchemeRules

FEW = 10
"""Where fewer than one in so many of a block are stale, their files are read by themselves, and the cache is left."""

COUNTS = f"SELECT id / {SUBJECTS} AS block, count(*), sum(revision) FROM subjects_subject {{}} GROUP BY 1 ORDER BY 1"  # noqa: S608

STALE = """SELECT s.id, s.revision, s.kind, c.id, c.revision, c.as_of, c.stale_from, c.total,
'"' || replace(c.band, '"', '""') || '"'
FROM subjects_subject s LEFT JOIN scoring_score c
  ON c.subject_id = s.id AND c.scheme_id = %(scheme)s AND c.current
  AND c.subject_id >= %(first)s AND c.subject_id < %(last)s
WHERE s.id >= %(first)s AND s.id < %(last)s AND (%(all)s OR c.id IS NULL OR c.revision <> s.revision
  OR c.as_of > %(day)s OR (NOT %(checked)s AND c.stale_from <= %(day)s)) ORDER BY s.id"""
ROWS: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "revision": pl.Int64(),
    "kind": pl.Enum(KINDS),
    "score_id": pl.Int64(),
    "old_revision": pl.Int64(),
    "as_of": pl.Date(),
    "old_stale_from": pl.Date(),
    "total": pl.Int64(),
    "old_band": pl.String(),
}

CHECK = """INSERT INTO scoring_checked (scheme_id, block, day, subjects, revisions)
VALUES (%(scheme)s, %(block)s, %(day)s, %(subjects)s, %(revisions)s) ON CONFLICT (scheme_id, block)
DO UPDATE SET day = excluded.day, subjects = excluded.subjects, revisions = excluded.revisions"""


@dataclass(frozen=True, slots=True)
class Task:
    """A block to be looked at. `dense`: many of its scores may have to be made."""

    block: int
    dense: bool


def tasks(scheme: Scheme, day: date, *, everybody: bool) -> list[Task]:
    """The blocks in which a score may be stale (or all)."""
    touch(System.SCORING, Field.MARK)
    checked = {one.block: one for one in Checked.objects.filter(scheme=scheme)}
    found = []
    for block, count in _counts("").items():
        known = checked.get(block)
        if known is None or known.day != day or everybody:
            found.append(Task(block, dense=True))
        elif (known.subjects, known.revisions) != (count.subjects, count.revisions):
            touched = count.revisions - known.revisions + count.subjects - known.subjects
            found.append(Task(block, dense=touched * FEW >= count.subjects))
    return found


def rescore_block(
    scheme: Scheme, block: int, *, day: date, now: datetime, everybody: bool, cached: bool
) -> tuple[int, int]:
    """Compute what is stale in a block that is claimed; how many subjects that were, and how many marks changed.

    Inside the claim's transaction. `cached`: facts may be kept, as it is the caller's own and sees what is committed.
    """
    first, last = factscache.bounds(block)
    count = _counts(f"WHERE id >= {first:d} AND id < {last:d}")[block]
    stale = stale_in(scheme, block, day, everybody=everybody)
    changed = 0
    if not stale.is_empty():
        many = len(stale) * FEW >= count.subjects
        facts = factscache.facts_in(block, count) if many and cached else _facts_of(stale, block, many=many)
        changed = storing.store(scheme, _marked(scheme, stale, facts, day), day=day, now=now)
    sets.run(CHECK, scheme=scheme.pk, block=block, day=day, subjects=count.subjects, revisions=count.revisions)
    return len(stale), changed


def _counts(where: str) -> dict[int, Count]:
    """By block; a sum of bigints is a decimal."""
    return {block: Count(subjects, int(revisions)) for block, subjects, revisions in sets.rows(COUNTS.format(where))}


def stale_in(scheme: Scheme, block: int, day: date, *, everybody: bool) -> pl.DataFrame:
    """The subjects of a block whose score is stale (or all), each with its score, if it has one."""
    first, last = factscache.bounds(block)
    checked = Checked.objects.filter(scheme=scheme, block=block, day=day).exists()
    named = {"scheme": scheme.pk, "first": first, "last": last, "day": day, "all": everybody, "checked": checked}
    return loading.columns_of(STALE, named, ROWS)


def _facts_of(stale: pl.DataFrame, block: int, *, many: bool) -> pl.DataFrame:
    found = loading.facts_between(*factscache.bounds(block)) if many else loading.facts_of(stale["subject"].to_list())
    return factsfile.in_order(found)


def _marked(scheme: Scheme, stale: pl.DataFrame, facts: pl.DataFrame, day: date) -> pl.DataFrame:
    """The stale subjects with what the engine says of them: score, band, stale_from."""
    rules = [scheme.rules_for(kind) for kind in KINDS]
    if rules[0] == rules[1]:
        return _marked_by(rules[0], stale, facts, day)
    parts = []
    for kind, its_rules in zip(KINDS, rules, strict=True):
        asked = stale.filter(pl.col("kind") == kind)
        of_these = facts.filter(pl.col("subject").is_in(asked["subject"].implode()))
        parts.append(_marked_by(its_rules, asked, of_these, day))
    return pl.concat(parts)


def _marked_by(rules: SchemeRules, asked: pl.DataFrame, facts: pl.DataFrame, day: date) -> pl.DataFrame:
    known = _known_to(rules, facts)
    marks = compute(known, rules, day, asked["subject"])
    stale_from = next_change(known, marks)
    return asked.hstack(marks.scores.select("score", "band")).join(
        stale_from, on="subject", how="left", maintain_order="left"
    )


def _known_to(rules: SchemeRules, facts: pl.DataFrame) -> pl.DataFrame:
    """The facts of the scheme's own categories."""
    known = {category.code for category in rules.categories}
    kept = facts["category"].dtype
    if isinstance(kept, pl.Enum) and known.issuperset(kept.categories):
        return facts
    return facts.filter(pl.col("category").is_in(known))
