"""What speaks against somebody counts for five years at most, whatever its agency says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.core.clock import business_date
from credit.core.errors import Invalid
from credit.records import actions, notations
from credit.records.models import Record
from credit.records.notations.limits import held_end, latest_end, limits
from credit.records.notations.reading import read
from tests import factories
from tests.records.conftest import newest
from tests.records.files import rating, ratings

DECIDED = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("value", "ends_on", "held"),
    [
        (-1, None, date(2031, 6, 1)),
        (-1000, date(2040, 1, 1), date(2031, 6, 1)),
        (-1000, date(2031, 6, 1), date(2031, 6, 1)),
        (-1000, date(2027, 1, 1), date(2027, 1, 1)),
        (0, None, None),
        (0, date(2040, 1, 1), date(2040, 1, 1)),
        (1000, None, None),
    ],
)
def test_only_what_is_negative_is_cut_off(value, ends_on, held):
    assert held_end(value, DECIDED, ends_on) == held


def test_a_leap_day_and_the_end_of_time_have_limits_too():
    assert latest_end(-1, date(2024, 2, 29)) == date(2029, 2, 28)
    assert latest_end(-1, date(9998, 1, 1)) == date.max


@given(
    value=st.integers(-1000, 1000),
    decided_on=st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    ends_on=st.none() | st.dates(date(2100, 1, 2), date(2200, 1, 1)),
)
def test_a_limit_never_lengthens_and_applying_it_again_changes_nothing(value, decided_on, ends_on):
    held = held_end(value, decided_on, ends_on)
    assert held_end(value, decided_on, held) == held
    assert ends_on is None or (held is not None and held <= ends_on)
    assert held is None or held > decided_on


def test_every_limit_says_its_source_in_both_languages():
    assert all(set(limit.source) == {"en", "zh-hans"} and all(limit.source.values()) for limit in limits())


@pytest.mark.parametrize("code", [code for code, known in notations.all_notations().items() if known.kind == "rating"])
def test_every_rating_keeps_to_the_limit(code):
    notation = notations.get(code)
    worst = min(notation.tables[-1].marks, key=lambda mark: mark.value, default=None)
    mark = worst.names[0] if worst else {"zhima": "350", "suzhou-osmanthus": "0"}.get(code, "0")
    [reading] = read(ratings(rating(1, mark=mark, ends_on="")), filename="a.csv", notation=notation, batch_rows=10)
    [row] = reading.rows
    assert row.value < 0
    assert row.ends_on == date(2031, 6, 1)


@pytest.mark.django_db
def test_a_correction_keeps_to_the_limit(office):
    desk = office()
    desk.publish(ratings(rating(1, ends_on="")))
    record, official = Record.objects.get(), factories.official()
    assert newest().valid_to is None
    actions.correct(record, mark="D", reason="Another year's grade.", by=official, now=desk.now)
    assert newest().valid_to == date(2031, 6, 1)
    with pytest.raises(Invalid, match="5 years"):
        actions.correct(record, valid_to=date(2031, 6, 2), reason="x", by=official, now=desk.now)
    actions.correct(record, valid_to=business_date(desk.now), reason="x", by=official, now=desk.now)
    assert newest().valid_to == business_date(desk.now)
