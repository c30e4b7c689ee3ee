import itertools

import pytest

from credit.reports.rules import IN_FLIGHT, TRANSITIONS, Move, Standing, Status, standing

ENDS = {Status.ISSUED, Status.FAILED}


@pytest.mark.parametrize(("status", "move"), list(itertools.product(Status, Move)))
def test_only_listed_moves_are_possible(status, move):
    possible = (status, move) in TRANSITIONS
    assert possible == (status is Status.RENDERING or (move is Move.CLAIM and status in IN_FLIGHT))


def test_every_state_is_in_flight_or_an_end_and_ends_are_left_by_nothing():
    assert set(IN_FLIGHT) | ENDS == set(Status)
    assert not {status for status, _ in TRANSITIONS} & ENDS


@pytest.mark.parametrize(("revoked", "newer", "changed"), list(itertools.product([True, False], repeat=3)))
def test_revoked_comes_before_superseded(revoked, newer, changed):
    expected = Standing.REVOKED if revoked else Standing.SUPERSEDED if newer or changed else Standing.CURRENT
    assert standing(revoked=revoked, newer=newer, file_changed=changed) is expected
