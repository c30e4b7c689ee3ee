"""Objecting: the start is put off, an official who is no party answers, and the answer is carried out."""

from itertools import product

import pytest
from django.db import transaction

from credit.access.models import Ground
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Purpose
from credit.measures import actions
from credit.measures.models import Measure, Objection
from credit.measures.rules import Move, Status
from credit.records import puttingright
from credit.scoring import actions as scoring
from credit.subjects import actions as subjects
from credit.subjects.models import Office
from tests import factories
from tests.measures.test_rules import ALLOWED


def test_an_open_objection_puts_the_start_off(world):
    objection = world.file()
    for days in (7, 8, 30):
        assert world.measure(now=world.later(days=days)).state == "announced"
    world.take(objection, now=world.later(days=30))
    world.decide(objection, uphold=False, now=world.later(days=30))
    measure = world.measure(now=world.later(days=30))
    assert (measure.state, measure.starts_on) == ("announced", business_date(world.later(days=31)))
    assert world.measure(now=world.later(days=31)).state == "in-force"


def test_a_refused_objection_leaves_the_announced_day_where_that_is_later(world):
    announced = world.measure().starts_on
    objection = world.take(world.file())
    world.decide(objection, uphold=False)
    assert world.measure().starts_on == announced
    assert world.measure(now=world.later(days=7)).state == "in-force"


def test_the_sweep_does_not_start_what_is_objected_to(world):
    world.file()
    later = world.later(days=40)
    scoring.rescore(by="test", now=later)
    actions.sweep(now=later)
    assert Measure.objects.get(entry__code="market-inspections").state == "announced"
    assert Measure.objects.get(entry__code="penalty-tender").state == "in-force"


@pytest.mark.parametrize(("days", "state"), [(0, "called-off"), (10, "ended")])
def test_an_upheld_objection_ends_the_measure_for_good(world, days, state):
    moment = world.later(days=days)
    world.asked()
    objection = world.take(world.file(now=moment), now=moment)
    world.decide(objection, uphold=True, now=moment)
    measure = world.measure(now=moment)
    assert (measure.state, measure.ended_because, measure.ended_on) == (state, "objection", business_date(moment))
    later = world.later(days=days + 50)
    scoring.rescore(by="test", now=later)
    actions.sweep(now=later)
    found = [one for one in world.asked(later) if one.entry.code == "market-inspections"]
    assert [one.state for one in found] == [state]


def test_what_was_upheld_about_a_band_holds_as_long_as_the_mark_stays_there(world, fact):
    person = factories.person()
    world.subject, world.owner = person, factories.user(subject=person)
    bad = {"mark": "serious", "valid_from": world.now.date(), "valid_to": world.later(days=900).date()}
    made = [
        fact(person, agency, "double-publicity-penalty", -1000, **bad) for agency in ("tax", "labour", "environment")
    ]
    made += [
        fact(person, agency, "double-publicity-penalty", -1000, **bad) for agency in ("market-supervision", "customs")
    ]
    objection = world.take(world.file(world.measure("band-inspections")))
    world.decide(objection, uphold=True)
    for record in made:
        puttingright.withhold(record, reason="Silent.", by=None, now=world.now)
    world.asked()
    for record in made:
        puttingright.release_withheld(record, reason="It answered.", by=None, now=world.now)
    assert [one.state for one in world.asked() if one.entry.code == "band-inspections"] == ["announced", "called-off"]


@pytest.mark.parametrize("taken", [False, True])
def test_an_objection_lapses_with_its_measure_and_closes_the_reason_to_look(world, taken):
    objection = world.file()
    if taken:
        world.take(objection)
    puttingright.strike(world.record, reason="Wrong.", by=world.officials[1], now=world.now)
    world.asked()
    objection.refresh_from_db()
    assert (objection.status, objection.closed_at) == ("lapsed", world.now)
    assert not Ground.objects.open().exists()


def test_one_objects_once(world):
    objection = world.take(world.file())
    with pytest.raises(Conflict, match="already"):
        world.file()
    world.decide(objection, uphold=False)
    with pytest.raises(Conflict, match="already"):
        world.file()


def test_whoever_took_it_back_may_object_again(world):
    objection = world.file()
    actions.withdraw(objection.public_id, permit=world.permit(), by=world.owner, now=world.now)
    assert world.file().pk != objection.pk


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_a_reason_is_given_and_short(world, reason):
    measure = world.measure()
    with pytest.raises(Invalid):
        actions.file(measure.public_id, permit=world.permit(), reason=reason, by=world.owner, now=world.now)


def test_nobody_objects_to_what_is_in_their_favour_or_over_or_somebody_elses(world, fact):
    fact(world.subject, "customs", "customs-level", 600, kind="rating")
    favourable = world.measure("customs-fast-lane")
    with pytest.raises(Invalid, match="in your favour"):
        world.file(favourable)
    puttingright.strike(world.record, reason="Wrong.", by=world.officials[0], now=world.now)
    over = world.measure()
    with pytest.raises(Conflict, match="over already"):
        world.file(over)
    other = factories.company()
    world.subject, world.owner = other, factories.user(subject=other)
    with pytest.raises(NotFound):
        world.file(over)


def test_an_officials_look_is_for_this_objection_and_narrow(world):
    objection = world.file()
    with pytest.raises(NotAllowed):
        world.review_permit(world.officials[0], objection)
    world.take(objection)
    permit = world.review_permit(world.officials[0], objection)
    assert permit.purpose is Purpose.OBJECTION_REVIEW
    assert {field.value for field in permit.fields} == {"name", "records", "measures"}
    with pytest.raises(NotAllowed):
        world.review_permit(world.officials[1], objection)
    world.decide(objection, uphold=False)
    with pytest.raises(NotAllowed):
        world.review_permit(world.officials[0], objection)


def party(world, why):
    user = factories.official()
    if why == "own-company":
        subjects.open_office(user, world.subject, Office.Role.DELEGATE, by="test", now=world.now)
        return user
    submission = world.record.versions.get().submission
    setattr(submission, "submitted_by" if why == "own-submission" else "released_by", user)
    submission.save()
    return user


@pytest.mark.parametrize("why", ["own-company", "own-submission", "own-release"])
def test_a_party_takes_no_objection(world, why):
    objection = world.file()
    with pytest.raises(NotAllowed, match="Leave it to another official"):
        world.take(objection, party(world, why))


def test_whoever_objected_takes_no_objection(world):
    world.owner = factories.official()
    office = subjects.open_office(world.owner, world.subject, Office.Role.DELEGATE, by="test", now=world.later(days=-1))
    objection = world.file()
    office.until = world.now
    office.save()
    with pytest.raises(NotAllowed, match="filed this objection yourself"):
        world.take(objection, world.owner)


# The parts of test_rules, as people.
def objection_in(world, status: Status) -> Objection:
    objection = world.file()
    if status is Status.FILED:
        return objection
    if status is Status.WITHDRAWN:
        return actions.withdraw(objection.public_id, permit=world.permit(), by=world.owner, now=world.now)
    if status is Status.LAPSED:
        puttingright.strike(world.record, reason="Wrong.", by=world.officials[1], now=world.now)
        world.asked()
        objection.refresh_from_db()
        return objection
    world.take(objection)
    return objection if status is Status.IN_REVIEW else world.decide(objection, uphold=status is Status.UPHELD)


def make(world, move, person, objection):
    by = {"subject": world.owner, "reviewer": world.officials[0], "official": world.officials[1]}[person]
    if move is Move.WITHDRAW:
        permit = world.permit() if person == "subject" else world.review_permit(by, objection)
        return actions.withdraw(objection.public_id, permit=permit, by=by, now=world.now)
    if move in (Move.TAKE, Move.HAND_BACK):
        act = actions.take if move is Move.TAKE else actions.hand_back
        return act(objection.public_id, by=by, now=world.now)
    permit = world.permit() if person == "subject" else world.review_permit(by, objection)
    uphold = move is Move.UPHOLD
    return actions.decide(objection.public_id, permit=permit, uphold=uphold, reason="So.", by=by, now=world.now)


@pytest.mark.parametrize("status", list(Status))
def test_only_listed_moves_are_possible_through_the_actions(world, status):
    objection = objection_in(world, status)
    for move, person in product(set(Move) - {Move.LAPSE}, ("subject", "official", "reviewer")):
        point = transaction.savepoint()
        try:
            make(world, move, person, objection)
            got = Objection.objects.get(pk=objection.pk).status
        except (NotAllowed, Conflict):
            got = None
        assert got == ALLOWED.get((status.value, move.value, person)), (move, person)
        transaction.savepoint_rollback(point)
