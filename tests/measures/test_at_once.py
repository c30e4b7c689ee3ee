"""Two at the same moment, over real connections: everything is opened, ended and decided once."""

from credit.core.errors import Conflict
from credit.measures import actions
from credit.measures.models import Derivation, Measure, Objection
from credit.records import puttingright
from credit.scoring import actions as scoring
from tests.disputes.test_at_once import at_once, refused
from tests.measures.conftest import make_world


def test_the_page_and_the_sweep_at_once_open_each_measure_once(committed, now):
    world = make_world(now)
    scoring.rescore(by="test", now=now)
    permits = [world.permit() for _ in range(3)]

    def looking(permit):
        return lambda: actions.bring_up_to_date(permit, now=now)

    assert refused(at_once(*map(looking, permits), lambda: actions.sweep(now=now))) == []
    assert Measure.objects.filter(state="announced").count() == Measure.objects.count() == 3


def test_a_record_that_is_struck_while_pages_look_leaves_no_measure_behind(committed, now):
    world = make_world(now)
    scoring.rescore(by="test", now=now)
    permits = [world.permit() for _ in range(2)]

    def striking():
        puttingright.strike(world.record, reason="Wrong.", by=world.officials[0], now=now)

    def looking(permit):
        return lambda: actions.bring_up_to_date(permit, now=now)

    assert refused(at_once(striking, *map(looking, permits), lambda: actions.sweep(now=now))) == []
    actions.bring_up_to_date(world.permit(), now=now)
    assert not Measure.objects.filter(state__in=["announced", "in-force"]).exists()
    assert Derivation.objects.get().revision == world.subject.__class__.objects.get(pk=world.subject.pk).revision


def test_two_people_of_a_company_object_at_once(committed, now):
    world = make_world(now)
    measure, permit = world.measure(), world.permit()

    def objecting():
        return actions.file(measure.public_id, permit=permit, reason="No.", by=world.owner, now=now)

    results = at_once(objecting, objecting)
    assert len(refused(results)) == 1
    assert Objection.objects.count() == 1


def test_two_officials_take_it_at_once(committed, now):
    world = make_world(now)
    objection = world.file()
    results = at_once(*[lambda user=user: world.take(objection, user) for user in world.officials])
    assert [type(one) for one in refused(results)] == [Conflict]
    assert Objection.objects.get().status == "in-review"


def test_an_answer_and_the_end_of_the_record_at_once_end_the_measure_once(committed, now):
    world = make_world(now)
    objection = world.take(world.file())
    permit, own = world.review_permit(world.officials[0], objection), world.permit()
    puttingright.strike(world.record, reason="Wrong.", by=world.officials[1], now=now)

    def deciding():
        return actions.decide(
            objection.public_id, permit=permit, uphold=True, reason="Yes.", by=world.officials[0], now=now
        )

    at_once(deciding, lambda: actions.bring_up_to_date(own, now=now))
    measure = Measure.objects.get(pk=objection.measure_id)
    status = Objection.objects.get().status
    assert (status, measure.ended_because) in [("upheld", "objection"), ("lapsed", "removed")]
    assert measure.state == "called-off"
