"""When something was known is when anybody could see it, however long it took and whichever clock was asked."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from credit.records import actions, publishers, releasing, takingback
from credit.records.deliveries import wait_for_others
from credit.records.exporting import as_row
from credit.records.histories import histories
from credit.records.models import Confirmation, Record, RecordVersion, Submission
from credit.records.statements import find_last_said
from tests import factories
from tests.records.conftest import newest
from tests.records.files import rating, ratings

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
db = pytest.mark.django_db


def marks(moment):
    """What the portal says that it said of the one record at a moment."""
    return [version.mark for version in RecordVersion.objects.known_at(moment).filter(record__document="doc1")]


def seen():
    """What the portal says now, as another connection sees it, and when it was asked."""
    found = []

    def look():
        found.append(
            ([v.mark for v in RecordVersion.objects.current().filter(record__document="doc1")], timezone.now())
        )
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


def test_what_a_worker_is_publishing_is_known_from_its_commit(committed, office, monkeypatch):
    desk = office()
    desk.now = timezone.now()
    desk.publish(ratings(rating(1)))
    monkeypatch.setattr(releasing, "AT_ONCE", 0)
    made, looks = desk.release(desk.deliver(ratings(rating(1, mark="D"))), now=timezone.now()), []
    real = publishers.raise_revisions

    def slowly(table):
        real(table)
        looks.append(seen())

    monkeypatch.setattr(publishers, "raise_revisions", slowly)
    actions.publish_ordered(made.pk, now=timezone.now())
    looks.append(seen())
    assert [said for said, _moment in looks] == [["A"], ["D"]]
    for said, moment in looks:
        assert marks(moment) == said
    changed = newest(record__document="doc1")
    assert changed.recorded_at < looks[0][1] < changed.submission.released_at < looks[1][1]


def test_what_is_being_withdrawn_is_known_until_its_commit(committed, office, monkeypatch):
    desk = office()
    desk.now = timezone.now()
    desk.publish(ratings(rating(1)))
    wrong, looks = desk.publish(ratings(rating(1, mark="D")), now=timezone.now()), []
    real = takingback.raise_revisions

    def slowly(touched):
        real(touched)
        looks.append(seen())

    monkeypatch.setattr(takingback, "raise_revisions", slowly)
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=timezone.now())
    looks.append(seen())
    assert [said for said, _moment in looks] == [["D"], ["A"]]
    for said, moment in looks:
        assert marks(moment) == said
    assert newest(record__document="doc1").withdrawn == wrong


def test_whoever_waited_for_another_delivery_is_dated_after_it(committed, office):
    """B asked first and waits at the lock; A asked later and goes first. The order is that of what was seen."""
    desk = office()
    desk.now = timezone.now()
    a, b = desk.deliver(ratings(rating(1, mark="C"))), desk.deliver(ratings(rating(1, mark="D"), rating(2)))
    holding, waiting, errors = threading.Event(), threading.Event(), []

    def first():
        with transaction.atomic():
            wait_for_others(a)
            holding.set()
            waiting.wait(20)
            desk.release(a, now=timezone.now())
        connections.close_all()

    def second():
        try:
            holding.wait(20)
            desk.release(b, now=timezone.now())
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must say it
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    holding.wait(20)
    asked = timezone.now()
    while not _somebody_waits():
        pass
    waiting.set()
    for thread in threads:
        thread.join()
    a.refresh_from_db(), b.refresh_from_db()
    assert errors == []
    assert a.release_turn < b.release_turn
    assert asked < a.released_at < b.released_at
    assert marks(a.released_at) == ["C"]
    assert marks(b.released_at) == ["D"]


def _somebody_waits():
    with connection.cursor() as cursor:
        waits = "wait_event_type = 'Lock' AND datname = current_database()"
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {waits}")
        return cursor.fetchone()[0]


@db
def test_the_last_statement_is_the_one_that_was_published_last_whatever_the_clocks_said(office):
    desk = office()
    desk.publish(ratings(rating(1, mark="B")), now=desk.now + DAY)
    desk.publish(ratings(rating(1, mark="C"), rating(2)), now=desk.now)  # by a host whose clock is a day late
    assert newest(record__document="doc1").mark == "C"
    again = desk.publish(ratings(rating(1, mark="C"), rating(3)), now=desk.now + 2 * DAY)
    assert (again.records_same, again.records_changed) == (1, 0)
    confirmed = Confirmation.objects.get(submission=again)
    assert (confirmed.version.mark, confirmed.after) == ("C", 2)
    third = desk.publish(ratings(rating(1, mark="D")), now=desk.now)
    actions.withdraw(third.public_id, reason="x", by=desk.first, now=desk.now)
    assert newest(record__document="doc1").mark == "C"


@db
def test_the_two_ways_of_telling_a_history_again_agree_whatever_the_clocks_said(office):
    desk = office()
    desk.publish(ratings(rating(1, mark="B")), now=desk.now + DAY)
    desk.publish(ratings(rating(1, mark="C"), rating(2)), now=desk.now)
    record = Record.objects.get(document="doc1")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE asked ON COMMIT DROP AS SELECT %s::bigint AS record_id", [record.pk])
        find_last_said("asked")
        cursor.execute("SELECT mark FROM said")
        (said,) = cursor.fetchone()
    assert said == histories([record.pk])[record.pk].events[-1].content.mark == "C"


@db
def test_a_decision_after_a_delivery_is_known_after_it(office):
    """Were it dated before, one moment would have two answers."""
    desk = office()
    desk.publish(ratings(rating(1)), now=desk.now)
    version = newest(record__document="doc1")
    actions.correct(version.record, mark="B", reason="x", by=factories.official(), now=desk.now - MINUTE)
    corrected = newest(record__document="doc1")
    assert corrected.recorded_at >= version.submission.released_at
    assert marks(version.submission.released_at + MINUTE) == ["B"]


@db
def test_an_export_says_the_same_moments(office):
    desk = office()
    first = desk.publish(ratings(rating(1)))
    second = desk.publish(ratings(rating(1, mark="D")), now=desk.now + DAY)
    rows = [as_row(v) for v in RecordVersion.objects.with_moments().select_related("record__agency").order_by("number")]
    assert [(row["known_from"], row["known_until"]) for row in rows] == [
        (first.released_at.isoformat(), second.released_at.isoformat()),
        (second.released_at.isoformat(), None),
    ]


@db
def test_the_command_releases_after_it_has_checked(office, tmp_path):
    desk = office()
    file = tmp_path / "grades.csv"
    file.write_bytes(ratings(rating(1)))
    people = ["--by", desk.first.email, "--released-by", desk.second.email]
    call_command("submit", str(file), "--agency", "tax", "--notation", "tax-grade", "--release", *people)
    made = Submission.objects.get()
    assert made.submitted_at < made.parsed_at < made.released_at
