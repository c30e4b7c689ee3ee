"""A released submission can be taken back as a whole: every record says again what it said before."""

from datetime import timedelta

import pytest

from credit.records import actions
from credit.records.models import RecordVersion
from credit.records.statements import content_of
from tests.records.conftest import newest
from tests.records.files import rating, ratings

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
db = pytest.mark.django_db


@db
def test_withdrawing_brings_every_record_back_to_what_it_was(office):
    desk = office()
    desk.publish(ratings(rating(1), rating(2)))
    before = {v.record_id: (content_of(v), v.struck) for v in RecordVersion.objects.current()}
    wrong = desk.publish(ratings(rating(1, mark="D"), rating(2, ends_on="2028-01-01"), rating(3)), now=desk.now + DAY)
    assert RecordVersion.objects.current().count() == 3
    actions.withdraw(wrong.public_id, reason="The wrong year.", by=desk.second, now=desk.now + 2 * DAY)
    assert {v.record_id: (content_of(v), v.struck) for v in RecordVersion.objects.current()} == before
    gone = newest(record__document="doc3")
    assert (gone.struck, gone.cause, gone.reason) == (True, "withdrawal", "The wrong year.")
    assert gone.record.subject.revision == 2
    assert [
        v.mark for v in RecordVersion.objects.known_at(desk.now + DAY + MINUTE).filter(record__document="doc1")
    ] == ["D"]


@db
def test_withdrawing_leaves_what_a_later_delivery_said_again(office):
    desk = office()
    first = desk.publish(ratings(rating(1)))
    second = desk.publish(ratings(rating(1), rating(2)), now=desk.now + DAY)
    actions.withdraw(first.public_id, reason="x", by=desk.first, now=desk.now + 2 * DAY)
    assert not newest(record__document="doc1").struck
    actions.withdraw(second.public_id, reason="x", by=desk.first, now=desk.now + 3 * DAY)
    assert newest(record__document="doc1").struck
    assert not RecordVersion.objects.current().exists()


@db
def test_withdrawing_an_older_delivery_keeps_the_newer_statement(office):
    desk = office()
    first = desk.publish(ratings(rating(1)))
    desk.publish(ratings(rating(1, mark="B")), now=desk.now + DAY)
    actions.withdraw(first.public_id, reason="x", by=desk.first, now=desk.now + 2 * DAY)
    assert newest().mark == "B"
    assert newest().number == 2


@db
def test_a_withdrawn_record_can_be_delivered_anew(office):
    desk = office()
    made = desk.publish(ratings(rating(1)))
    actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    desk.publish(ratings(rating(1)), now=desk.now + DAY)
    assert not newest().struck
    assert newest().number == 3
