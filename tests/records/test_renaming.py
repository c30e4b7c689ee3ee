"""A company changes its name: officers look once, both names are known from then on, and a withdrawal undoes it."""

from datetime import timedelta

import pytest

from credit.ledger.models import Entry
from credit.records import actions, staging
from credit.records.models import RecordVersion
from credit.subjects.models import Subject, SubjectName
from tests import factories
from tests.records.files import rating, ratings

DAY = timedelta(days=1)
OLD, NEW = "示例旧名公司", "示例新名公司"
db = pytest.mark.django_db


def faults_of(submission):
    return [fault.code for fault in staging.faults_of(submission.faults.all(), submission)]


def shown():
    return Subject.objects.get(identifiers__kind="uscc").name


def renamed(desk, document="doc-renamed", name=NEW):
    """A delivery under a new name that an officer accepted and another released."""
    made = desk.deliver(ratings(rating(1, name=name, document=document)))
    assert faults_of(made) == ["name.conflict"]
    reason = "Renamed in the company register this May."
    actions.accept_row(made.public_id, line=2, code="name.conflict", reason=reason, by=desk.first, now=desk.now)
    actions.parse(made.pk, now=desk.now)
    return desk.release(made)


@db
def test_an_accepted_name_is_shown_and_both_are_known(office):
    desk = office()
    desk.publish(ratings(rating(1, name=OLD)))
    made = renamed(desk)
    assert shown() == NEW
    for number, name in enumerate((OLD, NEW)):
        assert faults_of(desk.deliver(ratings(rating(1, name=name, document=f"later{number}")))) == []
    assert faults_of(desk.deliver(ratings(rating(1, name="别的公司", document="later9")))) == ["name.conflict"]
    other = office("customs", "customs-level")
    released = other.publish(ratings(rating(1, name=OLD, mark="certified")))
    assert released.records_new == 1
    assert shown() == NEW
    note = Entry.objects.get(kind="subjects.named").told()
    assert note["facts"] == {"names": 1}
    assert SubjectName.objects.get().source == made.public_id


@db
def test_what_a_delivery_named_goes_with_it(office):
    desk = office()
    desk.publish(ratings(rating(1, name=OLD)))
    made = renamed(desk)
    revision = Subject.objects.get().revision
    actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now + DAY)
    assert shown() == OLD
    assert Subject.objects.get().revision > revision
    assert faults_of(desk.deliver(ratings(rating(1, name=NEW, document="later")))) == ["name.conflict"]
    assert faults_of(desk.deliver(ratings(rating(1, name=OLD, document="later2")))) == []


@db
def test_the_latest_name_that_stands_is_shown(office):
    desk = office()
    desk.publish(ratings(rating(1, name=OLD)))
    second = renamed(desk)
    third = renamed(desk, "doc-third", "示例三名公司")
    assert shown() == "示例三名公司"
    actions.withdraw(second.public_id, reason="x", by=desk.first, now=desk.now + DAY)
    assert shown() == "示例三名公司"
    actions.withdraw(third.public_id, reason="x", by=desk.first, now=desk.now + DAY)
    assert shown() == OLD


@db
def test_a_first_name_that_was_taken_back_holds_nobody_up(office):
    desk = office()
    wrong = desk.publish(ratings(rating(1, name="写错的公司")))
    right = ratings(rating(1, name=OLD))
    assert faults_of(desk.deliver(right)) == ["name.conflict"]
    actions.withdraw(wrong.public_id, reason="The wrong column.", by=desk.first, now=desk.now)
    again = desk.deliver(ratings(rating(1, name=OLD, document="doc-anew")))
    assert faults_of(again) == []
    desk.release(again)
    assert shown() == OLD
    assert RecordVersion.objects.current().count() == 1
    assert faults_of(desk.deliver(ratings(rating(1, name="又一公司", document="doc-other")))) == ["name.conflict"]


@db
def test_the_name_of_a_file_that_somebody_has_proven_to_be_theirs_stays(office):
    desk = office()
    wrong = desk.publish(ratings(rating(1, name=OLD)))
    factories.user(subject=Subject.objects.get())
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now)
    assert faults_of(desk.deliver(ratings(rating(1, name=NEW, document="doc-x")))) == ["name.conflict"]
