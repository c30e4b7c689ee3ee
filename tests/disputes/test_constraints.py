"""The database refuses each row that can't be, whoever writes it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from credit.disputes.models import Dispute, DisputeEvent
from tests import factories


def filed(world, **changes):
    row = {
        "record": world.record,
        "subject": world.subject,
        "complaint": "wrong-fact",
        "statement": "It is wrong.",
        "filed_by": world.owner,
        "filed_at": world.now,
        "due_on": world.now.date() + timedelta(days=20),
    }
    return row | changes


def taken(world, **changes):
    return filed(world, status="in-review", taken_by=world.officials[0], taken_at=world.now) | changes


def proposed(world, **changes):
    proposal = {
        "status": "proposed",
        "outcome": "keep",
        "reason": "Right as it is.",
        "method": "asked-agency",
        "proposed_by": world.officials[0],
        "proposed_at": world.now,
    }
    return taken(world) | proposal | changes


def decided(world, **changes):
    decision = {"status": "decided", "decided_by": world.officials[1], "decided_at": world.now}
    return proposed(world) | decision | changes


def withdrawn(world, **changes):
    return filed(world, status="withdrawn", withdrawn_by=world.owner, withdrawn_at=world.now) | changes


GOOD = [filed, taken, proposed, decided, withdrawn]
BAD = {
    "dispute_codes_are_known": [
        lambda w: filed(w, complaint="nonsense"),
        lambda w: proposed(w, outcome="nonsense"),
        lambda w: proposed(w, method="nonsense"),
    ],
    "dispute_says_something": [lambda w: filed(w, statement=""), lambda w: proposed(w, reason="")],
    "dispute_is_taken_whole": [
        lambda w: taken(w, taken_at=None),
        lambda w: taken(w, taken_by=None),
        lambda w: taken(w, taken_by=None, taken_at=None),
        lambda w: taken(w, status="filed"),
        lambda w: withdrawn(w, taken_by=w.officials[0]),
    ],
    "dispute_proposal_is_whole": [
        lambda w: proposed(w, outcome=None),
        lambda w: proposed(w, reason=None),
        lambda w: proposed(w, method=None),
        lambda w: proposed(w, proposed_by=None),
        lambda w: proposed(w, proposed_at=None),
        lambda w: proposed(w, status="in-review"),
    ],
    "dispute_correction_fits": [
        lambda w: proposed(w, outcome="correct-mark"),
        lambda w: proposed(w, outcome="correct-mark", corrected_mark=""),
        lambda w: proposed(w, outcome="correct-end"),
        lambda w: proposed(w, outcome="correct-end", corrected_mark="B"),
        lambda w: proposed(w, outcome="remove", corrected_mark="B"),
        lambda w: proposed(w, outcome="keep", corrected_end=w.now.date()),
        lambda w: filed(w, corrected_mark="B"),
    ],
    "dispute_decision_is_whole": [
        lambda w: decided(w, decided_by=None),
        lambda w: decided(w, decided_at=None),
        lambda w: proposed(w, decided_by=w.officials[1], decided_at=w.now),
    ],
    "dispute_withdrawal_is_whole": [
        lambda w: withdrawn(w, withdrawn_by=None),
        lambda w: withdrawn(w, withdrawn_at=None),
        lambda w: filed(w, withdrawn_by=w.owner, withdrawn_at=w.now),
    ],
    "dispute_reviewer_proposes": [lambda w: proposed(w, proposed_by=w.officials[2])],
    "dispute_two_officials": [lambda w: decided(w, decided_by=w.officials[0])],
    "dispute_filer_decides_nothing": [lambda w: taken(w, taken_by=w.owner), lambda w: decided(w, decided_by=w.owner)],
    "dispute_times_are_in_order": [
        lambda w: taken(w, taken_at=w.now - timedelta(seconds=1)),
        lambda w: proposed(w, proposed_at=w.now - timedelta(seconds=1)),
        lambda w: decided(w, decided_at=w.now - timedelta(seconds=1)),
        lambda w: withdrawn(w, withdrawn_at=w.now - timedelta(seconds=1)),
    ],
}


@pytest.mark.parametrize("row", GOOD, ids=lambda row: row.__name__)
def test_rows_that_can_be_are_taken(world, row):
    assert Dispute.objects.create(**row(world)).pk


@pytest.mark.parametrize(
    ("name", "row"),
    [(name, row) for name, rows in BAD.items() for row in rows],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_rows_that_cannot_be_are_refused(world, name, row):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Dispute.objects.create(**row(world))


def test_every_check_has_a_bad_row():
    unique = {"dispute_one_open_a_record"}
    assert {constraint.name for constraint in Dispute._meta.constraints} == set(BAD) | unique


@pytest.mark.parametrize("second", [filed, taken, proposed])
def test_a_record_has_one_open_case(world, second):
    Dispute.objects.create(**filed(world))
    with pytest.raises(IntegrityError, match="dispute_one_open_a_record"), transaction.atomic():
        Dispute.objects.create(**second(world))


@pytest.mark.parametrize("first", [decided, withdrawn])
def test_a_closed_case_leaves_room_for_another(world, first):
    Dispute.objects.create(**first(world))
    assert Dispute.objects.create(**filed(world)).pk


@pytest.mark.parametrize("closed", [decided, withdrawn])
def test_a_closed_case_never_changes(world, closed):
    dispute = Dispute.objects.create(**closed(world))
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(statement="Something else.")


def event(dispute, world, **changes):
    row = {"dispute": dispute, "number": 1, "move": "file", "status": "filed", "by": world.owner, "at": world.now}
    return DisputeEvent.objects.create(**row | changes)


@pytest.mark.parametrize("changes", [{"move": "nonsense"}, {"status": "nonsense"}, {"number": 0}])
def test_steps_that_cannot_be_are_refused(world, changes):
    dispute = Dispute.objects.create(**filed(world))
    with pytest.raises(IntegrityError, match="dispute_event_codes_are_known"), transaction.atomic():
        event(dispute, world, **changes)


def test_a_step_is_numbered_once(world):
    dispute = Dispute.objects.create(**filed(world))
    event(dispute, world)
    with pytest.raises(IntegrityError, match="dispute_event_numbered_once"), transaction.atomic():
        event(dispute, world)


@pytest.mark.parametrize("change", [lambda rows: rows.update(text="Never said."), lambda rows: rows.delete()])
def test_the_timeline_is_only_added_to(world, change):
    dispute = Dispute.objects.create(**filed(world))
    step = event(dispute, world)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(DisputeEvent.objects.filter(pk=step.pk))


@pytest.mark.parametrize(
    "change", [{"statement": "Something else."}, {"due_on": "2030-01-01"}, {"filed_at": "2020-01-01T00:00Z"}]
)
def test_what_was_filed_never_changes(world, change):
    dispute = Dispute.objects.create(**filed(world))
    with pytest.raises(DatabaseError, match="filed never changes"), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(**change)


def test_a_case_is_about_a_record_of_its_own_subject(world):
    with pytest.raises(IntegrityError, match="own subject"), transaction.atomic():
        Dispute.objects.create(**filed(world, subject=factories.person("测试丁")))


def test_a_case_is_never_deleted(world):
    dispute = Dispute.objects.create(**filed(world))
    with pytest.raises(DatabaseError), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).delete()
