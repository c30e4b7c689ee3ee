"""The life of a draft: the whole product of states, moves and standings, and the notice period."""

from datetime import date
from itertools import product

import pytest

from credit.scoring.board import life, lifewords
from credit.scoring.board.life import CLOSED, TRANSITIONS, Move, Notice, Part, Phase, Refusal, Standing, Status

STANDINGS = [
    Standing(portal=portal, member=member, author=author, approved=approved, board=board)
    for portal, member, author, approved in product([False, True], repeat=4)
    for board in (2, 3)
]


@pytest.mark.parametrize(("status", "move"), list(product(Status, Move)))
def test_only_listed_moves_are_possible(status, move):
    for standing in STANDINGS:
        following = life.after(status, move, standing)
        row = TRANSITIONS.get((status, move))
        if row is None:
            assert isinstance(following, Refusal)
        elif row[0] in standing.parts:
            assert following is row[1]
        else:
            assert isinstance(following, Refusal)
            assert following is not Refusal.CLOSED


def test_nothing_happens_to_what_is_closed():
    assert not [status for status, _ in TRANSITIONS if status in CLOSED]
    for status, standing in product(CLOSED, STANDINGS):
        assert life.moves(status, standing) == frozenset()


def test_nothing_is_published_without_an_assessment_and_two_approvals():
    """Walk every path: publication is reached only by assess, approve, approve after the last text."""
    for status in (Status.DRAFT, Status.ASSESSED, Status.APPROVED_ONCE):
        assert (status, Move.PUBLISH) not in TRANSITIONS
    arrivals = {
        Status.ASSESSED: {(Status.DRAFT, Move.ASSESS)},
        Status.APPROVED_ONCE: {(Status.ASSESSED, Move.APPROVE)},
        Status.APPROVED: {(Status.APPROVED_ONCE, Move.APPROVE)},
        Status.PUBLISHED: {(Status.APPROVED, Move.PUBLISH)},
    }
    for target, ways in arrivals.items():
        assert {key for key, (_, following) in TRANSITIONS.items() if following is target} == ways


def test_every_edit_goes_back_to_the_start():
    assert {following for (_, move), (_, following) in TRANSITIONS.items() if move is Move.EDIT} == {Status.DRAFT}


@pytest.mark.parametrize(
    ("standing", "may"),
    [
        (Standing(member=True, board=2), True),
        (Standing(member=True, author=True, board=2), True),
        (Standing(member=True, author=True, board=3), False),
        (Standing(member=True, author=True, approved=True, board=2), False),
        (Standing(member=True, approved=True, board=3), False),
        (Standing(author=True, board=2), False),
        (Standing(portal=True), False),
    ],
)
def test_who_may_approve(standing, may):
    assert (Part.APPROVER in standing.parts) is may


def test_every_code_has_its_words():
    assert set(lifewords.STATUS) == set(Status)
    assert set(lifewords.HAPPENED) == set(Move)
    assert set(lifewords.REFUSED) == set(Refusal)
    assert set(lifewords.PHASE) == set(Phase)


@pytest.mark.parametrize(
    ("following", "on", "phase"),
    [
        (None, date(2026, 1, 1), Phase.ANNOUNCED),
        (None, date(2026, 1, 2), Phase.IN_FORCE),
        (date(2026, 3, 1), date(2026, 2, 28), Phase.IN_FORCE),
        (date(2026, 3, 1), date(2026, 3, 1), Phase.RETIRED),
    ],
)
def test_dates_alone_say_what_is_in_force(following, on, phase):
    assert life.phase(date(2026, 1, 2), following, on) is phase


def test_the_notice_is_dated_data_with_its_source():
    rows = [Notice(10, date(2020, 1, 1), "a", "a"), Notice(30, date(2026, 1, 1), "b", "b")]
    assert life.notice_on(date(2025, 12, 31), rows).days == 10
    assert life.notice_on(date(2026, 1, 1), rows).earliest(date(2026, 1, 1)) == date(2026, 1, 31)
    with pytest.raises(LookupError):
        life.notice_on(date(2019, 12, 31), rows)
    assert all(row.days > 0 and row.source_en and row.source_zh for row in life.notices())
