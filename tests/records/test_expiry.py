"""A record ends by itself: its dates say what counts, and its history says that the end has come."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from credit.core.clock import business_date
from credit.core.errors import Conflict
from credit.records import actions, expiry, tasks
from credit.records.models import Record, RecordVersion
from tests import factories
from tests.records.conftest import newest, versions_of
from tests.records.files import rating, ratings

DAY = timedelta(days=1)
db = pytest.mark.django_db


@db
def test_the_end_of_a_record_is_noted_when_it_has_come_and_once(office):
    desk = office()
    end = business_date(desk.now) + 10 * DAY
    desk.publish(ratings(rating(1, ends_on=end.isoformat()), rating(2, ends_on="")))
    assert actions.expire(now=desk.now + 9 * DAY) == 0
    revision = newest(record__document="doc1").record.subject.revision
    assert actions.expire(now=desk.now + 10 * DAY) == 1
    assert actions.expire(now=desk.now + 11 * DAY) == 0
    first, last = versions_of(Record.objects.get(document="doc1"))
    assert (first.superseded_at, last.recorded_at) == (desk.now + 10 * DAY, desk.now + 10 * DAY)
    assert (last.cause, last.by, last.reason, last.number) == ("expiry", None, "", 2)
    same = ("kind", "category", "value", "mark", "valid_from", "valid_to", "details", "disputed", "withheld", "struck")
    assert [getattr(first, name) for name in same] == [getattr(last, name) for name in same]
    assert (last.submission_id, last.line, last.subject_id) == (first.submission_id, first.line, first.subject_id)
    assert newest(record__document="doc1").record.subject.revision == revision + 1


@db
def test_noting_the_end_changes_nothing_that_counted_on_any_day(office):
    desk = office()
    today = business_date(desk.now)
    desk.publish(ratings(*(rating(n, ends_on=(today + n * DAY).isoformat()) for n in range(1, 6))))

    def counted(on: date) -> list[str]:
        return sorted(RecordVersion.objects.counting().in_force(on).values_list("record__document", flat=True))

    before = [counted(today + n * DAY) for n in range(8)]
    for n in range(8):
        actions.expire(now=desk.now + n * DAY)
        assert [counted(today + m * DAY) for m in range(8)] == before


@db
def test_what_was_over_when_it_was_delivered_was_and_stays_over(office):
    desk = office()
    desk.publish(ratings(rating(1, decided_on="2020-01-01", ends_on="2021-01-01")))
    assert actions.expire(now=desk.now) == 0


@db
def test_an_end_that_is_put_off_comes_again(office):
    desk = office()
    today = business_date(desk.now)
    desk.publish(ratings(rating(1, ends_on=(today + DAY).isoformat())))
    record, official = Record.objects.get(), factories.official()
    actions.expire(now=desk.now + DAY)
    actions.correct(record, valid_to=today + 5 * DAY, reason="x", by=official, now=desk.now + DAY)
    actions.flag_disputed(record, disputed=True, by=official, now=desk.now + 2 * DAY)
    assert actions.expire(now=desk.now + 3 * DAY) == 0
    assert actions.expire(now=desk.now + 5 * DAY) == 1
    actions.flag_disputed(record, disputed=False, by=official, now=desk.now + 6 * DAY)
    assert actions.expire(now=desk.now + 7 * DAY) == 0
    causes = [version.cause for version in versions_of(record)]
    assert causes == ["submission", "expiry", "correction", "dispute", "expiry", "dispute"]


@db
def test_a_removed_record_doesnt_end(office):
    desk = office()
    desk.publish(ratings(rating(1, ends_on=(business_date(desk.now) + DAY).isoformat())))
    actions.strike(Record.objects.get(), reason="x", by=factories.official(), now=desk.now)
    assert actions.expire(now=desk.now + 2 * DAY) == 0


@db
def test_many_ends_are_noted_in_bounded_steps(office, monkeypatch):
    monkeypatch.setattr(expiry, "AT_ONCE", 3)
    desk = office()
    end = (business_date(desk.now) + DAY).isoformat()
    desk.publish(ratings(*(rating(n, ends_on=end) for n in range(1, 9))))
    assert actions.expire(now=desk.now + DAY, limit=4) == 4
    with CaptureQueriesContext(connection) as queries:
        assert actions.expire(now=desk.now + DAY) == 4
    assert len(queries) < 30
    assert RecordVersion.objects.filter(cause="expiry").count() == 8


def test_a_record_that_somebody_is_changing_ends_with_the_next_run(committed, office):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    desk = office()
    desk.publish(ratings(rating(1, ends_on=(business_date(desk.now) + DAY).isoformat())))

    def expire() -> int:
        try:
            return actions.expire(now=desk.now + DAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.flag_disputed(Record.objects.get(), disputed=True, by=factories.official(), now=desk.now)
            assert pool.submit(expire).result(30) == 0
        assert pool.submit(expire).result(30) == 1
    assert [version.cause for version in versions_of(Record.objects.get())] == ["submission", "dispute", "expiry"]


@db
def test_the_task_notes_ends():
    assert tasks.expire() == 0


@db
def test_a_repair_ends_a_record_from_today(office):
    desk = office()
    today = business_date(desk.now)
    desk.publish(ratings(rating(1, mark="D")))
    record, official = Record.objects.get(), factories.official()
    actions.repair(record, reason="Paid, and promised.", by=official, now=desk.now)
    last = newest()
    assert (last.cause, last.valid_to, last.reason, last.by) == ("repair", today, "Paid, and promised.", official)
    assert not RecordVersion.objects.counting().in_force(today).exists()
    assert RecordVersion.objects.counting().in_force(today - DAY).exists()
    with pytest.raises(Conflict, match="ended"):
        actions.repair(record, reason="x", by=official, now=desk.now)
    assert actions.expire(now=desk.now + DAY) == 0
