"""The same rules as one SQL statement, written to be fast, not to lose: integers only, one sort, one pass of sums.

It reads the same tables, obeys the whole contract (rivals, decay, halves to the even, floors, caps, limits, bands,
threshold, the day from which a score is stale) and writes into the same table, with the same indexes and triggers.
"""

from datetime import date, datetime

from django.db import connection, transaction

from credit.scoring.models import Scheme

MEMORY = "256MB"
"""work_mem of the statement: with 4 MB it would sort on disk in many passes."""

STATEMENT = """
WITH rules (category, weight, low, high, linear) AS (VALUES {rules}),
said AS (
  SELECT v.subject_id, v.category, v.kind, v.value, v.valid_from, v.valid_to,
    v.valid_from <= %(day)s AND (v.valid_to IS NULL OR v.valid_to > %(day)s) AS in_force,
    row_number() OVER (PARTITION BY v.subject_id, v.category, v.kind, r.agency_id, r.notation,
      v.valid_from <= %(day)s AND (v.valid_to IS NULL OR v.valid_to > %(day)s)
      ORDER BY v.valid_from DESC, r.public_id COLLATE "C" DESC) AS turn
  FROM records_recordversion v JOIN records_record r ON r.id = v.record_id
  WHERE v.superseded_at IS NULL AND NOT v.struck AND NOT v.withheld
),
weighed AS (
  SELECT said.*, weight, low, high, in_force AND (kind = 'event' OR turn = 1) AS counts,
    linear AND kind = 'event' AND valid_to IS NOT NULL AS fades
  FROM said JOIN rules USING (category)
),
parted AS (
  SELECT weighed.*, weight::bigint * value * CASE WHEN fades THEN valid_to - %(day)s::date ELSE 1 END AS above,
    100::bigint * CASE WHEN fades THEN valid_to - valid_from ELSE 1 END AS below
  FROM weighed
),
pointed AS (
  SELECT *, sign(above)::bigint * (abs(above) / below + CASE
    WHEN 2 * (abs(above) %% below) > below OR (2 * (abs(above) %% below) = below AND abs(above) / below %% 2 = 1)
    THEN 1 ELSE 0 END) AS tenths
  FROM parted
),
held AS (
  SELECT subject_id, category,
    least(greatest(coalesce(sum(tenths) FILTER (WHERE counts), 0), min(low) * 10), min(high) * 10) AS tenths,
    count(*) FILTER (WHERE counts) AS records,
    bool_or(counts AND fades AND above <> 0) AS fading,
    least(min(valid_from) FILTER (WHERE valid_from > %(day)s), min(valid_to) FILTER (WHERE valid_to > %(day)s)) AS turns
  FROM pointed GROUP BY subject_id, category
),
summed AS (
  SELECT subject_id, sum(tenths) AS tenths, sum(records) AS records, bool_or(fading) AS fading, min(turns) AS turns
  FROM held GROUP BY subject_id
),
limited AS (
  SELECT s.id, s.revision, coalesce(summed.records, 0) AS records, coalesce(fading, false) AS fading, turns,
    least(greatest(%(base)s * 10 + coalesce(tenths, 0), %(minimum)s * 10), %(maximum)s * 10)::bigint AS tenths
  FROM subjects_subject s LEFT JOIN summed ON summed.subject_id = s.id
),
rounded AS (
  SELECT limited.*, CASE WHEN records >= %(threshold)s THEN sign(tenths)::bigint * (abs(tenths) / 10 + CASE
    WHEN 2 * (abs(tenths) %% 10) > 10 OR (2 * (abs(tenths) %% 10) = 10 AND abs(tenths) / 10 %% 2 = 1)
    THEN 1 ELSE 0 END) END AS total
  FROM limited
)
INSERT INTO scoring_score (subject_id, scheme_id, since, as_of, stale_from, revision, total, band, current, computed_at)
SELECT id, %(scheme)s, %(day)s, %(day)s, CASE WHEN fading THEN %(day)s::date + 1 ELSE turns END, revision, total,
  CASE {bands} END, true, %(now)s
FROM rounded ORDER BY id
"""


def rescore(scheme: Scheme, *, day: date, now: datetime) -> int:
    """Mark everybody, who have no score under this scheme yet; how many. It must say the same for all kinds."""
    rules = scheme.rules_for("company")
    assert rules == scheme.rules_for("individual")
    assert rules.disputed == "count"
    assert all(category.floor <= 0 <= category.cap for category in rules.categories)
    rows = [(c.code, c.weight, c.floor, c.cap, c.decay == "linear") for c in rules.categories]
    values = ", ".join(f"('{code}', {', '.join(map(str, numbers))})" for code, *numbers in rows)
    bands = " ".join(
        f"WHEN total >= {band.start} THEN '{band.name}'" for band in sorted(rules.bands, key=lambda band: -band.start)
    )
    named = {"base": rules.base, "minimum": rules.minimum, "maximum": rules.maximum, "threshold": rules.threshold}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")
        cursor.execute(
            STATEMENT.format(rules=values, bands=bands), {**named, "scheme": scheme.pk, "day": day, "now": now}
        )
        return int(cursor.rowcount)
