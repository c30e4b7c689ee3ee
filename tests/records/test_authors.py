"""The same document again: nothing new where it is equal, a new version where it isn't, a fault if another's."""

from datetime import timedelta

import pytest

from credit.core.errors import Conflict, NotAllowed
from credit.records import actions, staging
from credit.records.models import Confirmation, Record, RecordVersion
from tests import factories
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


def faults_of(submission):
    return [(f.line, f.column, f.code, f.detail) for f in staging.faults_of(submission.faults.all(), submission)]


@db
def test_a_document_of_another_agencys_holds_the_row_for_an_officer(office):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    tax.publish(penalties(penalty(1)))
    copy = customs.deliver(penalties(penalty(1), penalty(2)))
    assert faults_of(copy) == [(2, "CF_WSH", "agency.not_authorised", "author")]
    released = customs.release(copy, partial=True)
    assert released.records_new == 1
    assert RecordVersion.objects.current().filter(record__document="罚1号").count() == 1


@db
def test_an_officer_accepts_a_document_of_the_same_number_and_it_is_its_own_record(office):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    tax.publish(penalties(penalty(1)))
    held = customs.deliver(penalties(penalty(1, CF_GSJZQ="2028/12/01")))
    reason = "Our own penalty, numbered alike by chance."
    actions.accept_row(
        held.public_id, line=2, code="agency.not_authorised", reason=reason, by=customs.first, now=customs.now
    )
    actions.parse(held.pk, now=customs.now)
    other = actions.release(held.public_id, by=factories.officer("customs"), now=tax.now + DAY)
    records = {record.agency.code: record for record in Record.objects.select_related("agency")}
    assert set(records) == {"tax", "customs"}
    assert RecordVersion.objects.current().values("subject").distinct().count() == 1
    again = customs.deliver(penalties(penalty(1, CF_GSJZQ="2028/12/01"), penalty(3)))
    assert faults_of(again) == []  # it has a record of its own by now
    with pytest.raises(NotAllowed):
        actions.withdraw(other.public_id, reason="x", by=tax.first, now=tax.now + DAY)
    actions.withdraw(other.public_id, reason="x", by=customs.first, now=tax.now + DAY)
    assert [version.record.agency.code for version in RecordVersion.objects.current()] == ["tax"]


@db
def test_what_its_author_took_back_is_anybodys(office):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    wrong = tax.publish(penalties(penalty(1)))
    actions.withdraw(wrong.public_id, reason="Not ours.", by=tax.first, now=tax.now)
    assert faults_of(customs.deliver(penalties(penalty(1)))) == []


@db
def test_an_author_who_came_first_meanwhile_sends_the_file_back_to_be_checked(office):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    checked = customs.deliver(penalties(penalty(1)))
    factories.company("示例1公司", factories.uscc(1))
    tax.publish(penalties(penalty(1)))
    with pytest.raises(Conflict, match="changed meanwhile"):
        customs.release(checked)
    actions.parse(checked.pk, now=customs.now)
    assert faults_of(checked) == [(2, "CF_WSH", "agency.not_authorised", "author")]
    assert Record.objects.count() == 1


@db
@pytest.mark.parametrize("rows", [1, 40])
def test_the_check_of_authors_costs_one_query_a_batch(office, rows, django_assert_max_num_queries):
    tax, customs = office("tax", PENALTIES), office("customs", PENALTIES)
    tax.publish(penalties(*(penalty(n) for n in range(1, rows + 1))))
    made = customs.deliver(penalties(*(penalty(n) for n in range(1, rows + 1))), parse=False)
    with django_assert_max_num_queries(33):
        actions.parse(made.pk, now=customs.now)
    assert len(faults_of(made)) == rows
