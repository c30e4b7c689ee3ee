"""A large withdrawal is a worker's: ordered, claimed, and done once, however often workers die."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from credit.core.errors import Conflict
from credit.ledger.models import Entry
from credit.records import actions, publishers, releasing, takers, takingback, tasks
from credit.records.models import Record, RecordVersion, Submission
from credit.records.moves import Status
from credit.records.refusals import Refused
from tests.records.conftest import newest
from tests.records.files import rating, ratings

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch):
    monkeypatch.setattr(takingback, "AT_ONCE", 0)


def ordered(desk, *rows):
    """A released delivery whose withdrawal an officer has ordered."""
    made = desk.publish(ratings(*(rows or [rating(1), rating(2)])))
    return actions.withdraw(made.public_id, reason="The wrong year.", by=desk.second, now=desk.now + DAY)


def standing():
    return RecordVersion.objects.current().count()


@db
def test_a_large_withdrawal_waits_for_a_worker_and_is_done_by_it(office):
    desk = office()
    made = ordered(desk)
    assert (made.status, made.withdrawn_at, made.is_working, made.share) == (Status.WITHDRAWING, None, True, None)
    assert standing() == 2
    done = actions.take_back_ordered(made.pk, now=desk.now + DAY)
    assert (done.status, done.withdrawn_by) == (Status.WITHDRAWN, desk.second)
    assert standing() == 0
    gone = newest(record__document="doc1")
    assert (gone.struck, gone.cause, gone.reason, gone.by) == (True, "withdrawal", "The wrong year.", desk.second)
    kinds = Entry.objects.filter(kind__startswith="submission.withdraw").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["submission.withdrawal-ordered", "submission.withdrawn"]
    assert actions.take_back_ordered(made.pk, now=desk.now + 2 * DAY) is None


@db
def test_what_is_being_withdrawn_is_neither_withdrawn_nor_released_again_nor_delivered_anew(office):
    desk = office()
    made = ordered(desk)
    for again in (
        lambda: actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now + DAY),
        lambda: actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now + DAY, here=True),
        lambda: desk.release(made),
    ):
        with pytest.raises(Conflict, match="being withdrawn"):
            again()
    with pytest.raises(Refused) as refused:
        desk.deliver(ratings(rating(1), rating(2)))
    assert refused.value.faults[0].code == "file.duplicate"


@db
def test_a_command_takes_it_back_itself(office):
    desk = office()
    made = desk.publish(ratings(rating(1)))
    done = actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now + DAY, here=True)
    assert done.status == Status.WITHDRAWN


@db
def test_what_was_not_released_yet_needs_no_worker(office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    done = actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    assert done.status == Status.WITHDRAWN


@db
def test_until_it_is_taken_back_its_statements_stand_for_others(office):
    desk = office()
    first = desk.publish(ratings(rating(1)))
    made = desk.publish(ratings(rating(1, mark="B")), now=desk.now + MINUTE)
    actions.withdraw(made.public_id, reason="x", by=desk.second, now=desk.now + DAY)
    actions.withdraw(first.public_id, reason="x", by=desk.second, now=desk.now + DAY, here=True)
    assert (newest().mark, newest().struck) == ("B", False)
    actions.take_back_ordered(made.pk, now=desk.now + 2 * DAY)
    assert newest().struck


@db
def test_the_pages_say_where_it_stands(office, client_of):
    desk = office()
    made = desk.publish(ratings(rating(1)))
    client = client_of(desk.second)
    url = reverse("agency:submission", args=["tax", made.public_id])
    answer = client.post(reverse("agency:withdraw", args=["tax", made.public_id]), {"reason": "Wrong."}, follow=True)
    page = answer.content.decode()
    assert "It is being withdrawn." in page
    assert "The delivery is being taken back." in page
    assert "Withdraw this delivery" not in page
    actions.take_back_ordered(made.pk, now=desk.now + DAY)
    assert "being taken back" not in client.get(url).content.decode()


@db
def test_the_sweeper_sends_an_order_again_that_was_lost(office, monkeypatch):
    desk = office()
    made = ordered(desk)
    sent = []
    monkeypatch.setattr("credit.records.queue.current_app.send_task", lambda name, args: sent.append((name, args)))
    monkeypatch.setattr(tasks.timezone, "now", lambda: desk.now + 2 * DAY)
    assert tasks.sweep() == 1
    assert sent == [("records.take_back", [made.pk])]


@db
@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "withdrawing", "withdrawn_by": None},
        {"status": "withdrawing", "withdrawn_why": ""},
        {"status": "withdrawing", "released_at": None},
        {"status": "released"},
        {"status": "withdrawn", "withdrawn_at": None},
    ],
)
def test_the_database_refuses_half_a_withdrawal(office, wrong):
    made = ordered(office())
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=made.pk).update(**wrong)


def killed(*_args, **_named):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("module", "place"), [(takers, "wait_for_others"), (takers, "take_back"), (takingback, "unsay")]
)
def test_a_worker_that_died_leaves_nothing_and_the_next_does_it_all(committed, office, monkeypatch, module, place):
    desk = office()
    made = ordered(desk, *(rating(100 + n) for n in range(20)))
    with monkeypatch.context() as patched:
        patched.setattr(module, place, killed)
        with pytest.raises(KeyboardInterrupt):
            actions.take_back_ordered(made.pk, now=desk.now + DAY)
    assert standing() == 20
    assert actions.take_back_ordered(made.pk, now=desk.now + DAY + MINUTE / 2) is None  # the claim still stands
    assert actions.take_back_ordered(made.pk, now=desk.now + DAY + 2 * MINUTE).status == Status.WITHDRAWN
    assert standing() == 0
    assert Entry.objects.filter(kind="submission.withdrawn").count() == 1


def test_a_withdrawal_that_kills_every_worker_is_given_back(committed, office, monkeypatch):
    desk = office()
    made = ordered(desk)
    with monkeypatch.context() as patched:
        patched.setattr(takers, "take_back", killed)
        for hour in range(takers.MAX_CLAIMS):
            with pytest.raises(KeyboardInterrupt):
                actions.take_back_ordered(made.pk, now=desk.now + DAY + timedelta(hours=hour))
    back = actions.take_back_ordered(made.pk, now=desk.now + 2 * DAY)
    assert (back.status, back.withdrawn_by, back.withdrawn_why, standing()) == (Status.RELEASED, None, "", 2)
    again = actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now + 3 * DAY)
    assert actions.take_back_ordered(again.pk, now=desk.now + 3 * DAY).status == Status.WITHDRAWN


def at_once(*works):
    """Do all in threads that begin together; what each returned or raised."""
    start, outcomes = threading.Barrier(len(works)), []

    def run(work):
        try:
            start.wait()
            outcomes.append(work())
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must say it
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_workers_at_once_have_one_outcome(committed, office):
    desk = office()
    made = ordered(desk, *(rating(400 + n) for n in range(50)))
    work = lambda: actions.take_back_ordered(made.pk, now=desk.now + DAY)  # noqa: E731
    outcomes = at_once(work, work)
    assert [bool(outcome) for outcome in sorted(outcomes, key=bool)] == [False, True], outcomes
    assert standing() == 0


def test_a_worker_that_was_overtaken_changes_nothing(committed, office, monkeypatch):
    desk = office()
    made = ordered(desk)
    real = takers._take

    def overtaken(pk, claim, *, now):
        Submission.objects.filter(pk=pk).update(publishers=claim + 1)
        return real(pk, claim, now=now)

    monkeypatch.setattr(takers, "_take", overtaken)
    assert actions.take_back_ordered(made.pk, now=desk.now + DAY) is None
    assert standing() == 2


STOPS = """
import django, sys, time
django.setup()
from django.utils import timezone
from credit.records import actions, takers
real = takers.take_back
def stop(*args, **named):
    real(*args, **named)
    print("middle", flush=True)
    time.sleep(60)
takers.take_back = stop
actions.take_back_ordered(int(sys.argv[1]), now=timezone.now())
"""


@pytest.fixture
def stopped(committed, office):
    """A worker of another process in the middle of a withdrawal, and the desk whose delivery it is."""
    desk = office()
    made = ordered(desk, *(rating(600 + n) for n in range(100)))
    worker = subprocess.Popen([sys.executable, "-c", STOPS, str(made.pk)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "middle\n"
    yield desk, made, worker
    worker.kill()
    worker.wait()
    worker.stdout.close()


def test_a_worker_killed_in_the_middle_of_a_withdrawal_leaves_it_to_the_next(stopped):
    desk, made, worker = stopped
    assert actions.take_back_ordered(made.pk, now=desk.now + 900 * DAY) is None  # it lives: it holds the row
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert standing() == 100
    made.refresh_from_db()
    assert made.status == Status.WITHDRAWING
    done = actions.take_back_ordered(made.pk, now=made.claimed_at + 2 * MINUTE)
    assert (done.status, done.publishers, standing()) == (Status.WITHDRAWN, 2, 0)
    assert Entry.objects.filter(kind="submission.withdrawn").count() == 1


def test_whoever_releases_or_withdraws_meanwhile_is_told_at_once(stopped, client_of, monkeypatch):
    desk, made, _worker = stopped
    monkeypatch.setattr("credit.records.deliveries.PATIENCE", "SET LOCAL lock_timeout = '300ms'")
    other = desk.deliver(ratings(rating(1)))
    with pytest.raises(Conflict, match="try again") as refused:
        desk.release(other)
    assert refused.value.code == "busy"
    with pytest.raises(Conflict, match="try again"):
        actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    answer = client_of(desk.second).post(
        reverse("agency:release", args=["tax", other.public_id]), {"looked": "on", "partial": ""}
    )
    assert answer.status_code == 409
    assert "try again in a minute" in answer.content.decode()
    other.refresh_from_db()
    assert other.status == Status.PARSED
    assert not Record.objects.filter(document="doc1").exists()


def test_a_delivery_that_is_withdrawn_while_it_is_published_ends_its_worker_quietly(committed, office, monkeypatch):
    desk = office()
    monkeypatch.setattr(releasing, "AT_ONCE", 0)
    made = desk.release(desk.deliver(ratings(*(rating(700 + n) for n in range(20)))))
    real = publishers.publish

    def withdrawn_before_the_rows_are_read(submission, **named):
        numbers = publishers.StagedRows.objects.filter(submission=submission)
        monkeypatch.setattr("credit.records.staging.StagedRows.objects", _Vanishing(numbers))
        at_once(lambda: actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now))
        return real(submission, **named)

    monkeypatch.setattr(publishers, "publish", withdrawn_before_the_rows_are_read)
    assert actions.publish_ordered(made.pk, now=desk.now) is None
    monkeypatch.undo()
    made.refresh_from_db()
    assert (made.status, Record.objects.exists()) == (Status.WITHDRAWN, False)


class _Vanishing:
    """Names the batches that were there, as a worker that had asked for their numbers in time."""

    def __init__(self, rows):
        self.rows, self.numbers = rows, list(rows.values_list("number", flat=True))

    def filter(self, **_named):
        return self

    def order_by(self, *_names):
        return self

    def values_list(self, *_names, **_flat):
        return self.numbers

    def get(self, **named):
        return self.rows.get(**named)

    def delete(self):
        return self.rows.all().delete()
