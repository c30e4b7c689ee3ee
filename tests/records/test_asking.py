"""What a subject may ask of their list: days, times, filters; and what they are told when it can't be answered."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from credit.core.clock import zone
from credit.records.asking import AskForm, ThenForm
from credit.records.cuts import Order, Sources, State

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Beijing


def asked(query: str) -> AskForm:
    sources = Sources([("tax", "Tax Service")], ["tax-grade"])
    return AskForm(QueryDict(query), sources=sources, now=NOW)


def test_nothing_asked_is_everything_of_today():
    form = asked("")
    assert form.is_valid()
    assert (form.asked.day, form.asked.known_at, form.asked.cuts) == (date(2026, 11, 23), None, False)
    assert form.asked.order is Order.AGENCY
    assert not form.is_narrowed


def test_a_day_ends_at_midnight_in_the_portals_zone():
    form = asked("on=2026-03-01")
    assert form.is_valid()
    assert form.asked.day == date(2026, 3, 1)
    assert form.asked.known_at == datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=zone())
    assert form.asked.known_at < datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def test_a_time_is_that_moment_and_today_is_no_later_than_now():
    form = asked("on=2026-03-01&at=14:30")
    assert form.is_valid()
    assert form.asked.known_at == datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
    today = asked("on=2026-11-23")
    assert today.is_valid()
    assert today.asked.known_at == NOW


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("on=2026-11-24", "on", "still to come"),
        ("on=9999-12-31", "on", "still to come"),
        ("on=0001-01-01", "on", "not that old"),
        ("on=1 March", "on", "2026-03-01"),
        ("on=2026-02-30", "on", "2026-03-01"),
        ("on=2026-11-23&at=12:01", "at", "still to come"),
        ("on=2026-11-23&at=noon", "at", "14:30"),
        ("at=12:00", "on", "which day"),
        ("agency=nobody", "agency", "nothing of this kind"),
        ("kind=zhima", "kind", "nothing of this kind"),
        ("state=gone", "state", "nothing of this kind"),
        ("q=%00", "q", "Null characters"),
        ("q=" + "x" * 101, "q", "100"),
    ],
)
def test_what_can_not_be_answered_is_said_at_its_field(query, field, said):
    form = asked(query)
    assert not form.is_valid()
    assert set(form.errors) == {field}
    assert said in form.errors[field][0]


def test_filters_are_read_into_one_question():
    form = asked("agency=tax&kind=tax-grade&state=ended&q= doc &sort=worst&page=7&other=1")
    assert form.is_valid()
    question = form.asked
    assert (question.agency, question.notation, question.state) == ("tax", "tax-grade", State.ENDED)
    assert (question.words, question.order, question.cuts) == ("doc", Order.WORST, True)


def test_the_page_of_one_record_minds_only_the_day():
    form = ThenForm(QueryDict("agency=nobody&on=2026-03-01"), now=NOW)
    assert form.is_valid()
    assert form.day == date(2026, 3, 1)
