"""A large delivery from bytes to records: by the set, and by the ORM's bulk_create, on the same rows.

The work is done by a process of its own, as a worker does it; this one looks at a subject's page meanwhile.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.bench.deliveries import FAULTY_SHARE, grades_of, ratings
from tests.bench.process import memory_of_all

if TYPE_CHECKING:
    from credit.records.models import Submission

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SMALL, LARGE = 50_000, 200_000
FULL_SMALL, FULL_LARGE = 100_000, 1_000_000
IDLE_LOOKS, OWN_RECORDS = 300, 25


def measure(*, full: bool = False) -> Iterator[tuple[str, str, float, str, float]]:
    """One line for the peer, one for growth, one for the page; what has no seconds is printed by `told`."""
    small, large = (FULL_SMALL, FULL_LARGE) if full else (SMALL, LARGE)
    office = _Office()
    idle = office.page_p95(lambda looks: looks >= IDLE_LOOKS)
    peer = office.work("peer", small, seed=1)
    ours = office.work("ours", small, seed=2)
    yield f"a delivery of {small:,} rows", "by the set", ours["seconds"], "bulk_create", peer["seconds"]
    most = office.work("ours", large, seed=3)
    told.append(
        f"a delivery of {large:,} rows, {FAULTY_SHARE:.0%} faulty, {most['subjects']:,} new subjects:"
        f" {large / most['seconds']:,.0f} rows/s (checked in {most['parse']:.1f} s, released in"
        f" {most['release']:.1f} s; {most['cpu'] / large * 1e6:.0f} µs of processor a row);"
        f" the worker and its reader had {most['rss']:.0f} MiB"
    )
    growth = (most["seconds"] / large) / (ours["seconds"] / small)
    told.append(f"seconds a row, {large:,} rows to {small:,}: {growth:.2f}")
    worker = office.start("ours", large, seed=4)
    busy = office.page_p95(lambda _looks: worker.poll() is not None)
    looked_at = office.answer(worker)
    told.append(f"while a subject's page is asked for without a pause: {large / looked_at['seconds']:,.0f} rows/s")
    yield f"a subject's page, p95, while {large:,} rows come in", "busy", busy, "idle", idle


told: list[str] = []
"""What a line of the table can't say."""


class _Office:
    """An agency that delivers, and a subject of some records and a mark who looks at their page."""

    def __init__(self) -> None:
        from django.conf import settings

        from credit.records import actions as records
        from credit.scoring import actions as scoring
        from tests import factories
        from tests.conftest import browser_of
        from tests.scoring.conftest import OPEN_1

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        settings.SUBMISSION_MAX_BYTES, settings.ALLOWED_HOSTS = 1 << 30, ["testserver"]
        self.agency = factories.agency("tax")
        self.first, self.second = factories.officer("tax"), factories.officer("tax")
        number = factories.resident_id()
        subject = factories.person(identifier=number)
        scoring.publish(OPEN_1, by="bench", now=NOW)
        held = self._received(grades_of(number.value, subject.name, OWN_RECORDS))
        records.parse(held.pk, now=NOW)
        records.release(held.public_id, by=self.second, now=NOW)
        self.browser, self.page = browser_of(factories.user(subject=subject)), f"/s/{subject.public_id}/records"

    def page_p95(self, until: "object") -> float:
        """Seconds; the page is asked for again and again, with a little rest between."""
        times: list[float] = []
        while not until(len(times)):  # type: ignore[operator]
            began = time.perf_counter()
            assert self.browser.get(self.page).status_code == 200
            times.append(time.perf_counter() - began)
            time.sleep(0.01)
        return sorted(times)[int(len(times) * 0.95)]

    def start(self, how: str, rows: int, *, seed: int) -> "subprocess.Popen[str]":
        """A worker that has the file, and begins."""
        made = self._received(ratings(rows, seed=seed))
        words = [sys.executable, "-m", "tests.bench.intake", how, str(made.pk), str(self.second.pk)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def _received(self, data: bytes) -> "Submission":
        from credit.records import actions

        return actions.receive(
            data,
            filename="bench.csv",
            agency=self.agency,
            notation="tax-grade",
            by=self.first,
            now=NOW,
            parse_here=True,
        )

    def answer(self, worker: "subprocess.Popen[str]") -> dict[str, float]:
        """What the worker measured."""
        out, _ = worker.communicate()
        assert worker.returncode == 0
        return json.loads(out)  # type: ignore[no-any-return]

    def work(self, how: str, rows: int, *, seed: int) -> dict[str, float]:
        """Start and wait."""
        return self.answer(self.start(how, rows, seed=seed))


def _work(how: str, submission_pk: int, by_pk: int) -> dict[str, float]:
    """In the worker's own process."""
    import psutil
    from django.db import connection

    from credit.identity.models import User
    from credit.records import actions, keeping
    from credit.records.models import Submission
    from portal.celery import yield_to_pages
    from tests.bench import ormpeer

    yield_to_pages()  # as a worker of Celery's does
    submission, by = Submission.objects.select_related("agency").get(pk=submission_pk), User.objects.get(pk=by_pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])

    def used() -> float:
        return sum(backend.cpu_times()[:2]) + sum(os.times()[:4])  # with that of the reader

    before, began = used(), time.perf_counter()
    with memory_of_all() as memory:
        if how == "ours":
            actions.parse(submission_pk, now=NOW)
            parsed = time.perf_counter()
            actions.release(submission.public_id, by=by, now=NOW, partial=True, here=True)
        else:
            ormpeer.parse(submission, keeping.delivered_bytes(submission))
            parsed = time.perf_counter()
            ormpeer.release(submission, by=by_pk, now=NOW)
        done = time.perf_counter()
    submission.refresh_from_db()
    return {
        "parse": parsed - began,
        "release": done - parsed,
        "seconds": done - began,
        "cpu": used() - before,
        "subjects": submission.subjects_new,
        "rss": max(memory),
    }


if __name__ == "__main__":
    import django

    from tests import services  # noqa: F401  the run's own, which started this process

    django.setup()
    sys.stdout.write(json.dumps(_work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
