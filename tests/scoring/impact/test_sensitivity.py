"""Two rankings compared: against every pair, one by one."""

from collections import Counter
from itertools import combinations
from math import isclose, sqrt

from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.impact.sensitivity import agreement, joint

MARKS = st.integers(0, 12)


def by_hand(people: list[tuple[int, int]]) -> tuple[float | None, float]:
    """Kendall's tau-b and the share of pairs that change places, pair by pair."""
    same = opposite = one = other = total = 0
    for (a, x), (b, y) in combinations(people, 2):
        total += 1
        turn = (a - b) * (x - y)
        same, opposite = same + (turn > 0), opposite + (turn < 0)
        one, other = one + (a != b), other + (x != y)
    ground = sqrt(one * other)
    return ((same - opposite) / ground if ground else None), (opposite / total if total else 0.0)


@given(st.lists(st.tuples(MARKS, MARKS), max_size=30))
def test_it_is_the_same_as_pair_by_pair(people):
    tau, swapped = by_hand(people)
    found = agreement(Counter(people))
    assert isclose(found.swapped, swapped)
    assert (found.tau is None) == (tau is None)
    assert tau is None or isclose(found.tau or 0, tau, abs_tol=1e-12)


def test_known_values():
    """Kendall (1938): the orders 1…10 and 4 7 2 10 3 6 8 1 5 9 agree by 5 of 45."""
    found = agreement(Counter(zip(range(10), (4, 7, 2, 10, 3, 6, 8, 1, 5, 9), strict=True)))
    assert isclose(found.tau or 0, 5 / 45)
    assert isclose(found.swapped, 20 / 45)
    assert agreement(Counter({(1, 1): 5, (2, 2): 5})).tau == 1
    assert agreement(Counter({(1, 2): 5, (2, 1): 5})).tau == -1
    assert agreement(Counter({(3, 3): 9})).tau is None


@given(st.lists(st.tuples(MARKS, MARKS), max_size=30))
def test_those_who_changed_and_all_marks_are_enough_to_know_every_pair(people):
    marks = Counter(mark for mark, _ in people)
    changed = Counter(pair for pair in people if pair[0] != pair[1])
    assert joint(marks, [(*pair, count) for pair, count in changed.items()]) == Counter(people)
