"""One subject's mark: never stale, every line there, and the same as the document says."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from credit.core.errors import NotAllowed, Unavailable
from credit.records.models import RecordVersion
from credit.scoring import actions
from credit.scoring.actions import mark_of
from credit.scoring.document import answer, parse, recalculate
from credit.scoring.mark import Standing
from credit.scoring.models import Score
from credit.subjects.actions import raise_revision
from tests import factories
from tests.scoring.conftest import OPEN_1


def current(subject):
    return Score.objects.get(subject=subject, current=True)


def supersede(record, now, **changes):
    """The next version of a record, as a dispute would write it."""
    old = RecordVersion.objects.get(record=record, superseded_at=None)
    RecordVersion.objects.filter(pk=old.pk).update(superseded_at=now)
    old.pk, old._state.adding = None, True
    for name, value in {"number": old.number + 1, "recorded_at": now, **changes}.items():
        setattr(old, name, value)
    old.save()
    raise_revision([record.subject_id])


def test_an_empty_file_has_no_mark_and_its_document_says_from_how_many_records_on(scheme, look, now):
    permit = look(factories.person())
    mark = mark_of(permit, now=now)
    assert (mark.score, mark.band, list(mark.lines), mark.without_disputed) == (None, None, [], None)
    assert mark.document["scheme"]["threshold"] == 1
    assert [(score.total, score.band) for score in Score.objects.opened_by(permit)] == [(None, None)]


def test_the_document_of_a_mark_is_the_contracts_own(scheme, state, look, now):
    subject = factories.person()
    state(subject)
    assert "threshold" not in mark_of(look(subject), now=now).document["scheme"]


def test_lines_go_from_most_costly_to_most_helpful_and_end_in_the_score(scheme, state, look, now):
    subject = factories.company()
    state(subject, value=-1000, valid_to=date(2028, 1, 1))
    state(subject, agency="tax", notation="tax-grade", kind="rating", category="tax", value=1000, mark="A")
    state(subject, agency="courts", notation="court-judgment-debtors", category="judicial", value=-1000, mark="listed")
    mark = mark_of(look(subject), now=now)
    assert [line.agency for line in mark.lines] == ["courts", "market-supervision", "tax"]
    tenths = [line.tenths for line in mark.lines] + [step.tenths for step in mark.adjustments]
    assert mark.base * 10 + sum(tenths) == mark.score * 10
    assert [total.category.code for total in mark.factors] == ["judicial", "market"]
    assert mark.lines[1].fades and not mark.lines[0].fades  # noqa: PT018


def test_a_step_of_the_sum_that_is_no_record_says_why(scheme, state, look, now):
    subject = factories.company()
    for _ in range(3):
        state(subject, value=-1000)
    mark = mark_of(look(subject), now=now)
    assert [(step.category.code, step.reason, step.signed) for step in mark.adjustments] == [
        ("market", "floor", "+240.0")
    ]
    assert "at most 240 points" in mark.adjustments[0].why


def test_the_document_recalculates_to_the_same_answer(scheme, state, look, now):
    subject = factories.company()
    state(subject, valid_to=date(2027, 1, 1), disputed=True)
    state(subject, value=500, category="commendation", notation="commendation", valid_to=None)
    mark = mark_of(look(subject), now=now)
    document = parse(json.dumps(mark.document).encode())
    assert answer(recalculate(document)) == mark.document["answer"]
    assert mark.document["answer"]["score"] == mark.score == current(subject).total


def test_what_does_not_count_is_there_with_its_reason(scheme, state, look, now):
    subject = factories.company()
    rating = {"agency": "tax", "notation": "tax-grade", "kind": "rating", "category": "tax"}
    older = state(subject, **rating, value=-1000, valid_from=date(2025, 1, 1))
    state(subject, **rating, value=400)
    ended = state(subject, valid_from=date(2024, 1, 1), valid_to=date(2026, 11, 23))
    coming = state(subject, valid_from=date(2026, 11, 24))
    outside = state(subject, category="private", notation="zhima")
    state(subject, withheld=True)
    state(subject, struck=True)
    mark = mark_of(look(subject), now=now)
    assert {line.record: line.standing for line in mark.idle} == {
        older.public_id: Standing.REPLACED,
        ended.public_id: Standing.ENDED,
        coming.public_id: Standing.NOT_YET,
        outside.public_id: Standing.OUTSIDE,
    }
    assert all(line.why_not for line in mark.idle)
    assert len(mark.document["records"]) == 4  # all that was known and that the scheme knows, in force or not


def test_a_disputed_record_counts_and_the_mark_without_it_is_stated(scheme, state, look, now):
    subject = factories.person()
    state(subject, value=-1000, disputed=True)
    mark = mark_of(look(subject), now=now)
    assert (mark.score, mark.without_disputed, mark.disputed) == (440, (None, None), 1)


def test_a_change_of_the_file_makes_the_next_mark_another(scheme, state, look, now):
    subject = factories.person()
    record = state(subject, value=-1000)
    permit = look(subject)
    assert mark_of(permit, now=now).score == 440
    supersede(record, now, struck=True)
    assert mark_of(permit, now=now).score is None
    assert [(score.total, score.current) for score in Score.objects.opened_by(permit).history()] == [
        (None, True),
        (440, False),
    ]


def test_a_fading_mark_is_stale_tomorrow_and_a_steady_one_is_not(scheme, state, look, now):
    fading, steady = factories.person(), factories.person()
    state(fading, valid_to=date(2027, 1, 1))
    state(steady, valid_to=None)
    for subject in (fading, steady):
        mark_of(look(subject), now=now)
    assert current(fading).stale_from == date(2026, 11, 24)
    assert current(steady).stale_from is None
    tomorrow = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    mark_of(look(fading), now=tomorrow)
    assert current(fading).as_of == date(2026, 11, 24)


def test_a_look_again_on_the_same_day_writes_nothing(scheme, state, look, now, django_assert_num_queries):
    subject = factories.person()
    state(subject)
    permit = look(subject)
    mark_of(permit, now=now)
    before = Score.objects.get(subject=subject)
    with django_assert_num_queries(4):
        mark_of(permit, now=now + timedelta(hours=1))
    assert Score.objects.get(subject=subject).computed_at == before.computed_at


@pytest.mark.parametrize("records", [1, 30])
def test_the_mark_costs_the_same_queries_whatever_the_file(
    scheme, state, look, now, records, django_assert_num_queries
):
    subject = factories.person()
    for _ in range(records):
        state(subject)
    permit = look(subject)
    mark_of(permit, now=now)
    with django_assert_num_queries(4):
        assert [line.agency for line in mark_of(permit, now=now).lines] == ["market-supervision"] * records


def test_an_earlier_day_and_an_earlier_knowledge_are_computed_and_not_kept(scheme, state, look, now):
    subject = factories.person()
    record = state(subject, value=-1000, at=datetime(2026, 2, 1, tzinfo=UTC), valid_from=date(2026, 1, 15))
    supersede(record, datetime(2026, 6, 1, tzinfo=UTC), value=-150)
    permit = look(subject)
    known = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 3, 7)]
    assert [mark_of(permit, now=now, known_at=moment).score for moment in known] == [None, 440, 576]
    assert mark_of(permit, now=now, as_of=date(2026, 1, 14)).score is None
    assert not Score.objects.filter(subject=subject).exists()


def test_a_moment_before_a_scheme_was_published_is_answered_without_it(scheme, state, look, now):
    subject = factories.person()
    state(subject, at=datetime(2026, 2, 1, tzinfo=UTC), valid_from=date(2026, 1, 15))
    newer = OPEN_1.read_bytes().replace(b"version = 1", b"version = 2").replace(b"2026-01-01", b"2026-11-30", 1)
    published = actions.publish(newer, by="test", now=now)
    permit, later = look(subject), date(2026, 12, 1)
    assert mark_of(permit, now=now, as_of=later, known_at=now).scheme == published
    assert mark_of(permit, now=now, as_of=later, known_at=now - timedelta(seconds=1)).scheme == scheme
    before_all = mark_of(permit, now=now, known_at=factories.SINCE - timedelta(days=1))
    assert (before_all.scheme, before_all.score, before_all.document["records"]) == (scheme, None, [])


def test_without_a_permit_for_marks_or_without_a_scheme_there_is_none(look, now, monkeypatch):
    subject = factories.person()
    permit = look(subject)
    monkeypatch.setattr(actions.scheme_in_force, "__defaults__", ("unpublished",))
    with pytest.raises(Unavailable):
        mark_of(permit, now=now)
    with pytest.raises(NotAllowed):
        mark_of(replace(permit, fields=frozenset()), now=now)


def test_the_database_refuses_a_second_current_score_and_a_score_stale_on_its_own_day(scheme, look, now):
    subject = factories.person()
    mark_of(look(subject), now=now)
    score = current(subject)
    score.pk = None
    score._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        score.save()
    score.current, score.stale_from = False, score.as_of
    with pytest.raises(IntegrityError), transaction.atomic():
        score.save()
