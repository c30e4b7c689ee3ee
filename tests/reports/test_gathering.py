"""What a report tells others: nothing that is its subject's alone."""

import json
from datetime import timedelta

import pytest

from credit.access import actions as access
from credit.access.actors import system_actor
from credit.core.clock import business_date
from credit.core.policy import Purpose, System
from credit.records.models import Record, RecordVersion
from credit.reports.content import Kind
from credit.reports.gathering import gather
from credit.scoring.document import answer, parse, recalculate
from tests.reports.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(now):
    return make_world(now)


def another(world, document, **facts):
    """One more record of the same subject; a version of its own."""
    first = RecordVersion.objects.get(record=world.record)
    record = Record.objects.create(
        subject=world.subject,
        agency=world.record.agency,
        notation=world.record.notation,
        document=document,
        created_at=first.recorded_at,
    )
    same = ("kind", "category", "value", "mark", "valid_from", "valid_to", "recorded_at")
    kept = {name: getattr(first, name) for name in same}
    return RecordVersion.objects.create(
        record=record, subject=world.subject, number=1, cause="dispute", **{**kept, **facts}
    ).record


def content_of(world, kind, now):
    order = world.order(kind=kind)
    permit = access.disclose(
        system_actor(System.REPORTS), world.subject, Purpose.CERTIFIED_REPORT, about=order, now=now
    )
    return gather(order, permit, now=now)


@pytest.fixture
def hidden(world, now):
    today = business_date(now)
    past = {"valid_from": today - timedelta(days=900), "valid_to": today}
    return [another(world, "ended", disputed=True, **past), another(world, "withheld", withheld=True)]


def test_a_full_report_tells_neither_what_has_ended_nor_what_is_withheld(world, hidden, now):
    content = content_of(world, Kind.FULL, now)
    assert [line.record for line in content.lines] == [world.record.public_id]
    assert content.disputed == 0
    text = content.to_json().decode()
    assert all(record.public_id not in text for record in hidden)


def test_what_has_ended_is_left_out_though_the_scheme_does_not_know_its_kind(world, now):
    today = business_date(now)
    past = {"valid_from": today - timedelta(days=900), "valid_to": today}
    ended = another(world, "private", category="private", **past)
    content = content_of(world, Kind.FULL, now)
    assert [line.record for line in content.lines] == [world.record.public_id]
    assert ended.public_id not in content.to_json().decode()


def test_the_sum_in_it_can_still_be_checked(world, hidden, now):
    document = parse(json.dumps(content_of(world, Kind.FULL, now).recalculation).encode())
    assert document.answer == answer(recalculate(document))


@pytest.mark.parametrize("kind", [Kind.SUMMARY, Kind.COUNTERPARTY])
def test_other_reports_tell_no_record_at_all(world, hidden, now, kind):
    content = content_of(world, kind, now)
    text = content.to_json().decode()
    assert content.lines == ()
    assert all(record.public_id not in text for record in [world.record, *hidden])


@pytest.mark.parametrize("kind", Kind)
def test_where_a_disputed_record_counts_every_kind_tells_the_mark_without_it(world, now, kind):
    assert content_of(world, kind, now).without_disputed is None
    disputed = another(world, "disputed", disputed=True)
    told = content_of(world, kind, now)
    assert told.disputed == 1
    assert told.without_disputed is not None
    assert told.score is not None
    assert told.without_disputed.score > told.score
    assert kind is Kind.FULL or disputed.public_id not in told.to_json().decode()
