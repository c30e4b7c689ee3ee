"""The same document again: nothing new where it is equal, a new version where it isn't, another agency's is its own."""

from datetime import timedelta

import pytest

from credit.core.errors import NotAllowed
from credit.records import actions
from credit.records.models import Confirmation, Record, RecordVersion
from tests.records.conftest import versions_of
from tests.records.files import penalties, penalty

DAY = timedelta(days=1)
PENALTIES = "double-publicity-penalty"
db = pytest.mark.django_db


@db
def test_equal_again_is_no_new_version_and_different_is_one(office):
    desk = office("customs", PENALTIES)
    desk.publish(penalties(penalty(1)))
    desk.publish(penalties(penalty(1), penalty(2)), now=desk.now + DAY)
    record = Record.objects.get(document="罚1号")
    assert len(versions_of(record)) == 1
    assert Confirmation.objects.filter(record=record).count() == 1
    desk.publish(penalties(penalty(1, CF_GSJZQ="2027/03/01")), now=desk.now + 2 * DAY)
    first, second = versions_of(record)
    assert (first.value, second.value) == (-500, -500)
    assert second.valid_to > first.valid_to


@db
def test_another_agencys_document_of_the_same_number_is_its_own_record(office):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    tax.publish(penalties(penalty(1)))
    other = customs.publish(penalties(penalty(1, CF_GSJZQ="2028/12/01")), now=tax.now + DAY)
    records = {record.agency.code: record for record in Record.objects.select_related("agency")}
    assert set(records) == {"tax", "customs"}
    assert {len(versions_of(record)) for record in records.values()} == {1}
    assert RecordVersion.objects.current().values("subject").distinct().count() == 1
    with pytest.raises(NotAllowed):
        actions.withdraw(other.public_id, reason="x", by=tax.first, now=tax.now + DAY)
    actions.withdraw(other.public_id, reason="x", by=customs.first, now=tax.now + DAY)
    assert [version.record.agency.code for version in RecordVersion.objects.current()] == ["tax"]
