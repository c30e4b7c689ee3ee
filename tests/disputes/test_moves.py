"""Every status × move × role against the written table, through the real actions and the real database."""

from itertools import product

import pytest
from django.db import transaction

from credit.core.errors import Conflict, NotAllowed
from credit.disputes import actions
from credit.disputes.models import Dispute, DisputeEvent
from credit.disputes.rules import Move, Status
from tests import factories
from tests.disputes.conftest import KEEP, REMOVE
from tests.disputes.test_rules import ALLOWED

# The roles of test_rules, as people of one case. A reviewer hasn't proposed; a proposer has.
ROLES = ("subject", "official", "reviewer", "proposer", "stranger")


def case_in(world, status: Status) -> Dispute:
    if status is Status.FILED:
        return world.file()
    if status is Status.IN_REVIEW:
        return world.take(world.file())
    if status is Status.PROPOSED:
        return world.proposed()
    return world.decided(KEEP) if status is Status.DECIDED else world.withdraw(world.file())


def person(world, role: str, status: Status):
    """Who plays the role; None where nobody can: only the reviewer proposes, so both are one person."""
    if role in ("reviewer", "proposer"):
        if status is Status.FILED or (role == "reviewer") == (status in (Status.PROPOSED, Status.DECIDED)):
            return None
        if status is Status.IN_REVIEW and role == "proposer":
            return None
        return world.officials[0]
    return {"subject": world.owner, "official": world.officials[2], "stranger": factories.user()}[role]


def permit_for(world, role: str, dispute: Dispute, by):
    """The best look that the role can have; the owner's look stands in where it has none (never valid for others)."""
    if role == "subject":
        return world.own_permit()
    try:
        return world.review_permit(by, dispute)
    except NotAllowed:
        return None


def make(world, move: Move, role: str, dispute: Dispute, by):
    given = {"by": by, "now": world.now}
    if move in (Move.TAKE, Move.HAND_BACK, Move.CHECK):
        return getattr(actions, move.name.lower())(dispute.public_id, **given)
    if move is Move.CONFIRM or move is Move.SEND_BACK:
        with transaction.atomic():  # an official opens the case before deciding; others can't, and are refused below
            if role == "official" and dispute.status == Status.PROPOSED:
                actions.check(dispute.public_id, **given)
    permit = permit_for(world, role, dispute, by)
    if permit is None:
        raise NotAllowed("no look, no move")
    extra = {
        Move.ADD_INFORMATION: {"text": "One more thing."},
        Move.PROPOSE: {"proposal": REMOVE},
        Move.SEND_BACK: {"reason": "Look again."},
    }
    return getattr(actions, move.name.lower())(dispute.public_id, permit=permit, **given, **extra.get(move, {}))


@pytest.mark.parametrize("status", list(Status))
def test_only_listed_moves_are_possible(world, status):
    dispute = case_in(world, status)
    tried = 0
    for move, role in product(Move, ROLES):
        by = person(world, role, status)
        if by is None:
            continue
        tried += 1
        expected = ALLOWED.get((status.value, move.value, role))
        before = DisputeEvent.objects.count()
        point = transaction.savepoint()
        try:
            make(world, move, role, Dispute.objects.get(pk=dispute.pk), by)
            got = Dispute.objects.get(pk=dispute.pk).status
        except (NotAllowed, Conflict):
            got = None
            assert DisputeEvent.objects.count() == before
        assert got == expected, (status, move, role)
        transaction.savepoint_rollback(point)
    assert tried >= len(Move) * 3


@pytest.mark.parametrize("status", [Status.FILED, Status.IN_REVIEW, Status.PROPOSED])
def test_each_move_is_one_step_of_the_timeline(world, status):
    dispute = case_in(world, status)
    numbers = list(DisputeEvent.objects.filter(dispute=dispute).order_by("number").values_list("number", flat=True))
    dispute.refresh_from_db()
    assert numbers == list(range(1, dispute.steps + 1))


def test_handing_back_leaves_the_case_to_anybody(world):
    dispute = world.take(world.file())
    actions.hand_back(dispute.public_id, by=world.officials[0], now=world.now)
    dispute = world.take(dispute, world.officials[2])
    assert (dispute.status, dispute.taken_by) == ("in-review", world.officials[2])
    with pytest.raises(NotAllowed):
        world.review_permit(world.officials[0], dispute)


def test_sending_back_keeps_the_old_proposal_in_the_timeline(world):
    dispute = world.proposed()
    world.check(dispute)
    dispute = world.send_back(dispute)
    assert (dispute.status, dispute.outcome, dispute.taken_by) == ("in-review", None, world.officials[0])
    steps = list(DisputeEvent.objects.timeline(dispute))
    assert [step.move for step in steps] == ["file", "take", "propose", "send-back"]
    assert (steps[2].facts["outcome"], steps[2].text) == ("remove", REMOVE.reason)
    assert world.propose(dispute, KEEP).outcome == "keep"


def test_a_form_that_was_printed_before_the_last_step_is_refused(world):
    dispute = world.proposed()
    world.check(dispute)
    seen = dispute.steps
    actions.add_information(
        dispute.public_id, permit=world.own_permit(), text="Here is the receipt.", by=world.owner, now=world.now
    )
    permit = world.review_permit(world.officials[1], dispute)
    with pytest.raises(Conflict, match="since you opened"):
        actions.confirm(dispute.public_id, permit=permit, by=world.officials[1], now=world.now, seen=seen)
    done = actions.confirm(dispute.public_id, permit=permit, by=world.officials[1], now=world.now, seen=seen + 1)
    assert done.status == "decided"
