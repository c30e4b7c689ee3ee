"""When a mark changed, and by what: each change explained to the last tenth, from what was known then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from credit.scoring import actions
from credit.scoring.actions import mark_of
from credit.scoring.changes import Cause
from credit.scoring.history import ROWS, history_of
from credit.scoring.models import Score
from tests import factories
from tests.scoring.conftest import OPEN_1
from tests.scoring.test_mark import supersede

TAX = {"agency": "tax", "notation": "tax-grade", "kind": "rating", "category": "tax"}


def day(month, number=1, year=2026):
    return datetime(year, month, number, 4, tzinfo=UTC)


def told(permit, now):
    """Each change of the first page: its points, and its lines as record's agency or step, cause and tenths."""
    found = history_of(permit, number=None, now=now)
    for step in found.steps:
        if step.score.total is not None:
            start = step.before.total if step.before and step.before.total is not None else 0
            assert sum(one.line.tenths for one in step.lines) == (step.score.total - start) * 10
        assert all(one.why for one in step.lines)
    return found.steps


def causes(step):
    return [(one.entry.version.record.agency.code, one.line.cause) for one in step.lines if one.entry]


def test_every_change_is_told_with_its_cause_the_newest_first(scheme, state, look):
    subject = factories.company()
    state(subject, value=-1000, valid_to=date(2028, 1, 1), at=day(2), valid_from=date(2026, 1, 1))
    permit = look(subject)
    mark_of(permit, now=day(2))
    rating = state(subject, **TAX, value=1000, mark="A", at=day(3), valid_from=date(2026, 3, 1))
    mark_of(permit, now=day(3))
    mark_of(permit, now=day(5))
    supersede(rating, day(6), struck=True, cause="withdrawal", reason="wrong file")
    mark_of(permit, now=day(6))
    first, added, faded, gone = reversed(told(permit, day(6)))
    assert causes(first) == [("market-supervision", Cause.COUNTED)]
    assert set(causes(added)) == {("market-supervision", Cause.FADED), ("tax", Cause.ADDED)}
    assert causes(faded) == [("market-supervision", Cause.FADED)]
    assert ("tax", Cause.GONE) in causes(gone)
    assert [one.why for one in gone.lines if one.line.cause is Cause.GONE] == ["The agency took it back."]


@pytest.mark.parametrize(
    ("changes", "cause", "why"),
    [
        ({"struck": True, "cause": "removal", "reason": "x"}, Cause.GONE, "Officials removed it."),
        ({"withheld": True, "cause": "withholding", "reason": "x"}, Cause.GONE, "It is withheld"),
        ({"value": -150, "cause": "correction", "reason": "x"}, Cause.CHANGED, "Officials corrected it."),
        ({"valid_to": date(2026, 6, 1), "cause": "repair", "reason": "x"}, Cause.CHANGED, "It was repaired"),
    ],
)
def test_what_the_versions_know_better_they_say(scheme, state, look, changes, cause, why):
    subject = factories.company()
    state(subject, **TAX, value=1000, mark="A", at=day(2))
    penalty = state(subject, value=-1000, at=day(2))
    permit = look(subject)
    mark_of(permit, now=day(2))
    supersede(penalty, day(6), **changes)
    mark_of(permit, now=day(6))
    line = next(one for one in told(permit, day(6))[0].lines if one.entry)
    assert line.line.cause is cause
    assert line.why.startswith(why)


def test_a_replaced_rating_and_an_ended_record_say_so(scheme, state, look):
    subject = factories.company()
    state(subject, **TAX, value=-1000, mark="D", at=day(2))
    state(subject, value=-500, valid_to=date(2026, 5, 1), at=day(2))
    permit = look(subject)
    mark_of(permit, now=day(2))
    state(subject, **TAX, value=400, mark="B", at=day(6), valid_from=date(2026, 6, 1))
    mark_of(permit, now=day(6))
    assert {cause for _, cause in causes(told(permit, day(6))[0])} == {Cause.ENDED, Cause.REPLACED, Cause.ADDED}


def test_losing_the_last_record_is_losing_the_mark(scheme, state, look):
    subject = factories.person()
    record = state(subject, at=day(2))
    permit = look(subject)
    mark_of(permit, now=day(2))
    supersede(record, day(6), struck=True, cause="withdrawal", reason="x")
    mark_of(permit, now=day(6))
    lost, first = told(permit, day(6))
    assert lost.lost
    assert causes(lost) == [("market-supervision", Cause.GONE)]
    assert first.points == ""


def test_another_version_of_the_scheme_is_a_cause(scheme, state, look):
    subject = factories.company()
    state(subject, **TAX, value=1000, mark="A", at=day(2))
    permit = look(subject)
    mark_of(permit, now=day(2))
    text = OPEN_1.read_text().replace("version = 1", "version = 2").replace("2026-01-01", "2026-05-01", 1)
    actions.publish(text.replace("base = 600", "base = 590").encode(), by="test", now=day(4))
    mark_of(permit, now=day(6))
    changed, _first = told(permit, day(6))
    assert changed.other_scheme
    assert [(one.line.cause, one.line.tenths) for one in changed.lines] == [(Cause.BASE, -100)]


def test_what_cannot_be_told_is_said_and_the_sum_stays_exact(scheme, state, look):
    subject = factories.person()
    state(subject, at=day(2))
    permit = look(subject)
    mark_of(permit, now=day(2))
    Score.objects.filter(subject=subject).update(total=500)
    assert told(permit, day(2))[0].lines[-1].line.cause is Cause.UNKNOWN


@pytest.mark.parametrize("changes", [1, 12])
def test_the_page_costs_the_same_for_few_changes_and_for_many(scheme, state, look, changes, django_assert_num_queries):
    subject = factories.person()
    state(subject, value=-1000, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1), at=day(2))
    permit = look(subject)
    for number in range(changes):
        mark_of(permit, now=day(2) + timedelta(days=7 * number))
    with django_assert_num_queries(6):
        found = history_of(permit, number=None, now=day(12))
    assert len(found.steps) == min(changes, ROWS)


def test_the_page_draws_and_tells_it_in_both_languages(scheme, state, client_of):
    subject = factories.person()
    owner = factories.user(subject=subject)
    state(subject, value=-1000, valid_to=date(2029, 1, 1))
    client = client_of(owner)
    url = reverse("scoring:history", args=[subject.public_id])
    text = client.get(url).content.decode()
    for said in ("The first mark", "Where everybody starts", "It was on file"):
        assert said in text
    assert "style=" not in text
    assert "信用分" in client.get(url, headers={"accept-language": "zh-hans"}).content.decode()


def test_a_page_that_is_none_shows_the_last(scheme, state, look):
    subject = factories.person()
    state(subject)
    permit = look(subject)
    mark_of(permit, now=day(11, 23))
    assert len(history_of(permit, number="99", now=day(11, 23)).steps) == 1


def test_without_any_score_there_is_an_empty_history(scheme, look):
    found = history_of(look(factories.person()), number=None, now=day(11))
    assert (found.steps, found.chart.path) == ([], "")


def test_a_mark_of_some_days_is_drawn(scheme, state, client_of):
    subject = factories.person()
    record = state(subject, value=-1000, valid_to=date(2029, 1, 1))
    client = client_of(factories.user(subject=subject))
    url = reverse("scoring:history", args=[subject.public_id])
    client.get(url)
    Score.objects.filter(subject=subject).update(since=date(2026, 11, 1))
    text = client.get(url).content.decode()
    assert '<path class="pm-chart__line"' in text
    assert "style=" not in text
    assert record.public_id in text
