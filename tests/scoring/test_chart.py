"""A mark through time as a drawing: in its field, broken where there was no mark."""

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.chart import Point, chart_of
from tests.scoring.test_changes import RULES

START = date(2026, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 1000))), min_size=1, max_size=8))
def test_every_line_stays_in_the_field(moves):
    day, points = START, []
    for days, score in moves:
        day += timedelta(days=days)
        points.append(Point(day, score))
    chart = chart_of(points, until=day, rules=RULES)
    for command, number, other in re.findall(r"([MHV])(\d+)(?: (\d+))?", chart.path):
        if command in "MH":
            assert chart.left <= int(number) <= chart.right
        if command in "MV":
            assert chart.top <= int(other or number) <= chart.bottom
    parts = sum(score is not None and (i == 0 or points[i - 1].score is None) for i, (_, score) in enumerate(moves))
    assert chart.path.count("M") == (parts if points[0].day < day else 0)


def test_a_gap_is_no_line_and_the_last_mark_is_a_dot():
    points = [Point(START, 600), Point(date(2026, 2, 1), None), Point(date(2026, 3, 1), 500)]
    chart = chart_of(points, until=date(2026, 4, 1), rules=RULES)
    assert chart.path.count("M") == 2
    assert chart.last == (chart.right, (chart.last or (0, 0))[1])
    assert chart_of(points[:2], until=date(2026, 4, 1), rules=RULES).last is None


def test_a_mark_of_today_alone_is_no_drawing():
    assert chart_of([Point(START, 600)], until=START, rules=RULES).path == ""


def test_nothing_to_draw_is_no_path():
    assert chart_of([], until=START, rules=None).path == ""
