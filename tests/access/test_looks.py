"""Looks: decided, written down, resumed while they live, refused otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from credit.access import actions as access
from credit.access.actors import Actor, Channel, command_actor, system_actor
from credit.access.models import Disclosure, Ground
from credit.core.errors import Invalid, NotAllowed
from credit.core.policy import Field, GroundKind, Purpose, Role, System
from credit.ledger.models import Entry
from credit.subjects.models import Claim, Office
from tests import factories

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=1)


class Case:
    """Something that gives a ground."""

    def __init__(self, public_id: str = "CASE-0001") -> None:
        self.public_id = public_id


def actor(user, now, *, second_factor=True) -> Actor:
    return Actor(user, str(user), frozenset(user.roles(now)), second_factor, Channel.WEB)


def told(entry: Entry) -> dict:
    entry.refresh_from_db()
    return entry.told()


@pytest.fixture
def person():
    return factories.person()


@pytest.fixture
def owner(person):
    return factories.user(subject=person)


def test_ones_own_file_is_opened_whole_and_written_down(person, owner, now):
    permit = access.disclose(actor(owner, now), person, Purpose.OWN_RECORD, now=now)
    assert (permit.subject_id, permit.subject_public_id) == (person.pk, person.public_id)
    assert permit.fields == frozenset(Field)
    assert permit.until == now + timedelta(minutes=30)
    look = Disclosure.objects.get(public_id=permit.id)
    assert (look.user, look.role, look.ground_kind, look.organisation) == (owner, "subject", "claim", None)
    entry = told(look.entry)
    assert entry["kind"] == "access.disclosed"
    assert entry["by"] == owner.public_id
    assert entry["about"] == {"kind": "subject", "id": person.public_id}
    assert entry["facts"]["permit"] == permit.id


def test_nothing_of_a_look_names_anybody(person, owner, now):
    permit = access.disclose(actor(owner, now), person, Purpose.OWN_RECORD, now=now)
    body = Disclosure.objects.get(public_id=permit.id).entry.opening.body
    assert person.name not in body
    assert owner.name not in body
    assert owner.email not in body


def test_only_what_was_asked_for_is_opened(person, owner, now):
    permit = access.disclose(actor(owner, now), person, Purpose.OWN_RECORD, fields={Field.MARK}, now=now)
    assert permit.fields == {Field.MARK}
    with pytest.raises(NotAllowed):
        permit.require(Field.RECORDS)


def test_whoever_acts_for_a_company_looks_as_its_representative(now):
    company = factories.company()
    user = factories.user(subject=company)
    permit = access.disclose(actor(user, now), company, Purpose.OWN_RECORD, now=now)
    assert Disclosure.objects.get(public_id=permit.id).role == "representative"


def test_an_official_looks_for_their_organisation(person, now):
    official = factories.official()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    permit = access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, now=now)
    look = Disclosure.objects.get(public_id=permit.id)
    assert look.organisation == factories.oversight()
    assert look.ground is not None
    assert look.ground.about_id == "CASE-0001"
    assert Field.MARK not in permit.fields


def test_an_official_without_the_case_or_with_another_is_refused(person, now):
    official, other = factories.official(), factories.official()
    access.open_ground(GroundKind.CASE, user=other, subject=person, about=Case(), by=other, now=now)
    access.open_ground(GroundKind.CASE, user=official, subject=factories.person(), about=Case("C2"), by=other, now=now)
    for about in (None, Case(), Case("C2")):
        with pytest.raises(NotAllowed):
            access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, about=about, now=now)


def test_a_look_for_one_case_needs_that_case(person, now):
    official = factories.official()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    assert access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, about=Case(), now=now)
    with pytest.raises(NotAllowed):
        access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, about=Case("OTHER"), now=now)


def test_without_a_second_factor_staff_are_refused(person, now):
    official = factories.official()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    with pytest.raises(NotAllowed) as refusal:
        access.disclose(actor(official, now, second_factor=False), person, Purpose.DISPUTE_REVIEW, now=now)
    assert refusal.value.code == "second-factor"


def test_a_refused_look_is_journalled_and_opens_nothing(person, now):
    stranger = factories.user()
    with pytest.raises(NotAllowed):
        access.disclose(actor(stranger, now), person, Purpose.OWN_RECORD, now=now)
    assert not Disclosure.objects.exists()
    entry = told(Entry.objects.get(kind="access.refused"))
    assert (entry["by"], entry["about"]["id"]) == (stranger.public_id, person.public_id)
    assert entry["facts"] == {"purpose": "own-record", "why": "role"}


@pytest.mark.parametrize("make", [factories.officer, factories.official, factories.auditor])
def test_staff_have_no_way_into_a_file_but_the_table(person, now, make):
    user = make()
    for purpose in Purpose:
        if (make, purpose) == (factories.auditor, Purpose.AUDIT):
            permit = access.disclose(actor(user, now), person, purpose, now=now)
            assert permit.fields == {Field.LOOKS}
        else:
            with pytest.raises(NotAllowed):
                access.disclose(actor(user, now), person, purpose, now=now)


def test_the_operator_may_look_from_the_command_line(person, now):
    permit = access.disclose(command_actor(factories.operator(), now=now), person, Purpose.OPERATION, now=now)
    assert Field.LOOKS not in permit.fields
    assert Disclosure.objects.get(public_id=permit.id).channel == "command"


def test_the_portal_reads_a_file_only_on_an_order(person, owner, now):
    worker, order = system_actor(System.REPORTS), Case("ORDER-1")
    with pytest.raises(NotAllowed):
        access.disclose(worker, person, Purpose.CERTIFIED_REPORT, about=order, now=now)
    access.open_ground(GroundKind.ORDER, user=owner, subject=person, about=order, by=owner, now=now)
    permit = access.disclose(worker, person, Purpose.CERTIFIED_REPORT, about=order, now=now)
    look = Disclosure.objects.get(public_id=permit.id)
    assert (look.user, look.system, look.role) == (None, "reports", "reports")
    assert access.resume(permit.id, worker, now=now + SOON) == permit
    access.close_ground(GroundKind.ORDER, subject=person, about=order, by=worker, now=now)
    assert access.resume(permit.id, worker, now=now + SOON) is None
    for other in (System.SCORING, System.INTAKE, System.SWEEPER):
        with pytest.raises(NotAllowed):
            access.disclose(system_actor(other), person, Purpose.CERTIFIED_REPORT, now=now)


def test_a_look_is_resumed_while_it_lives(person, owner, now):
    me = actor(owner, now)
    permit = access.disclose(me, person, Purpose.OWN_RECORD, now=now)
    assert access.resume(permit.id, me, now=now + timedelta(minutes=29, seconds=59)) == permit
    assert access.resume(permit.id, me, now=now + timedelta(minutes=30)) is None
    assert access.resume(permit.id, me, now=now - SOON) is None
    assert access.resume("nothing", me, now=now) is None
    assert Disclosure.objects.count() == 1


def test_nobody_resumes_the_look_of_somebody_else(person, owner, now):
    permit = access.disclose(actor(owner, now), person, Purpose.OWN_RECORD, now=now)
    assert access.resume(permit.id, actor(factories.user(), now), now=now) is None
    assert access.resume(permit.id, system_actor(System.REPORTS), now=now) is None


def test_a_look_ends_with_its_claim(person, owner, now):
    me = actor(owner, now)
    permit = access.disclose(me, person, Purpose.OWN_RECORD, now=now)
    Claim.objects.filter(user=owner).update(ended_at=now + SOON)
    assert access.resume(permit.id, me, now=now) is not None
    assert access.resume(permit.id, me, now=now + SOON) is None


def test_a_look_ends_with_its_office(now):
    company = factories.company()
    user = factories.user(subject=company)
    permit = access.disclose(actor(user, now), company, Purpose.OWN_RECORD, now=now)
    Office.objects.filter(user=user).update(until=now + SOON)
    assert access.resume(permit.id, actor(user, now), now=now + SOON) is None


def test_a_look_ends_with_its_case(person, now):
    official, first, second = factories.official(), Case("C1"), Case("C2")
    for case in (first, second):
        access.open_ground(GroundKind.CASE, user=official, subject=person, about=case, by=official, now=now)
    me = actor(official, now)
    permit = access.disclose(me, person, Purpose.DISPUTE_REVIEW, about=first, now=now)
    assert access.resume(permit.id, me, now=now) == permit
    assert access.close_ground(GroundKind.CASE, subject=person, about=first, by=official, now=now) == 1
    assert access.resume(permit.id, me, now=now) is None  # though the other case is still open
    assert access.disclose(me, person, Purpose.DISPUTE_REVIEW, about=second, now=now)


def test_a_look_ends_when_the_role_does(person, now):
    official = factories.official()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    permit = access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, now=now)
    dismissed = Actor(official, "", frozenset(), True, Channel.WEB)
    assert access.resume(permit.id, dismissed, now=now) is None
    without_factor = actor(official, now, second_factor=False)
    assert access.resume(permit.id, without_factor, now=now) is None


def test_the_same_ground_twice_is_one(person, now):
    official = factories.official()
    grounds = {
        access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now).pk
        for _ in range(2)
    }
    assert len(grounds) == 1
    assert Entry.objects.filter(kind="access.ground-opened").count() == 1


def test_grounds_that_follow_from_elsewhere_cannot_be_given(person, owner, now):
    for kind in (GroundKind.CLAIM, GroundKind.OFFICE, GroundKind.DUTY):
        with pytest.raises(Invalid):
            access.open_ground(kind, user=owner, subject=person, about=Case(), by=owner, now=now)
    with pytest.raises(Invalid):
        access.open_ground(GroundKind.CASE, user=None, subject=person, about=Case(), by=owner, now=now)


def test_closing_is_for_one_user_if_one_is_named(person, now):
    first, second = factories.official(), factories.official()
    for official in (first, second):
        access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    closing = {"subject": person, "about": Case(), "by": first, "now": now}
    assert access.close_ground(GroundKind.CASE, user=first, **closing) == 1
    assert Ground.objects.open().get().user == second
    assert access.close_ground(GroundKind.CASE, **closing) == 1
    assert access.close_ground(GroundKind.CASE, **closing) == 0


BAD_STATEMENTS = {
    "a look changed": "UPDATE access_disclosure SET purpose = 'audit'",
    "a look deleted": "DELETE FROM access_disclosure",
    "looks emptied": "TRUNCATE access_disclosure",
    "a ground deleted": "DELETE FROM access_ground",
    "a ground moved to another": "UPDATE access_ground SET about_id = 'OTHER'",
    "a closed ground opened again": "UPDATE access_ground SET closed_at = NULL, closed_by = ''",
    "a ground closed by nobody": "UPDATE access_ground SET closed_at = now()",
    "grounds emptied": "TRUNCATE access_ground CASCADE",
}


@pytest.mark.parametrize("what", BAD_STATEMENTS)
def test_the_application_cannot_change_looks_or_reopen_grounds(person, now, what):
    official = factories.official()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=now)
    access.disclose(actor(official, now), person, Purpose.DISPUTE_REVIEW, now=now)
    if "closed ground" in what:
        access.close_ground(GroundKind.CASE, subject=person, about=Case(), by=official, now=now)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BAD_STATEMENTS[what])


@pytest.mark.parametrize("bad", [{"system": "reports"}, {"user": None}, {"until": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_the_database_refuses_a_look_that_makes_no_sense(person, owner, now, bad):
    permit = access.disclose(actor(owner, now), person, Purpose.OWN_RECORD, now=now)
    look = Disclosure.objects.get(public_id=permit.id)
    look.pk, look.public_id = None, "OTHER"
    look.entry = Entry.objects.create(at=now, kind="a.b", commitment=bytes(32))
    for name, value in bad.items():
        setattr(look, name, value)
    with pytest.raises(DatabaseError), transaction.atomic():
        look.save(force_insert=True)


@pytest.mark.parametrize("bad", [{"kind": "claim"}, {"user": None}, {"closed_by": "X"}, {"closed_at": factories.SINCE}])
def test_the_database_refuses_a_ground_that_makes_no_sense(person, now, bad):
    row = {
        "kind": "case", "user": factories.official(), "subject": person, "about_kind": "case", "about_id": "X",
        "opened_at": now, "opened_by": "X",
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Ground.objects.create(**row | bad)


def test_roles_are_read_at_the_moment_of_the_look(now):
    official = factories.official()
    assert command_actor(official, now=now).roles == {Role.OFFICIAL}
    assert command_actor(official, now=factories.SINCE - SOON).roles == frozenset()
