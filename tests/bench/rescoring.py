"""Everybody's marks: facts cold and warm, against one SQL statement and an ORM loop, and a week of nights.

A process of its own does the work, as a worker would: what it holds in memory at most is what is told.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.process import most_memory

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
RECORDS = 10
"""Of each subject, on average."""
SIZES, FULL_SIZES = (20_000, 100_000), (100_000, 1_000_000)
LOOPED, TOUCHED, NIGHTS, LOOKS = 300, 1_000, 7, 200
TOML = Path("credit/scoring/schemes/open-1.toml")

told: list[str] = []
"""What a line of the table can't say."""


def measure(*, full: bool = False) -> Iterator[tuple[str, str, float, str, float]]:
    """Two lines for the peers; rates, growth, memory, nights and single subjects are printed by `told`."""
    from tests.bench import population

    small, large = FULL_SIZES if full else SIZES
    population.grow(small, small * RECORDS)
    first = _everybody(small, "small")
    population.grow(large, large * RECORDS)
    most = _everybody(large, "large")
    for how in ("cold", "warm"):
        growth = (most[how]["seconds"] / large) / (first[how]["seconds"] / small)
        told.append(f"seconds a subject, facts {how}, {large:,} subjects to {small:,}: {growth:.2f}")
    warm = most["warm"]["seconds"]
    statement = _work("statement", "sql")["seconds"]
    what = f"marks of {large:,} subjects, {large * RECORDS:,} records, written"
    yield what, "in bulk, facts warm", warm, "one SQL statement", statement
    yield what, "in bulk, facts cold", most["cold"]["seconds"], "one SQL statement", statement
    looped = _work("loop", "orm")["seconds"] / LOOPED
    yield what, "in bulk, facts warm", warm, f"ORM loop ({LOOPED:,} subjects, times as many)", looped * large
    _nights()
    touched = _work("touched", "large-warm")
    told.append(
        f"after a change of {touched['subjects']:,} files, {touched['subjects']:,} marks in {touched['seconds']:.2f} s"
    )
    _looks()


def _everybody(subjects: int, name: str) -> dict[str, dict[str, float]]:
    """All subjects under two schemes that none was marked by: without the facts beside the database, and with them."""
    from credit.scoring.bulk import factscache

    shutil.rmtree(factscache.directory(), ignore_errors=True)
    done = {how: _work("rescore", f"{name}-{how}") for how in ("cold", "warm")}
    for how, made in done.items():
        assert made["changed"] == subjects
        told.append(
            f"{subjects:,} subjects, {subjects * RECORDS:,} records, facts {how}: {subjects / made['seconds']:,.0f}"
            f" subjects/s ({made['seconds']:.1f} s; {made['cpu'] / subjects * 1e6:.1f} µs of processor a subject, and"
            f" {made['database'] / subjects * 1e6:.1f} of the database's); memory {made['rss']:.0f} MiB"
        )
    return done


def _nights() -> None:
    """A week of nights: what each writes, and what the table grows by."""
    for night in range(1, NIGHTS + 1):
        before = _table()
        made = _work("night", "large-warm", str(night))
        after = _table()
        rows = {name: after[name] - before[name] for name in ("inserted", "updated", "in place")}
        told.append(
            f"night {night}: {made['subjects']:,.0f} marks looked at in {made['seconds']:.1f} s, {made['changed']:,.0f}"
            f" changed; rows added {rows['inserted']:,}, overwritten {rows['updated']:,} (on their page:"
            f" {rows['in place']:,}); table {after['table'] >> 20:,} MiB, indexes {after['indexes'] >> 20:,} MiB,"
            f" dead rows {after['dead']:,}"
        )


def _table() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sleep(1.2), pg_stat_clear_snapshot()"
        )  # the other process's numbers come in with delay
        cursor.execute(
            "SELECT n_tup_ins, n_tup_upd, n_tup_hot_upd, n_dead_tup, pg_table_size(relid), pg_indexes_size(relid)"
            " FROM pg_stat_user_tables WHERE relname = 'scoring_score'"
        )
        names = ("inserted", "updated", "in place", "dead", "table", "indexes")
        return dict(zip(names, cursor.fetchone(), strict=True))


def _looks() -> None:
    """One subject's mark, as a page computes it, and the part of it that the engine is."""
    from credit.access import actions as access
    from credit.access.actors import command_actor
    from credit.core.policy import Purpose
    from credit.scoring import actions, facts
    from credit.scoring.document import recalculate
    from credit.subjects.models import Subject
    from tests import factories

    scheme = _scheme("open")
    subject = Subject.objects.get(pk=4)
    permit = access.disclose(
        command_actor(factories.user(subject=subject), now=NOW), subject, Purpose.OWN_RECORD, now=NOW
    )
    document = facts.document_of(
        facts.versions_of(permit, known_at=None), scheme.rules_for(subject.kind), date(2026, 11, 23)
    )
    engine = _median(lambda: recalculate(document))
    whole = _median(lambda: actions.mark_of(permit, now=NOW))
    told.append(
        f"one subject of {len(document.facts)} records: the mark in {engine * 1000:.1f} ms; read from the database,"
        f" computed and explained line by line in {whole * 1000:.1f} ms"
    )


def _median(do: Callable[[], object]) -> float:
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _work(*words: str) -> dict[str, float]:
    """Let another process do something; what it measured."""
    words = (sys.executable, "-m", "tests.bench.rescoring", *words)
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _scheme(code: str) -> Any:
    from credit.scoring import actions

    return actions.publish(
        TOML.read_bytes().replace(b'code = "open"', f'code = "{code}"'.encode()), by="bench", now=NOW
    )


def _in_this_process(how: str, code: str, night: str = "0") -> dict[str, float]:
    """In the worker's own process."""
    from credit.scoring import actions
    from tests.bench import ormloop, sqlpeer
    from tests.bench.process import database_seconds

    scheme, now = _scheme(code), NOW + timedelta(days=int(night))
    if how == "touched":
        _touch()
        now += timedelta(days=NIGHTS)
    database, cpu, began = database_seconds(), time.process_time(), time.perf_counter()
    subjects = changed = 0
    if how == "statement":
        changed = sqlpeer.rescore(scheme, day=now.date(), now=now)
    elif how == "loop":
        from credit.subjects.models import Subject

        changed = ormloop.rescore(scheme, Subject.objects.order_by("pk")[:LOOPED], day=now.date(), now=now)
    else:
        done = actions.rescore(by="bench", now=now, code=code)
        subjects, changed = done.subjects, done.changed
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "database": database_seconds() - database,
        "subjects": subjects,
        "changed": changed,
        "rss": most_memory(),
    }


def _touch() -> None:
    """Raise the revisions of some files all over the population, as a delivery does."""
    from django.db import transaction
    from django.db.models import Max

    from credit.subjects.actions import raise_revision
    from credit.subjects.models import Subject

    last = Subject.objects.aggregate(last=Max("pk"))["last"]
    with transaction.atomic():
        raise_revision(range(1, last + 1, max(last // TOUCHED, 1)))


if __name__ == "__main__":
    import django

    from tests import services  # noqa: F401  the run's own, which started this process

    django.setup()
    sys.stdout.write(json.dumps(_in_this_process(*sys.argv[1:])))
