"""A withheld record counts nowhere and is shown to its subject alone; its history tells that it was, and why."""

import json
from datetime import timedelta

import pytest

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.errors import Conflict, Invalid
from credit.core.policy import Purpose
from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import Record, RecordVersion
from credit.reports.content import Kind
from credit.scoring import actions as scoring
from credit.scoring.actions import mark_of
from tests import factories
from tests.records.conftest import newest, versions_of
from tests.records.files import rating, ratings
from tests.reports.world import make_world

DAY = timedelta(days=1)
db = pytest.mark.django_db


@pytest.fixture
def world(db, now):
    """A person with one penalty."""
    return make_world(now)


def test_a_withheld_record_doesnt_count_until_it_is_shown_again(world, now):
    before = mark_of(world.permit(), now=now)
    official = factories.official()
    version = actions.withhold(world.record, reason="The agency gave no answer.", by=official, now=now + DAY)
    assert (version.withheld, version.cause, version.by) == (True, "withholding", official)
    without = mark_of(world.permit(), now=now + DAY)
    assert (without.score, [*without.lines, *without.idle]) == (None, [])
    then = mark_of(world.permit(), now=now + DAY, as_of=before.as_of, known_at=now)
    assert then.document == before.document
    actions.release_withheld(world.record, reason="It answered.", by=official, now=now + 2 * DAY)
    assert len(mark_of(world.permit(), now=now + 2 * DAY).lines) == 1
    hidden = mark_of(world.permit(), now=now + 2 * DAY, known_at=now + DAY)
    assert hidden.document["records"] == []


def test_rescoring_leaves_it_out(world, now):
    actions.withhold(world.record, reason="x", by=None, now=now)
    assert newest().by is None
    scoring.rescore(by="test", now=now)
    assert mark_of(world.permit(), now=now).score is None  # it was the only record: nothing is left to mark


def test_nothing_happens_twice_and_a_reason_is_needed(world, now):
    official = factories.official()
    with pytest.raises(Invalid, match="why"):
        actions.withhold(world.record, reason=" ", by=official, now=now)
    actions.withhold(world.record, reason="x", by=official, now=now)
    actions.withhold(world.record, reason="x", by=official, now=now)
    actions.release_withheld(world.record, reason="x", by=official, now=now)
    actions.release_withheld(world.record, reason="x", by=official, now=now)
    assert [version.cause for version in versions_of(world.record)] == ["submission", "withholding", "withholding"]
    kinds = list(Entry.objects.filter(kind__startswith="record.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["record.withheld", "record.shown-again"]
    actions.strike(world.record, reason="x", by=official, now=now)
    with pytest.raises(Conflict):
        actions.withhold(world.record, reason="x", by=official, now=now)


@db
def test_a_statement_a_dispute_and_a_correction_leave_it_withheld(office):
    desk, official = office(), factories.official()
    desk.publish(ratings(rating(1)))
    record = Record.objects.get()
    actions.withhold(record, reason="x", by=official, now=desk.now)
    wrong = desk.publish(ratings(rating(1, mark="C")), now=desk.now + DAY)
    actions.flag_disputed(record, disputed=True, by=official, now=desk.now + DAY)
    actions.correct(record, mark="B", reason="x", by=official, now=desk.now + DAY)
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now + DAY)
    assert newest().withheld
    assert newest().disputed


@pytest.mark.parametrize("purpose", [Purpose.OPERATION, Purpose.CERTIFIED_REPORT])
def test_only_its_subject_and_whoever_decides_on_it_read_it(world, now, purpose):
    actions.withhold(world.record, reason="x", by=factories.official(), now=now)
    looker = factories.operator() if purpose is Purpose.OPERATION else world.owner
    permit = access.disclose(command_actor(looker), world.subject, purpose, now=now)
    assert not RecordVersion.objects.opened_by(permit).newest().exists()
    assert RecordVersion.objects.opened_by(world.permit()).newest().exists()


def test_explain_and_reports_leave_it_out(world, now):
    permit = world.permit()
    actions.withhold(world.record, reason="x", by=factories.official(), now=now)
    assert mark_of(permit, now=now).document["records"] == []
    world.now = now
    for kind in Kind:
        content = json.loads(_content(world.issued(key=kind.value, kind=kind)))
        assert content["lines"] == []
        assert content["score"] is None


def _content(report):
    from credit.vault import actions as vault

    return vault.open_sealed(bytes(report.content), context=f"reports.content:{report.public_id}")
