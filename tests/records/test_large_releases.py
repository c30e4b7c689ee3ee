"""A large release is a worker's: ordered, claimed, told of, and done once, however often workers die."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from credit.core.errors import Conflict
from credit.ledger.models import Entry
from credit.records import actions, publishers, releasing, tasks
from credit.records.models import Record, RecordVersion, Submission
from credit.records.moves import Status
from credit.subjects.models import Subject, SubjectIdentifier
from tests import factories
from tests.records.files import rating, ratings

MINUTE = timedelta(minutes=1)
db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch):
    monkeypatch.setattr(releasing, "AT_ONCE", 0)


def ordered(desk, *rows):
    made = desk.release(desk.deliver(ratings(*(rows or [rating(1), rating(2)]))))
    assert made.status == Status.RELEASING
    return made


@db
def test_a_large_release_waits_for_a_worker_and_is_done_by_it(office):
    desk = office()
    made = ordered(desk)
    assert not Record.objects.exists()
    assert (made.released_by, made.released_at, made.share) == (desk.second, None, 0)
    done = actions.publish_ordered(made.pk, now=desk.now)
    assert (done.status, done.records_new, done.published) == (Status.RELEASED, 2, 100)
    assert [v.by for v in RecordVersion.objects.all()] == [desk.second] * 2
    assert list(Subject.objects.values_list("revision", flat=True)) == [1, 1]
    kinds = Entry.objects.filter(kind__startswith="submission.release").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["submission.release-ordered", "submission.released"]
    assert actions.publish_ordered(made.pk, now=desk.now + 5 * MINUTE) is None


@db
def test_an_ordered_release_is_not_released_again_and_not_by_another(office):
    desk = office()
    made = ordered(desk)
    with pytest.raises(Conflict, match="being released"):
        desk.release(made)
    with pytest.raises(Conflict, match="being released"):
        actions.release(made.public_id, by=factories.officer("tax"), now=desk.now, here=True)


@db
def test_a_command_does_not_wait_for_a_worker(office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    assert actions.release(made.public_id, by=desk.second, now=desk.now, here=True).status == Status.RELEASED


@db
def test_an_ordered_release_can_be_withdrawn_and_no_worker_publishes_it(office):
    desk = office()
    made = ordered(desk)
    assert actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now).status == Status.WITHDRAWN
    assert actions.publish_ordered(made.pk, now=desk.now) is None
    assert not Record.objects.exists()


@db
def test_a_name_that_changed_since_the_check_sends_it_back_to_be_checked(office):
    desk = office()
    made = ordered(desk)
    factories.company("别名公司", factories.uscc(1))
    back = actions.publish_ordered(made.pk, now=desk.now)
    assert (back.status, back.released_by, back.partial) == (Status.RECEIVED, None, False)
    assert not Record.objects.exists()


@db
def test_the_sweeper_sends_an_order_again_that_was_lost(office, monkeypatch):
    desk = office()
    made = ordered(desk)
    sent = []
    monkeypatch.setattr("credit.records.queue.current_app.send_task", lambda name, args: sent.append((name, args)))
    Submission.objects.filter(pk=made.pk).update(queued_at=desk.now - timedelta(days=1))
    monkeypatch.setattr(tasks.timezone, "now", lambda: desk.now)
    assert tasks.sweep() == 1
    assert sent == [("records.publish", [made.pk])]


def dies_in(monkeypatch, place):
    def killed(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishers, place, killed)


@pytest.mark.parametrize("place", ["publish", "raise_revisions", "note_release"])
def test_a_worker_that_died_leaves_nothing_and_the_next_does_it_all(place, committed, office, monkeypatch):
    desk = office()
    made = ordered(desk, *(rating(100 + n) for n in range(20)))
    with monkeypatch.context() as patched:
        dies_in(patched, place)
        with pytest.raises(KeyboardInterrupt):
            actions.publish_ordered(made.pk, now=desk.now)
    assert not Record.objects.exists()
    assert actions.publish_ordered(made.pk, now=desk.now + timedelta(seconds=30)) is None  # the claim still stands
    assert actions.publish_ordered(made.pk, now=desk.now + 2 * MINUTE).records_new == 20
    assert Entry.objects.filter(kind="submission.released").count() == 1


def test_a_submission_that_kills_every_worker_is_given_back(committed, office, monkeypatch):
    desk = office()
    made = ordered(desk)
    with monkeypatch.context() as patched:
        dies_in(patched, "publish")
        for hour in range(publishers.MAX_CLAIMS):
            with pytest.raises(KeyboardInterrupt):
                actions.publish_ordered(made.pk, now=desk.now + timedelta(hours=hour))
    back = actions.publish_ordered(made.pk, now=desk.now + timedelta(hours=9))
    assert (back.status, back.released_by, back.publishers) == (Status.PARSED, None, 0)
    assert desk.release(back).status == Status.RELEASING


def test_a_withdrawal_in_the_middle_wins_and_the_worker_leaves_nothing(committed, office, monkeypatch):
    desk = office()
    made = ordered(desk, *(rating(200 + n) for n in range(20)))
    real = publishers.raise_revisions

    def withdrawn_meanwhile(table):
        def withdraw():
            actions.withdraw(made.public_id, reason="wrong file", by=desk.first, now=desk.now)
            connections.close_all()

        thread = threading.Thread(target=withdraw)
        thread.start()
        thread.join()
        real(table)

    monkeypatch.setattr(publishers, "raise_revisions", withdrawn_meanwhile)
    assert actions.publish_ordered(made.pk, now=desk.now) is None
    made.refresh_from_db()
    assert made.status == Status.WITHDRAWN
    assert not Record.objects.exists()
    assert not SubjectIdentifier.objects.exists()


def test_a_worker_that_was_overtaken_writes_nothing(committed, office, monkeypatch):
    desk = office()
    made = ordered(desk, *(rating(300 + n) for n in range(20)))
    Submission.objects.filter(pk=made.pk).update(publishers=7)
    real = publishers.raise_revisions

    def overtaken(table):
        def claim():
            Submission.objects.filter(pk=made.pk).update(publishers=9)
            connections.close_all()

        thread = threading.Thread(target=claim)
        thread.start()
        thread.join()
        real(table)

    monkeypatch.setattr(publishers, "MAX_CLAIMS", 10)
    monkeypatch.setattr(publishers, "raise_revisions", overtaken)
    assert actions.publish_ordered(made.pk, now=desk.now) is None
    assert not Record.objects.exists()


def test_two_workers_at_once_have_one_outcome(committed, office):
    desk = office()
    made = ordered(desk, *(rating(400 + n) for n in range(50)))
    start, outcomes = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            outcomes.append(actions.publish_ordered(made.pk, now=desk.now) is not None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True]
    assert Record.objects.count() == 50


def test_two_agencies_that_name_the_same_newcomers_at_once_make_each_once(committed, office):
    desks = [office(), office("labour", "labour-grade")]
    rows = [rating(500 + n, document=f"both{n}") for n in range(200)]
    made = [ordered(desks[0], *rows), ordered(desks[1], *reversed(rows))]
    start, errors = threading.Barrier(2), []

    def work(submission):
        try:
            start.wait()
            actions.publish_ordered(submission.pk, now=desks[0].now)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must say it
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[submission]) for submission in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (Subject.objects.count(), SubjectIdentifier.objects.count(), Record.objects.count()) == (200, 200, 400)
    assert set(Subject.objects.values_list("revision", flat=True)) == {2}


STOPS = """
import django, sys, time
django.setup()
from django.utils import timezone
from credit.records import actions, publishers
real = publishers.raise_revisions
def stop(table):
    real(table)
    print("middle", flush=True)
    time.sleep(60)
publishers.raise_revisions = stop
actions.publish_ordered(int(sys.argv[1]), now=timezone.now())
"""


def test_a_worker_killed_in_the_middle_of_a_release_leaves_it_to_the_next(committed, office):
    desk = office()
    made = ordered(desk, *(rating(600 + n) for n in range(100)))
    worker = subprocess.Popen([sys.executable, "-c", STOPS, str(made.pk)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "middle\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert not Record.objects.exists()
    made.refresh_from_db()
    assert made.status == Status.RELEASING
    done = actions.publish_ordered(made.pk, now=made.claimed_at + 2 * MINUTE)
    assert (done.status, done.records_new, done.publishers) == (Status.RELEASED, 100, 2)
    assert Entry.objects.filter(kind="submission.released").count() == 1


@db
def test_a_version_must_name_what_is_there(office):
    desk = office()
    desk.release(desk.deliver(ratings(rating(1))))
    actions.publish_ordered(Submission.objects.get().pk, now=desk.now)
    version = RecordVersion.objects.get()
    for column in ("record_id", "subject_id", "submission_id", "by_id"):
        copied = RecordVersion.objects.get(pk=version.pk)
        copied.pk, copied.number, copied.superseded_at = None, 2, copied.recorded_at
        setattr(copied, column, 999_999_999)
        with pytest.raises(IntegrityError, match="is not in"), transaction.atomic():
            copied.save(force_insert=True)


@db
@pytest.mark.parametrize("missing", [0, 1])
def test_many_rows_of_one_statement_must_name_what_is_there(missing, now):
    """So many, and in so dense a range, that they are compared with it as a whole."""
    subjects = Subject.objects.bulk_create(
        [Subject(kind="company", name="多", created_at=now, public_id=f"M-{n}") for n in range(1500)]
    )
    places = [subject.pk for subject in subjects]
    places[700] = places[-1] + 1 if missing else places[700]
    rows = [SubjectIdentifier(subject_id=pk, kind="uscc", token=pk.to_bytes(8)) for pk in places]
    if missing:
        with pytest.raises(IntegrityError, match=f"{places[700]} is not in"), transaction.atomic():
            SubjectIdentifier.objects.bulk_create(rows)
    else:
        assert len(SubjectIdentifier.objects.bulk_create(rows)) == 1500


@db
def test_a_subject_with_records_is_not_deleted(office):
    desk = office()
    actions.publish_ordered(ordered(desk).pk, now=desk.now)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM subjects_subject")
