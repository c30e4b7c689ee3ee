"""An impact assessment of a synthetic population, from order to result, by one process: `python -m tests.bench.impact`.

    python -m tests.bench.impact [SUBJECTS] [RECORDS A SUBJECT]

Half are people with resident IDs of all provinces and ages, half companies; their records are of all categories.
"""

import random
import resource
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from tests import services  # noqa: F401  starts the run's own services

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
CATEGORIES = ("tax", "customs", "environment", "market", "judicial", "labour", "immigration", "city", "commendation")
RECORDS = """INSERT INTO records_record (public_id, subject_id, agency_id, notation, document, created_at)
SELECT 'b' || s.id || '-' || n, s.id, %(agency)s, 'bench', 'D' || n, %(now)s
FROM subjects_subject s CROSS JOIN generate_series(1, %(each)s) n"""
VERSIONS = """INSERT INTO records_recordversion (record_id, number, subject_id, kind, category, value, mark, valid_from,
    valid_to, details, disputed, withheld, struck, recorded_at, cause, reason)
SELECT r.id, 1, r.subject_id, CASE WHEN r.id %% 3 = 0 THEN 'event' ELSE 'rating' END,
    (%(categories)s::text[])[1 + (r.id * 7919) %% 9],
    CASE WHEN (r.id * 7919) %% 9 = 4 THEN -1000 WHEN (r.id * 7919) %% 9 = 8 THEN 500
        ELSE (r.id * 104729) %% 1600 - 700 END,
    'x', date '2025-01-01' + (r.id %% 600)::int, CASE WHEN r.id %% 3 = 0 THEN date '2028-01-01' END,
    '{}', false, (r.id * 7919) %% 9 = 4 AND r.id %% 10 > 0, false, %(now)s, 'dispute', 'bench'
FROM records_record r"""


def make_population(subjects: int, each: int) -> None:
    """Subjects, tokens of their numbers, and `each` records for each of them."""
    from django.db import connection

    from credit.core.identifiers import ric_check_digit, uscc_check_digit
    from credit.vault import actions as vault
    from tests import factories

    chance, cipher = random.Random(5), vault.identifier_cipher()
    provinces = ("11", "31", "44", "51", "62")
    with connection.cursor() as cursor:
        with cursor.copy("COPY subjects_subject (id, public_id, kind, name, revision, created_at) FROM STDIN") as copy:
            for pk in range(1, subjects + 1):
                copy.write_row((pk, f"b{pk}", "individual" if pk % 2 else "company", "某", 1, NOW))
        with cursor.copy("COPY subjects_subjectidentifier (subject_id, kind, token) FROM STDIN") as copy:
            for pk in range(1, subjects + 1):
                province = chance.choice(provinces)
                if pk % 2:
                    born = date(chance.randint(1940, 2008), chance.randint(1, 12), chance.randint(1, 28))
                    body = f"{province}{pk // 1000 % 10000:04d}{born:%Y%m%d}{pk % 1000:03d}"
                    kind, value = "resident-id", body + ric_check_digit(body)
                else:
                    body = f"91{province}0000{pk:09d}"
                    kind, value = "uscc", body + uscc_check_digit(body)
                copy.write_row((pk, kind, cipher(kind, value)))
        agency = factories.agency("tax")
        cursor.execute(RECORDS, {"agency": agency.pk, "now": NOW, "each": each})
        cursor.execute(VERSIONS, {"categories": list(CATEGORIES), "now": NOW})
        cursor.execute("ANALYZE")


def assess() -> tuple[float, float, int, int]:
    """Seconds of counting and of putting together, bytes of the largest part's tally, and how many parts."""
    from django.db import connection

    from credit.core.policy import Role
    from credit.scoring import actions
    from credit.scoring.assessment import assessing
    from credit.scoring.assessment.models import AssessmentResult
    from credit.scoring.board import drafts
    from tests import factories
    from tests.scoring.conftest import OPEN_1
    from tests.scoring.impact.conftest import NEXT

    actions.publish(OPEN_1, by="bench", now=NOW)
    member = factories.member(Role.BOARD, factories.oversight())
    draft = drafts.start(NEXT, by=member, now=NOW)
    assessing.send = list  # type: ignore[assignment]  # this process is the worker
    order = assessing.order(draft.public_id, by=member, now=NOW)
    finish, assessing.finish = assessing.finish, lambda *_arguments, **_named: False  # type: ignore[assignment]
    began = time.perf_counter()
    for number in range(1, order.parts + 1):
        assessing.count_part(order.pk, number, now=NOW)
    counted = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(length(tally::text)) FROM scoring_assessmentpart")
        (largest,) = cursor.fetchone()
    together = time.perf_counter()
    finish(order, now=NOW)
    done = time.perf_counter()
    assert AssessmentResult.objects.count() == 1
    return counted - began, done - together, largest, order.parts


def main() -> int:
    """Print what was measured."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    subjects, each = (int(text) for text in (*sys.argv[1:], "100000", "10")[:2])
    make_population(subjects, each)
    began = time.process_time()
    counting, together, largest, parts = assess()
    cpu = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    status = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
    sys.stdout.write(
        f"impact of a draft on {subjects:,} subjects with {subjects * each:,} records, {parts} parts:"
        f" counted in {counting:.1f} s ({subjects / counting:,.0f} subjects/s by one process), put together in"
        f" {together:.1f} s; {cpu:.1f} s of this process's processor; largest part {largest / 1e6:.1f} MB;"
        f" memory {memory:.0f} MiB; load {status}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
