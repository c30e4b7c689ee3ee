"""A population inside the database: subjects, and their records as deliveries leave them, scattered over the tables.

Made by SQL, as the owner, with the indexes and triggers of the filled tables taken off for that moment: how fast
records come in is another benchmark's question. The same numbers give the same world.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection

from portal import database

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TABLES = ("subjects_subject", "records_record", "records_recordversion")

SOURCES = (  # agency, notation, category, kind, how many in a hundred
    ("tax", "tax-grade", "tax", "rating", 20),
    ("tax", "double-publicity-penalty", "tax", "event", 5),
    ("market-supervision", "double-publicity-penalty", "market", "event", 12),
    ("market-supervision", "double-publicity-licence", "market", "event", 14),
    ("market-supervision", "commendation", "commendation", "event", 6),
    ("company-register", "company-register-grade", "market", "rating", 8),
    ("customs", "customs-level", "customs", "rating", 6),
    ("environment", "environment-colour", "environment", "rating", 6),
    ("environment", "double-publicity-penalty", "environment", "event", 3),
    ("courts", "court-judgment-debtors", "judicial", "event", 2),
    ("labour", "labour-grade", "labour", "rating", 6),
    ("xiamen", "xiamen-egret", "city", "rating", 12),
)

SUBJECTS = """INSERT INTO subjects_subject (public_id, kind, name, revision, created_at)
SELECT {id}, CASE WHEN n %% 2 = 0 THEN 'company' ELSE 'individual' END, '示例' || n, 1, %(since)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n"""

RECORDS = """INSERT INTO records_record (id, public_id, subject_id, agency_id, notation, document, created_at)
SELECT n, {id}, 1 + floor(random() * %(subjects)s)::bigint, s.agency, s.notation, 'D-' || n, %(since)s
FROM (SELECT n, floor(random() * 100)::int AS chance FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) drawn
JOIN bench_source s ON chance >= s.low AND chance < s.high ORDER BY n"""

# Four in five end, penalties within three years; grades say one of five values. One in fifty is disputed.
VERSIONS = """INSERT INTO records_recordversion (record_id, number, subject_id, kind, category, value, mark, valid_from,
    valid_to, details, disputed, withheld, struck, recorded_at, cause, reason, submission_id, line)
SELECT id, 1, subject_id, kind, category, value, 'mark', decided, ends, details::jsonb, disputed, false, false,
    %(since)s, 'submission', '', submission, 1
FROM (
    SELECT r.id, r.subject_id, s.kind, s.category, s.submission,
        (ARRAY[-1000, -500, -150, 0, 400, 1000])[1 + floor(random() * 6)::int] AS value,
        %(today)s::date - 1 - floor(random() * 1400)::int AS decided, random() < 0.02 AS disputed,
        CASE WHEN s.kind = 'event' THEN '{{"authority": "example", "what": "an example of what a document says"}}'
            ELSE '{{}}' END AS details
    FROM records_record r JOIN bench_source s ON s.agency = r.agency_id AND s.notation = r.notation
    WHERE r.id BETWEEN %(first)s AND %(last)s ORDER BY r.id
) said
CROSS JOIN LATERAL (SELECT CASE WHEN random() < 0.8 THEN decided + 30 + floor(random() * 1066)::int END AS ends) e"""

# Unique, and as random as they look: an odd factor permutes the numbers below 2**48.
PUBLIC_ID = """regexp_replace(translate(lpad(to_hex(n * 387420489 %% (1::bigint << 48)), 12, '0'),
'0123456789abcdef', '23456789BCDFGHJK'), '(....)(....)', '\\1-\\2-')"""


def grow(subjects: int, records: int) -> None:
    """Add what is missing until there are so many subjects, and records drawn over all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM subjects_subject), (SELECT count(*) FROM records_record)")
        people, papers = cursor.fetchone()
    named = {"since": SINCE, "today": TODAY, "subjects": subjects}
    sources = _sources()
    with database.as_owner(), _bare(TABLES), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_source (agency bigint, notation text, category text, kind text,"
            " low int, high int, submission bigint)"
        )
        cursor.executemany("INSERT INTO bench_source VALUES (%s, %s, %s, %s, %s, %s, %s)", sources)
        cursor.execute("ANALYZE bench_source; SELECT setseed(0.5)")
        for text, first, last in (
            (SUBJECTS, people + 1, subjects),
            (RECORDS, papers + 1, records),
            (VERSIONS, papers + 1, records),
        ):
            cursor.execute(text.format(id=PUBLIC_ID), {**named, "first": first, "last": last})
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('records_record', 'id'), (SELECT max(id) FROM records_record))"
        )
    with database.as_owner(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _sources() -> list[tuple[object, ...]]:
    """A row for each source: numbers of agency and delivery, and its share as a range of a hundred."""
    from credit.records.models import Submission
    from tests import factories

    rows, low = [], 0
    for code, notation, category, kind, share in SOURCES:
        agency = factories.agency(code)
        known = Submission.objects.filter(agency=agency, notation=notation).first()
        made = known or _delivery(agency, notation)
        rows.append((agency.pk, notation, category, kind, low, low + share, made.pk))
        low += share
    assert low == 100
    return rows


def _delivery(agency: object, notation: str) -> object:
    from credit.records.models import Submission
    from tests import factories

    first, second = factories.officer(agency.code), factories.officer(agency.code)
    return Submission.objects.create(
        agency=agency,
        notation=notation,
        filename="bench.csv",
        sha256="0" * 64,
        size=1,
        status="released",
        rows=1,
        accepted=1,
        queued_at=SINCE,
        submitted_at=SINCE,
        submitted_by=first,
        released_at=SINCE,
        released_by=second,
    )


@contextmanager
def _bare(tables: tuple[str, ...]) -> Iterator[None]:
    """While this is open, the tables have none of our triggers, and no indexes and constraints but their keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])",
            [list(tables)],
        )
        uniques = cursor.fetchall()
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, name, _ in uniques:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            for table, name, text in uniques:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}')
            for _, text in indexes:
                cursor.execute(text)
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'"
            )
            for table, name in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')
