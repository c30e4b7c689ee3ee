"""What becomes of a report once it is issued, who may read it, and what the database refuses."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Field, Permit, System
from credit.records import actions as records
from credit.reports import actions, checking
from credit.reports.content import Language
from credit.reports.models import Report
from tests.reports.world import make_world


def test_a_newer_one_of_its_kind_and_language_supersedes_it(world):
    first, chinese = world.issued("k1"), world.issued("k2", language=Language.CHINESE)
    assert (world.standing(first), world.standing(chinese)) == ("current", "current")
    second = world.issued("k3")
    assert [world.standing(report) for report in (first, chinese, second)] == ["superseded", "current", "current"]


def test_any_change_of_the_file_supersedes_it(world):
    report = world.issued()
    records.flag_disputed(world.record, disputed=True, by=world.owner, now=world.now)
    assert world.standing(report) == "superseded"
    assert checking.by_file(actions.document(report)).holds


def test_a_revoked_one_says_so_and_does_not_hold(world):
    report = world.issued()
    actions.revoke(report.public_id, because="Issued to the wrong person.", by=world.owner, now=world.now)
    checked = checking.by_file(actions.document(report))
    assert (str(checked.standing), checked.holds) == ("revoked", False)
    with pytest.raises(Conflict):
        actions.revoke(report.public_id, because="again", by=world.owner, now=world.now)


def test_only_what_was_issued_is_revoked_and_with_a_reason(world):
    report = world.order()
    with pytest.raises(Conflict):
        actions.revoke(report.public_id, because="x", by=world.owner, now=world.now)
    with pytest.raises(NotFound):
        actions.revoke("NONE", because="x", by=world.owner, now=world.now)
    actions.issue(report.public_id, now=world.now)
    with pytest.raises(Invalid):
        actions.revoke(report.public_id, because=" ", by=world.owner, now=world.now)


def test_a_genuine_file_that_this_portal_does_not_know_is_unknown(world, full):
    checked = checking.by_file(full)
    assert (checked.verdict.valid, str(checked.standing), checked.report) == (True, "unknown", None)


def test_a_file_without_its_code_or_before_it_is_issued_is_unknown(world):
    report = world.order()
    assert checking.by_code(report.code) is None
    assert checking.by_code("") is None


@pytest.mark.parametrize("field", [Field.NAME, Field.MARK])
def test_reports_are_read_only_through_a_permit_that_opens_them(world, field):
    permit = world.permit()
    narrow = Permit(
        permit.id, permit.subject_id, permit.subject_public_id, permit.purpose, frozenset({field}), permit.until
    )
    with pytest.raises(NotAllowed):
        Report.objects.opened_by(narrow)
    with pytest.raises(NotAllowed):
        Report.objects.opened_to(System.INTAKE)


def test_a_permit_opens_only_its_own_subjects_reports(world, now):
    report = world.issued()
    other = make_world(now)
    assert not Report.objects.opened_by(other.permit()).filter(pk=report.pk).exists()


BAD = [
    {"status": "issued"},
    {"status": "rendering"},
    {"claim": uuid.UUID(int=1)},
    {"revoked_because": "x"},
    {"kind": "other"},
    {"language": "fr"},
    {"sha256": "0" * 64},
    {"pdf": b"x"},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_the_database_refuses_an_impossible_report(world, change):
    report = world.order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**change)
