"""The table of moves and the deadlines, without a database."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.disputes.rules import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    Bar,
    Deadline,
    Move,
    Part,
    Refusal,
    Standing,
    Status,
    WorkCalendar,
    after,
    deadline,
    deadlines,
    due_on,
    moves,
    work_calendar,
)

SUBJECT = Standing(subject=True)
OFFICIAL = Standing(official=True)
REVIEWER = Standing(official=True, reviewer=True)
PROPOSER = Standing(official=True, reviewer=True, proposer=True)
STRANGER = Standing()
ROLES = {"subject": SUBJECT, "official": OFFICIAL, "reviewer": REVIEWER, "proposer": PROPOSER, "stranger": STRANGER}

# Written by hand, apart from the table that the code runs: who may do what in which status, and where it leads.
ALLOWED = {
    ("filed", "add-information", "subject"): "filed",
    ("filed", "withdraw", "subject"): "withdrawn",
    ("filed", "take", "official"): "in-review",
    ("filed", "take", "reviewer"): "in-review",
    ("filed", "take", "proposer"): "in-review",
    ("in-review", "add-information", "subject"): "in-review",
    ("in-review", "withdraw", "subject"): "withdrawn",
    ("in-review", "hand-back", "reviewer"): "filed",
    ("in-review", "hand-back", "proposer"): "filed",
    ("in-review", "propose", "reviewer"): "proposed",
    ("in-review", "propose", "proposer"): "proposed",
    ("proposed", "add-information", "subject"): "proposed",
    ("proposed", "withdraw", "subject"): "withdrawn",
    ("proposed", "check", "official"): "proposed",
    ("proposed", "check", "reviewer"): "proposed",
    ("proposed", "confirm", "official"): "decided",
    ("proposed", "confirm", "reviewer"): "decided",
    ("proposed", "send-back", "official"): "in-review",
    ("proposed", "send-back", "reviewer"): "in-review",
}


@pytest.mark.parametrize(("status", "move", "role"), list(product(Status, Move, ROLES)))
def test_only_listed_moves_are_possible(status, move, role):
    following = after(status, move, ROLES[role])
    expected = ALLOWED.get((status.value, move.value, role))
    if expected is None:
        assert isinstance(following, Refusal)
    else:
        assert following is Status(expected)
    assert (move in moves(status, ROLES[role])) == (expected is not None)


@pytest.mark.parametrize(("status", "move"), list(product(CLOSED, Move)))
def test_a_closed_case_stays_closed(status, move):
    everything = Standing(subject=True, official=True, reviewer=True)
    assert after(status, move, everything) is Refusal.CLOSED


@given(
    st.sampled_from(list(Status)),
    st.sampled_from(list(Move)),
    st.frozensets(st.sampled_from(list(Bar)), min_size=1),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_party_to_the_case_never_acts_as_an_official(status, move, bars, subject, reviewer, proposer):
    standing = Standing(subject=subject, official=True, reviewer=reviewer, proposer=proposer, bars=bars)
    assert standing.parts <= {Part.SUBJECT}
    row = TRANSITIONS.get((status, move))
    if row and row[0] is not Part.SUBJECT:
        assert after(status, move, standing) in bars


def test_nobody_confirms_their_own_proposal():
    assert after(Status.PROPOSED, Move.CONFIRM, PROPOSER) is Refusal.OWN_PROPOSAL


def test_every_open_case_can_reach_a_decision():
    reached, grown = {Status.FILED}, True
    while grown:
        found = {following for (status, _), (_, following) in TRANSITIONS.items() if status in reached}
        grown, reached = not found <= reached, reached | found
    assert reached == {*OPEN, *CLOSED}


def test_the_deadline_is_twenty_days_and_says_its_source():
    limit = deadline("decision", date(2026, 11, 23))
    assert (limit.days, limit.working) == (20, False)
    assert "article 25" in limit.source_en
    assert "第二十五条" in limit.source_zh
    assert due_on(date(2026, 11, 23), limit) == date(2026, 12, 13)


def test_the_rule_of_the_day_of_filing_applies():
    old = Deadline("decision", 20, False, date(2013, 3, 15), "old", "旧")
    new = Deadline("decision", 15, False, date(2027, 1, 1), "new", "新")
    assert deadline("decision", date(2026, 12, 31), [new, old]) is old
    assert deadline("decision", date(2027, 1, 1), [new, old]) is new


def test_before_the_first_rule_there_is_no_deadline():
    with pytest.raises(LookupError):
        deadline("decision", min(row.effective_from for row in deadlines()) - timedelta(days=1))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # from a Friday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day holidays
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # a Saturday that is worked
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start, days, expected):
    limit = Deadline("answer", days, True, date(2020, 1, 1), "test", "测试")
    assert due_on(start, limit) == expected


@given(st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.integers(1, 30))
def test_working_days_end_on_a_working_day_and_count_each_one(start, days):
    calendar: WorkCalendar = work_calendar()
    end = due_on(start, Deadline("answer", days, True, date(2020, 1, 1), "test", "测试"))
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert calendar.works(end)
    assert sum(calendar.works(day) for day in between) == days
