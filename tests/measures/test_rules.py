"""The tables, whole: every state × happening of measures, every status × move × part of objections."""

from datetime import date
from itertools import product

import pytest

from credit.measures.rules import (
    CLOSED,
    MEASURE_MOVES,
    OPEN,
    OVER,
    STANDING,
    TRANSITIONS,
    Bar,
    Happening,
    Kind,
    Move,
    Part,
    Refusal,
    Standing,
    State,
    Status,
    after,
    first_bar,
    moves,
    objectable,
    put_off,
    starts_on,
)

# Written out once more, so that a change of the code's table is a change of two.
HAPPENS = {
    ("announced", "start"): "in-force",
    ("announced", "cause-ends"): "called-off",
    ("announced", "uphold"): "called-off",
    ("in-force", "cause-ends"): "ended",
    ("in-force", "uphold"): "ended",
}
ALLOWED = {
    ("filed", "withdraw", "subject"): "withdrawn",
    ("filed", "take", "official"): "in-review",
    ("filed", "take", "reviewer"): "in-review",
    ("filed", "lapse", "portal"): "lapsed",
    ("in-review", "withdraw", "subject"): "withdrawn",
    ("in-review", "hand-back", "reviewer"): "filed",
    ("in-review", "uphold", "reviewer"): "upheld",
    ("in-review", "refuse", "reviewer"): "refused",
    ("in-review", "lapse", "portal"): "lapsed",
}
PEOPLE = {
    "subject": Standing(subject=True),
    "official": Standing(official=True),
    "reviewer": Standing(official=True, reviewer=True),
    "portal": Standing(portal=True),
    "stranger": Standing(),
}


@pytest.mark.parametrize(("state", "happening"), list(product(State, Happening)))
def test_only_listed_things_happen_to_a_measure(state, happening):
    assert MEASURE_MOVES.get((state, happening)) == HAPPENS.get((state.value, happening.value))


@pytest.mark.parametrize(("status", "move", "person"), list(product(Status, Move, PEOPLE)))
def test_only_listed_moves_are_possible(status, move, person):
    got = after(status, move, PEOPLE[person])
    expected = ALLOWED.get((status.value, move.value, person))
    assert (got if isinstance(got, Status) else None) == expected
    assert (move in moves(status, PEOPLE[person])) == (expected is not None)


@pytest.mark.parametrize(("status", "move", "bar"), list(product(Status, Move, Bar)))
def test_a_party_never_plays_an_officials_part(status, move, bar):
    party = Standing(official=True, reviewer=True, bars=frozenset({bar}))
    row = TRANSITIONS.get((status, move))
    if row is not None and row[0] in (Part.OFFICIAL, Part.REVIEWER):
        assert after(status, move, party) is bar
    else:
        assert isinstance(after(status, move, party), Refusal)


def test_the_first_bar_is_told():
    assert first_bar(frozenset({Bar.OWN_RELEASE, Bar.OWN_FILE})) is Bar.OWN_FILE


def test_states_are_either_or():
    assert set(STANDING) | set(OVER) == set(State)
    assert not set(STANDING) & set(OVER)
    assert set(OPEN) | set(CLOSED) == set(Status)
    assert not set(OPEN) & set(CLOSED)


@pytest.mark.parametrize(("kind", "state", "earlier"), list(product(Kind, State, [None, *Status])))
def test_one_objects_once_to_what_is_adverse_and_stands(kind, state, earlier):
    objections = () if earlier is None else (earlier,)
    expected = kind is Kind.ADVERSE and state in STANDING and earlier in (None, Status.WITHDRAWN)
    assert objectable(kind, state, objections) is expected


def test_notice_runs_before_an_adverse_measure_only():
    day = date(2026, 11, 23)
    assert starts_on(Kind.ADVERSE, day, 10) == date(2026, 12, 3)
    assert starts_on(Kind.FAVOURABLE, day, 0) == day


def test_what_was_put_off_starts_on_its_day_or_the_day_after_the_answer():
    assert put_off(date(2026, 12, 3), date(2026, 11, 25)) == date(2026, 12, 3)
    assert put_off(date(2026, 12, 3), date(2026, 12, 10)) == date(2026, 12, 11)
