"""Nobody decides a case that they are party to."""

import pytest

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.errors import NotAllowed, NotFound
from credit.core.policy import Purpose, Role
from credit.disputes import actions
from credit.disputes.models import Dispute
from credit.disputes.parties import bars_of, standing_of
from credit.disputes.rules import Bar, Complaint
from credit.identity import actions as identity
from tests import factories
from tests.disputes.records import penalty


def also_official(world, user):
    identity.appoint(user, factories.oversight(), Role.OFFICIAL, by="test", now=factories.SINCE)
    return user


@pytest.mark.parametrize(
    ("who", "bars"),
    [
        ("owner", {Bar.OWN_FILE, Bar.OWN_FILING}),
        ("submitter", {Bar.OWN_SUBMISSION}),
        ("releaser", {Bar.OWN_RELEASE}),
    ],
)
def test_a_party_may_not_take_the_case(world, who, bars):
    dispute = world.file()
    user = also_official(world, getattr(world, who))
    assert bars_of(dispute, user, now=world.now) == bars
    with pytest.raises(NotAllowed, match="another official"):
        world.take(dispute, user)


@pytest.mark.parametrize("who", ["owner", "submitter", "releaser"])
def test_a_party_may_not_check_or_confirm(world, who):
    dispute = world.proposed()
    user = also_official(world, getattr(world, who))
    with pytest.raises(NotAllowed, match="another official"):
        world.check(dispute, user)
    with pytest.raises(NotAllowed):
        world.confirm(dispute, user)
    dispute.refresh_from_db()
    assert dispute.status == "proposed"


def test_whoever_acts_for_a_company_is_party_to_its_cases(world):
    company = factories.company()
    owner, colleague = factories.user(subject=company), also_official(world, factories.user(subject=company))
    record = penalty(company, submitted_by=world.submitter, released_by=world.releaser, now=world.now)
    permit = access.disclose(command_actor(owner), company, Purpose.OWN_RECORD, now=world.now)
    dispute = actions.file(
        record.public_id,
        permit=permit,
        complaint=Complaint.NOT_MINE,
        statement="Another company of the same name.",
        by=owner,
        now=world.now,
    )
    assert bars_of(dispute, colleague, now=world.now) == {Bar.OWN_COMPANY}
    with pytest.raises(NotAllowed, match="company"):
        world.take(dispute, colleague)


def test_an_official_with_nothing_to_do_with_it_has_no_bar(world):
    assert bars_of(world.file(), world.officials[0], now=world.now) == frozenset()


def test_an_official_who_looks_at_their_own_file_speaks_as_the_subject_only(world):
    user = also_official(world, world.owner)
    dispute = world.file()
    standing = standing_of(dispute, user, permit=world.own_permit(user), now=world.now)
    assert (standing.subject, standing.official) == (True, False)


def test_nobody_confirms_their_own_proposal(world):
    dispute = world.proposed()
    with pytest.raises(NotAllowed, match="another official"):
        world.confirm(dispute, world.officials[0])


def test_a_review_is_no_reason_to_speak_for_the_subject(world):
    dispute = world.take(world.file())
    permit = world.review_permit(world.officials[0], dispute)
    for move in (actions.withdraw, actions.add_information):
        extra = {"text": "Me too."} if move is actions.add_information else {}
        with pytest.raises(NotAllowed, match="Only the person"):
            move(dispute.public_id, permit=permit, by=world.officials[0], now=world.now, **extra)


def test_another_subjects_look_opens_neither_record_nor_case(world):
    stranger = factories.user(subject=(other := factories.person("测试乙")))
    permit = access.disclose(command_actor(stranger), other, Purpose.OWN_RECORD, now=world.now)
    with pytest.raises(NotFound):
        actions.file(
            world.record.public_id,
            permit=permit,
            complaint=Complaint.OTHER,
            statement="Hello.",
            by=stranger,
            now=world.now,
        )
    dispute = world.file()
    with pytest.raises(NotFound):
        actions.withdraw(dispute.public_id, permit=permit, by=stranger, now=world.now)
    assert not Dispute.objects.opened_by(permit).exists()


def test_without_the_case_an_official_sees_nothing(world):
    dispute = world.take(world.file())
    with pytest.raises(NotAllowed):
        world.review_permit(world.officials[1], dispute)
