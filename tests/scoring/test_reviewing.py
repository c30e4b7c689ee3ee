"""The table of moves of a review, and its time limit, without a database."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.reviews.rules import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    Bar,
    Limit,
    Move,
    Part,
    Refusal,
    Standing,
    Status,
    after,
    due_on,
    limit_on,
    limits,
    moves,
)

ROLES = {
    "subject": Standing(subject=True),
    "official": Standing(official=True),
    "reviewer": Standing(official=True, reviewer=True),
    "stranger": Standing(),
}

# Written by hand, apart from the table that the code runs: who may do what in which status, and where it leads.
ALLOWED = {
    ("asked", "withdraw", "subject"): "withdrawn",
    ("asked", "take", "official"): "taken",
    ("asked", "take", "reviewer"): "taken",
    ("taken", "withdraw", "subject"): "withdrawn",
    ("taken", "hand-back", "reviewer"): "asked",
    ("taken", "answer", "reviewer"): "answered",
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
def test_a_closed_review_stays_closed(status, move):
    assert after(status, move, Standing(subject=True, official=True, reviewer=True)) is Refusal.CLOSED


@given(
    st.sampled_from(list(Status)),
    st.sampled_from(list(Move)),
    st.frozensets(st.sampled_from(list(Bar)), min_size=1),
    st.booleans(),
    st.booleans(),
)
def test_a_party_never_acts_as_an_official(status, move, bars, subject, reviewer):
    standing = Standing(subject=subject, official=True, reviewer=reviewer, bars=bars)
    assert standing.parts <= {Part.SUBJECT}
    row = TRANSITIONS.get((status, move))
    if row and row[0] is not Part.SUBJECT:
        assert after(status, move, standing) in bars


def test_every_review_can_reach_an_answer():
    reached, grown = {Status.ASKED}, True
    while grown:
        found = {following for (status, _), (_, following) in TRANSITIONS.items() if status in reached}
        grown, reached = not found <= reached, reached | found
    assert reached == {*OPEN, *CLOSED}


def test_the_limit_is_dated_and_says_its_source():
    limit = limit_on(date(2026, 11, 23))
    assert due_on(date(2026, 11, 23), limit) == date(2026, 12, 13)
    assert "article 24" in limit.source_en
    assert "第二十四条" in limit.source_zh
    new = Limit(10, date(2027, 1, 1), "new", "新")
    assert limit_on(date(2026, 12, 31), [new, *limits()]) == limit
    assert limit_on(date(2027, 1, 1), [new, *limits()]) is new
    with pytest.raises(LookupError):
        limit_on(date(1999, 1, 1))
