"""A checked submission becomes records whole or not at all, and only by a second officer."""

from datetime import timedelta

import pytest
from django.db import transaction

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import mask
from credit.core.publicid import PATTERN, new_public_ids
from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import Confirmation, Record, Submission
from credit.records.moves import TRANSITIONS, Move, Status, after
from credit.subjects.models import Subject
from tests import factories
from tests.records.conftest import newest, versions_of
from tests.records.files import penalties, penalty, rating, ratings

DAY = timedelta(days=1)
db = pytest.mark.django_db


@db
def test_a_release_makes_subjects_records_and_versions(office):
    desk = office("market-supervision", "double-publicity-penalty")
    made = desk.publish(penalties(penalty(1), penalty(2)))
    assert (made.status, made.records_new, made.records_changed, made.records_same) == (Status.RELEASED, 2, 0, 0)
    version = newest(record__document="罚1号")
    assert (version.mark, version.value, version.kind, version.category) == ("general", -500, "event", "market")
    assert (version.cause, version.submission_id, version.line, version.number) == ("submission", made.pk, 2, 1)
    assert version.details["fine"] == "1.5"
    assert Subject.objects.get(pk=version.subject_id).revision == 1
    assert Entry.objects.filter(kind="submission.released").count() == 1


@db
def test_whoever_delivered_it_does_not_release_it(office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    with pytest.raises(NotAllowed, match="Another officer"):
        actions.release(made.public_id, by=desk.first, now=desk.now)
    with pytest.raises(NotAllowed):
        actions.release(made.public_id, by=factories.officer("customs"), now=desk.now)
    assert not Record.objects.exists()


@db
def test_faults_hold_everything_unless_partial_is_asked_for(office):
    desk = office()
    made = desk.deliver(ratings(rating(1), rating(2, mark="Z")))
    with pytest.raises(Conflict, match="faults"):
        desk.release(made)
    assert not Record.objects.exists()
    assert desk.release(made, partial=True).records_new == 1
    assert Record.objects.get().document == "doc1"


@db
def test_a_file_without_a_sound_row_is_not_released(office):
    desk = office()
    made = desk.deliver(ratings(rating(2, mark="Z")))
    with pytest.raises(Conflict, match="no sound row"):
        desk.release(made, partial=True)


@db
def test_the_same_statement_again_changes_nothing(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    again = desk.publish(ratings(rating(1), rating(2)), now=desk.now + DAY)
    record = Record.objects.get(document="doc1")
    assert (again.records_new, again.records_same, again.records_changed) == (1, 1, 0)
    assert len(versions_of(record)) == 1
    assert Confirmation.objects.get().record == record
    assert record.subject.revision == 1


@db
def test_a_name_that_changed_since_the_check_stops_the_release(office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    factories.company("别名公司", factories.uscc(1))
    with pytest.raises(Conflict, match="checked again"):
        desk.release(made)
    made.refresh_from_db()
    assert made.status == Status.RECEIVED
    assert not Record.objects.exists()
    assert actions.parse(made.pk, now=desk.now).faults_found == 1


@db
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", [Move.RELEASE, Move.WITHDRAW])
def test_only_listed_moves_are_possible(status, move, office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    put(made, status, desk)

    def do():
        if move is Move.RELEASE:
            return desk.release(made)
        return actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)

    if after(status, move):
        assert do().status == TRANSITIONS[status, move]
    else:
        with pytest.raises(Conflict):
            do()


@db
def test_refusals_say_what_is_missing(office):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    with pytest.raises(Invalid, match="why"):
        actions.withdraw(made.public_id, reason="  ", by=desk.first, now=desk.now)
    with pytest.raises(NotFound):
        actions.release("NONE-NONE", by=desk.second, now=desk.now)


@db
def test_a_release_that_fails_in_the_middle_leaves_nothing(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(rating(1)))

    def killed(_touched):
        raise KeyboardInterrupt

    monkeypatch.setattr("credit.records.releasing.raise_revisions", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        desk.release(made)
    monkeypatch.undo()
    assert not Record.objects.exists()
    made.refresh_from_db()
    assert made.status == Status.PARSED
    assert desk.release(made).records_new == 1


@db
def test_no_identifier_or_name_is_journalled(office):
    from credit.ledger.models import Opening

    desk = office()
    made = desk.publish(ratings(rating(1)))
    actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    bodies = "".join(Opening.objects.values_list("body", flat=True))
    assert "submission.withdrawn" in bodies
    assert factories.uscc(1).value not in bodies
    assert "示例1公司" not in bodies
    assert mask(factories.uscc(1).value) not in bodies


def put(made, status, desk, *, partial=False):
    """Bring a checked submission to a status, by the moves that lead there."""
    if status is Status.RELEASED:
        desk.release(made, partial=partial)
    elif status is Status.WITHDRAWING:
        desk.release(made, partial=partial)
        words = {"withdrawn_by": desk.first, "withdrawn_why": "x"}
        Submission.objects.filter(pk=made.pk).update(status=status, **words)
    elif status is Status.WITHDRAWN:
        actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    else:
        by = desk.second if status is Status.RELEASING else None
        Submission.objects.filter(pk=made.pk).update(status=status, released_by=by)


@db
def test_public_ids_that_are_taken_already_are_replaced(office, monkeypatch):
    desk = office()
    desk.publish(ratings(rating(1)))
    taken = {2: Subject.objects.get().public_id, 3: Record.objects.get().public_id}
    left = {2: [taken[2]], 3: [taken[3]] * 2}

    def unlucky(count, groups=2):
        begun = [left[groups].pop() for _ in range(min(count, len(left[groups])))]
        return "\n".join([*begun, *new_public_ids(count - len(begun), groups), ""]).encode()

    monkeypatch.setattr("credit.records.loading.public_id_lines", unlucky)
    assert desk.publish(ratings(rating(2), rating(3), rating(1, document="more"))).records_new == 3
    assert left == {2: [], 3: []}
    assert (Subject.objects.count(), Record.objects.count()) == (3, 4)
    found = [*Record.objects.values_list("public_id", flat=True), *Subject.objects.values_list("public_id", flat=True)]
    assert all(PATTERN.match(public_id) for public_id in found)
