"""A large file is read by a process of its own: as it would be here, and neither outlives the other."""

import gc
import signal
import subprocess
import sys
from datetime import timedelta

import psutil
import pytest

from credit.records import intake, notations
from credit.records.notations import apart, reading
from credit.records.notations.faults import Code, FileRefused
from credit.records.notations.formats import Limits
from tests import factories
from tests.records.files import rating, ratings

ROWS = 2 * reading.BATCH_ROWS + 5
TWICE = (3, reading.BATCH_ROWS + 7)
"""Two rows that name one document of one subject, in two batches; the second has a fault besides."""


def large(*, end: str = "") -> bytes:
    """Three batches: now and then a fault, one document twice, names in Chinese."""
    rows = [rating(n % 50, document=f"税评{n}", mark="E" if n % 1000 == 0 else "A") for n in range(ROWS)]
    first, second = TWICE
    rows[second] = rating(first % 50, document=f"税评{first}", mark="A", decided_on="2026-02-30")
    return ratings(*rows) + end.encode()


def the_reader() -> psutil.Process:
    (found,) = [child for child in psutil.Process().children() if apart.COMMAND[-1] in child.cmdline()]
    return found


def both_ways(data: bytes, *, filename: str = "large.csv", accepted=None):
    """What is read here, and what is read apart: batches, or the faults of a refused file after so many of them."""
    limits, given = Limits(file_bytes=len(data)), accepted or {}
    here = reading.read(data, filename=filename, notation=notations.get("tax-grade"), limits=limits, accepted=given)
    there = apart.read_apart(data, filename=filename, notation="tax-grade", limits=limits, accepted=given)
    return [whole(readings) for readings in (here, there)]


def whole(readings):
    found = []
    try:
        for batch in readings:
            found.append(batch)
    except FileRefused as refusal:
        return found, refusal.faults
    return found, None


def test_it_reads_the_same_as_would_be_read_here():
    here, there = both_ways(large())
    assert there == here
    faults = [fault for batch in there[0] for fault in batch.faults]
    assert len(there[0]) == 3
    assert [fault.code for fault in faults if fault.line == TWICE[1] + 2] == [Code.DATE_INVALID, Code.RECORD_DUPLICATE]
    assert next(fault for fault in faults if fault.code is Code.RECORD_DUPLICATE).expected == str(TWICE[0] + 2)
    assert sum(fault.code is Code.VALUE_UNKNOWN for fault in faults) == ROWS // 1000 + 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_it_reads_every_encoding(encoding):
    here, there = both_ways(large().decode().encode(encoding))
    assert there == here
    assert there[1] is None


def test_what_an_officer_accepted_counts_there_too():
    wrong = factories.uscc(1).value[:-1] + ("0" if factories.uscc(1).value[-1] != "0" else "1")
    data = ratings(rating(1, identifier=wrong), rating(2))
    here, there = both_ways(data, accepted={2: frozenset({Code.IDENTIFIER_INVALID})})
    assert there == here
    assert [row.line for row in there[0][0].rows] == [2, 3]


def test_a_file_that_is_refused_after_some_batches_is_refused_there_too():
    here, there = both_ways(large(end='"never closed'))
    assert there == here
    assert len(there[0]) == 2
    assert [fault.detail for fault in there[1]] == ["quotes"]


def test_a_reader_that_is_killed_is_no_end_of_the_file():
    readings = apart.read_apart(large(), filename="x.csv", notation="tax-grade", limits=Limits(), accepted={})
    assert next(readings).read == reading.BATCH_ROWS
    reader = the_reader()
    reader.kill()
    with pytest.raises(apart.ReaderDied, match=str(-signal.SIGKILL)):
        list(readings)


@pytest.mark.django_db
def test_a_file_whose_reader_was_killed_is_said_to_be_and_read_again_later(office, monkeypatch):
    desk = office()
    made = desk.deliver(large(), parse=False)
    with monkeypatch.context() as patched:
        patched.setattr(apart, "COMMAND", [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
        with pytest.raises(intake.Interrupted, match="read again"):
            intake.parse(made.pk, now=desk.now)
    later = desk.now + timedelta(hours=1)
    assert intake.parse(made.pk, now=later).rows == ROWS


def test_a_reader_that_nobody_listens_to_is_ended():
    readings = apart.read_apart(large(), filename="x.csv", notation="tax-grade", limits=Limits(), accepted={})
    next(readings)
    reader = the_reader()
    readings.close()
    assert not reader.is_running()


ORPHAN = """
import sys, psutil
from credit.records.notations.apart import read_apart
from credit.records.notations.formats import Limits
data = open(sys.argv[1], "rb").read()
readings = read_apart(data, filename="x.csv", notation="tax-grade", limits=Limits(), accepted={})
next(readings)
print(psutil.Process().children()[0].pid, flush=True)
input()
"""


def test_a_reader_ends_with_the_worker_that_asked(tmp_path):
    (tmp_path / "large.csv").write_bytes(large())
    command = [sys.executable, "-c", ORPHAN, str(tmp_path / "large.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        reader = psutil.Process(int(worker.stdout.readline()))
        worker.kill()
    psutil.wait_procs([reader], timeout=30)
    assert not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE


def test_a_reader_has_no_key_and_no_address(monkeypatch):
    monkeypatch.setenv("FIELD_KEYS", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@nowhere/x")
    readings = apart.read_apart(large(), filename="x.csv", notation="tax-grade", limits=Limits(), accepted={})
    next(readings)
    reader = the_reader()
    assert set(reader.environ()) <= set(apart.SURROUNDINGS)
    readings.close()


def test_a_batch_leaves_nothing_behind():
    """Readers and workers don't look for cycles while they read: a batch that holds on to itself would stay."""
    data = large()
    list(reading.read(ratings(rating(1)), filename="x.csv", notation=notations.get("tax-grade")))
    gc.collect()
    gc.disable()
    try:
        for batch in reading.read(data, filename="x.csv", notation=notations.get("tax-grade")):
            assert batch.faults
            del batch
        assert gc.collect() < 100
    finally:
        gc.enable()
