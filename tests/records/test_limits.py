"""What speaks against somebody counts for five years at most, whatever its agency says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.core.clock import business_date
from credit.core.errors import Invalid
from credit.records import actions, notations
from credit.records.models import Record
from credit.records.notations.limits import ends_of, held_end, latest_end, limits
from credit.records.notations.reading import read
from tests import factories
from tests.records.conftest import newest
from tests.records.files import penalties, penalty, rating, ratings

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


PENALTIES = "double-publicity-penalty"
DAY = timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("decided", "until", "mark", "ends"),
    [
        ("2026/06/01", "2029/04/30", "minor", date(2026, 9, 2)),  # published for nearly three years, now three months
        ("2026/06/01", "2029/04/30", "一般", date(2027, 6, 2)),
        ("2026/06/01", "2026/12/01", "serious", date(2026, 12, 2)),  # what its agency said is shorter, and holds
        ("2026/03/01", "2029/01/31", "minor", date(2029, 2, 1)),  # until 2026-03-31 any penalty to three years
        ("2026/06/01", "", "minor", date(2026, 9, 1)),  # its end was the rules' own for its mark: so is the new one
        ("2026/06/01", "", "serious", date(2029, 6, 1)),
    ],
)
def test_a_corrected_penalty_ends_by_the_rules_of_its_new_mark(office, decided, until, mark, ends):
    desk = office("customs", PENALTIES)
    desk.publish(penalties(penalty(1, CF_JDRQ=decided, CF_GSJZQ=until)))
    actions.correct(Record.objects.get(), mark=mark, reason="x", by=factories.official(), now=desk.now)
    assert newest().valid_to == ends


@pytest.mark.django_db
def test_an_official_cannot_publish_a_penalty_for_longer_than_the_law_does(office):
    desk = office("customs", PENALTIES)
    desk.publish(penalties(penalty(1)))
    record, official = Record.objects.get(), factories.official()
    assert newest().mark == "general"
    with pytest.raises(Invalid, match="at the latest"):
        actions.correct(record, valid_to=date(2031, 6, 1), reason="x", by=official, now=desk.now)
    with pytest.raises(Invalid, match="at the latest"):
        actions.correct(record, valid_to=date(2027, 6, 3), reason="x", by=official, now=desk.now)
    actions.correct(record, valid_to=date(2027, 6, 2), reason="x", by=official, now=desk.now)


@pytest.mark.django_db
def test_a_bad_grade_corrected_to_a_good_one_loses_the_end_that_only_the_bad_one_had(office):
    desk = office()
    desk.publish(ratings(rating(1, mark="D", ends_on="")))
    assert newest().valid_to == date(2031, 6, 1)
    actions.correct(Record.objects.get(), mark="A", reason="x", by=factories.official(), now=desk.now)
    assert newest().valid_to is None


@pytest.mark.django_db
def test_a_correction_keeps_to_the_rules_when_its_delivery_is_taken_back(office):
    desk = office("customs", PENALTIES)
    desk.publish(penalties(penalty(1, CF_GSJZQ="2027/05/01")))
    wrong = desk.publish(penalties(penalty(1, CF_GSJZQ="2029/04/30")), now=desk.now + DAY)
    actions.correct(Record.objects.get(), mark="minor", reason="x", by=factories.official(), now=desk.now + 2 * DAY)
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now + 3 * DAY)
    assert (newest().mark, newest().valid_to) == ("minor", date(2026, 9, 2))


@given(
    code=st.sampled_from(sorted(notations.all_notations())),
    decided_on=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    ends_on=st.none() | st.dates(date(1990, 1, 2), date(2200, 1, 1)),
    data=st.data(),
)
def test_the_end_that_comes_by_itself_is_never_after_the_latest(code, decided_on, ends_on, data):
    notation = notations.get(code)
    marks = [mark for table in notation.tables for mark in table.marks]
    if not marks:
        return
    mark = data.draw(st.sampled_from(marks))
    ends = ends_of(notation, mark.names[-1], mark.value, decided_on)
    assert ends.hold(ends.by_itself) == ends.by_itself
    assert ends.hold(ends.hold(ends_on)) == ends.hold(ends_on)
    assert (mark.value < 0) == (ends.latest is not None)


@pytest.mark.parametrize(
    ("code", "day", "version"),
    [
        (PENALTIES, date(2026, 3, 31), 1),
        (PENALTIES, date(2026, 4, 1), 2),
        ("public-credit-appraisal", date(2025, 12, 31), 1),
        ("public-credit-appraisal", date(2026, 1, 1), 2),
        ("customs-level", date(2026, 3, 31), 1),
        ("customs-level", date(2026, 4, 1), 2),
    ],
)
def test_a_decision_is_read_by_the_table_of_its_day(code, day, version):
    assert notations.get(code).table_on(day).version == version


def test_both_sets_of_values_of_the_appraisal_are_read_at_any_time():
    for day in (date(2020, 1, 1), date(2026, 6, 1)):
        values = [notations.get("public-credit-appraisal").value_of(mark, day) for mark in "ABCD优良中差"]
        assert values == [1000, 300, -300, -1000] * 2
