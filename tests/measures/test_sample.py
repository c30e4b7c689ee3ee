"""The sample world has something to show: for each of its people a consequence, and one in their favour."""

from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Purpose
from credit.identity.models import User
from credit.measures import actions
from credit.measures.models import Measure, PublishedList
from credit.subjects.models import Claim, Office
from portal.export import everything
from portal.sample.loading import sample_world

EXPECTED = {
    "person@example.org": {"market-inspections", "tax-fast-lane", "city-benefits"},
    "resident@example.org": {"visa-points-plus", "immigration-fast-lane"},
    "company@example.org": {
        "environment-inspections",
        "visa-points-company",
        "customs-fast-lane",
        "labour-fewer-inspections",
    },
}


def file_of(user):
    held = Claim.objects.filter(user=user).first() or Office.objects.get(user=user)
    return held.subject


def test_each_sample_person_has_consequences_one_in_their_favour(db):
    for _twice in range(2):
        sample_world()
    assert PublishedList.objects.count() == 1
    now = timezone.now()
    for email, expected in EXPECTED.items():
        user = User.objects.get(email=email)
        permit = access.disclose(command_actor(user), file_of(user), Purpose.OWN_RECORD, now=now)
        actions.bring_up_to_date(permit, now=now)
        found = Measure.objects.opened_by(permit).standing().select_related("entry")
        assert {one.entry.code for one in found if one.record_id} == expected
        assert any(not one.entry.adverse for one in found)


def test_the_export_has_measures_and_objections(world):
    world.file()
    tree = everything(world.permit(), now=world.now).tree
    assert {one["code"] for one in tree["measures"]} == {"market-inspections", "penalty-tender", "visa-points-company"}
    assert tree["measures"][0]["record"] == world.record.public_id
    assert [one["reason"] for one in tree["objections"]] == ["The inspections would stop my work."]
