"""Two people at the same moment, over real connections: one wins, the other is told, nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from credit.core.errors import Conflict
from credit.disputes import actions
from credit.disputes.models import Dispute, DisputeEvent
from credit.disputes.rules import Complaint
from credit.records.models import RecordVersion
from tests.disputes.conftest import make_world


def at_once(*calls):
    """The results of calls that start together, each on its own connection: a value or a domain error."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(10)
            return call()
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refused(results):
    return [result for result in results if isinstance(result, Conflict)]


def test_two_officials_confirm_at_once(committed, now):
    world = make_world(now)
    dispute = world.proposed()
    _, second, third = world.officials
    permits = {}
    for official in (second, third):
        world.check(dispute, official)
        permits[official] = world.review_permit(official, dispute)
    before = RecordVersion.objects.filter(record=world.record).count()

    def confirming(official):
        return lambda: actions.confirm(dispute.public_id, permit=permits[official], by=official, now=now)

    results = at_once(confirming(second), confirming(third))
    assert len(refused(results)) == 1
    decided = Dispute.objects.get(pk=dispute.pk)
    assert decided.status == "decided"
    assert decided.decided_by in (second, third)
    assert DisputeEvent.objects.filter(dispute=dispute, move="confirm").count() == 1
    added = RecordVersion.objects.filter(record=world.record, number__gt=before)
    assert added.filter(struck=True, by=decided.decided_by).exists()


def test_two_officials_take_at_once(committed, now):
    world = make_world(now)
    dispute = world.file()
    first, second, _ = world.officials
    results = at_once(*[lambda by=by: actions.take(dispute.public_id, by=by, now=now) for by in (first, second)])
    assert len(refused(results)) == 1
    taken = next(result for result in results if isinstance(result, Dispute))
    assert Dispute.objects.get(pk=dispute.pk).taken_by == taken.taken_by


def test_confirming_while_the_subject_withdraws(committed, now):
    world = make_world(now)
    dispute = world.proposed()
    world.check(dispute)
    by = world.officials[1]
    review, own = world.review_permit(by, dispute), world.own_permit()
    results = at_once(
        lambda: actions.confirm(dispute.public_id, permit=review, by=by, now=now),
        lambda: actions.withdraw(dispute.public_id, permit=own, by=world.owner, now=now),
    )
    assert len(refused(results)) == 1
    ended = Dispute.objects.get(pk=dispute.pk)
    last = RecordVersion.objects.filter(record=world.record).order_by("number").last()
    assert last is not None
    assert (ended.status, last.struck) in {("decided", True), ("withdrawn", False)}
    assert not last.disputed


def test_a_double_click_files_one_case(committed, now):
    world = make_world(now)
    permit = world.own_permit()

    def filing():
        return actions.file(
            world.record.public_id,
            permit=permit,
            complaint=Complaint.NOT_MINE,
            statement="Not me.",
            by=world.owner,
            now=now,
        )

    results = at_once(filing, filing)
    assert len(refused(results)) == 1
    assert Dispute.objects.filter(record=world.record).count() == 1
    assert RecordVersion.objects.filter(record=world.record, disputed=True).count() == 1
