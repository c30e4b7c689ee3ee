"""A record is never overwritten: what was said, when it was known, and why it changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from credit.core.errors import Conflict, Invalid
from credit.records import actions
from credit.records.models import Record, RecordVersion
from tests import factories
from tests.records.conftest import newest, versions_of
from tests.records.files import rating, ratings

DAY = timedelta(days=1)
db = pytest.mark.django_db


@db
def test_another_statement_of_the_same_document_is_the_next_version(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    desk.publish(ratings(rating(1, mark="C")), now=desk.now + DAY)
    first, second = versions_of(Record.objects.get())
    assert (first.mark, second.mark, second.number) == ("A", "C", 2)
    assert first.superseded_at == second.recorded_at
    assert desk.now + DAY < second.recorded_at < second.submission.released_at < desk.now + 2 * DAY
    assert second.value == -400
    known = RecordVersion.objects
    assert [v.mark for v in known.known_at(desk.now + DAY / 2)] == ["A"]
    assert [v.mark for v in known.known_at(desk.now + DAY + DAY / 2)] == ["C"]
    assert not known.known_at(desk.now - DAY).exists()


@db
def test_a_dispute_flag_survives_the_next_statement(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    record = Record.objects.get()
    actions.flag_disputed(record, disputed=True, by=factories.official(), now=desk.now)
    desk.publish(ratings(rating(1, mark="B")), now=desk.now + DAY)
    assert newest().disputed


@db
def test_a_decision_is_not_undone_by_sending_the_same_again(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    record, official = Record.objects.get(), factories.official()
    actions.correct(record, mark="B", reason="A clerk's slip.", by=official, now=desk.now)
    desk.publish(ratings(rating(1), rating(2)), now=desk.now + DAY)
    assert newest(record=record).mark == "B"
    actions.strike(record, reason="Another person.", by=official, now=desk.now + DAY)
    desk.publish(ratings(rating(1), rating(3)), now=desk.now + 2 * DAY)
    assert newest(record=record).struck


@db
def test_corrections_are_checked(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    record, official = Record.objects.get(), factories.official()
    with pytest.raises(Invalid, match="A, B, M, C, D"):
        actions.correct(record, mark="Z", reason="x", by=official, now=desk.now)
    with pytest.raises(Invalid, match="later"):
        actions.correct(record, valid_to=newest().valid_from, reason="x", by=official, now=desk.now)
    with pytest.raises(Invalid, match="already"):
        actions.correct(record, mark="A", reason="x", by=official, now=desk.now)
    with pytest.raises(Invalid, match="why"):
        actions.strike(record, reason=" ", by=official, now=desk.now)
    actions.strike(record, reason="x", by=official, now=desk.now)
    with pytest.raises(Conflict):
        actions.strike(record, reason="x", by=official, now=desk.now)
    with pytest.raises(Conflict):
        actions.flag_disputed(record, disputed=True, by=official, now=desk.now)


@db
@pytest.mark.parametrize(
    "change",
    [
        {"value": 0},
        {"mark": "Z"},
        {"disputed": True},
        {"superseded_at": None},
        {"recorded_at": factories.SINCE},
    ],
)
def test_a_version_is_never_overwritten(change, office):
    desk = office()
    desk.publish(ratings(rating(1)))
    with pytest.raises(DatabaseError, match="plainmark"), transaction.atomic():
        RecordVersion.objects.update(**change)


@db
def test_a_version_is_superseded_once_and_never_deleted(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    desk.publish(ratings(rating(1, mark="B")), now=desk.now + DAY)
    old = RecordVersion.objects.filter(number=1)
    with pytest.raises(DatabaseError, match="plainmark"), transaction.atomic():
        old.update(superseded_at=desk.now + 3 * DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        old._raw_delete(using="default")
    with pytest.raises(DatabaseError), transaction.atomic():
        Record.objects.update(document="other")


@db
@pytest.mark.parametrize(
    "bad",
    [
        {"value": 1001},
        {"value": -1001},
        {"valid_to": "2026-06-01"},
        {"number": 0},
        {"kind": "rumour"},
        {"cause": "magic"},
        {"submission_id": None},
        {"line": None},
        {"cause": "removal", "reason": ""},
    ],
)
def test_the_database_refuses_impossible_versions(bad, office):
    desk = office()
    desk.publish(ratings(rating(1)))
    version = newest()
    version.pk, version.number, version.superseded_at = None, 2, desk.now
    for name, value in bad.items():
        setattr(version, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save(force_insert=True)
