"""The four-fifths rule, on numbers that one can work out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.impact.fairness import FEWEST, Finding, Outcome, Verdict, four_fifths
from credit.scoring.impact.telling import told


def findings(*groups: tuple[str, int, int]) -> dict[str, Finding]:
    return {one.group: one for one in four_fifths([Outcome(*group) for group in groups])}


def test_the_guidelines_own_example():
    """Questions and Answers on the Uniform Guidelines, no. 12 (44 FR 11996): 48 of 80 hired, and 12 of 40: 60 % and
    30 %, ratio 50 %, so adverse impact."""
    found = findings(("white", 80, 48), ("black", 40, 12))
    assert found["white"].verdict is Verdict.REFERENCE
    assert (found["black"].rate, found["black"].ratio) == (0.3, 0.5)
    assert found["black"].verdict is Verdict.BELOW
    assert found["black"].method == "z"
    assert found["black"].p == pytest.approx(
        0.0019, abs=1e-4
    )  # pooled 0.5, z = 0.3 / sqrt(.25 * (1/80 + 1/40)) = 3.098


@pytest.mark.parametrize(
    ("favourable", "ratio", "verdict"),
    [
        (40, 0.8, Verdict.WITHIN),  # four fifths exactly is enough
        (39, 0.78, Verdict.BELOW_MAYBE_CHANCE),  # z = 1.56, p = 0.119
        (30, 0.6, Verdict.BELOW),  # z = 2.89, p = 0.004
    ],
)
def test_the_verdicts_of_a_hundred_against_fifty_of_a_hundred(favourable, ratio, verdict):
    found = findings(("most", 100, 50), ("other", 100, favourable))["other"]
    assert (found.ratio, found.verdict) == (pytest.approx(ratio), verdict)


def test_a_small_difference_of_many_is_no_chance():
    found = findings(("most", 100_000, 50_000), ("other", 100_000, 45_000))["other"]
    assert (found.ratio, found.verdict) == (pytest.approx(0.9), Verdict.WITHIN_BUT_NOT_CHANCE)


def test_small_groups_are_too_few_to_tell_and_no_reference():
    found = findings(("many", 100, 40), ("few", FEWEST - 1, FEWEST - 1))
    assert found["many"].verdict is Verdict.REFERENCE
    assert (found["few"].verdict, found["few"].ratio, found["few"].p) == (Verdict.TOO_FEW, None, None)


def test_the_unknown_are_told_and_not_compared():
    found = findings(("many", 100, 40), ("unknown", 100, 90))
    assert found["many"].verdict is Verdict.REFERENCE
    assert (found["unknown"].verdict, found["unknown"].rate) == (Verdict.NOT_COMPARED, 0.9)


def test_where_nobody_reaches_it_there_is_nothing_to_compare():
    assert {one.verdict for one in findings(("a", 50, 0), ("b", 60, 0)).values()} == {Verdict.TOO_FEW}


@pytest.mark.parametrize("hidden", [1, 2, 3, 4])
def test_nobody_learns_from_a_rate_how_many_of_less_than_five(hidden):
    few = [findings(("most", 100, 50), ("other", 100, count))["other"] for count in (hidden, 4)]
    assert few[0].rate == few[1].rate == 0.04
    most = [findings(("most", 100, 50), ("other", 100, 100 - count))["other"] for count in (hidden, 4)]
    assert most[0].rate == most[1].rate == 0.96
    assert few[0].p == few[1].p
    assert findings(("only", 20, hidden))["only"].rate is None
    assert findings(("only", 20, 20 - hidden))["only"].rate is None


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), max_size=8))
def test_no_ratio_is_above_one_and_one_of_the_judged_is_the_reference(groups):
    found = four_fifths([Outcome(str(place), n, int(n * part)) for place, (n, part) in enumerate(groups)])
    assert all(one.ratio is None or 0 <= one.ratio <= 1 for one in found)
    judged = [one for one in found if one.ratio is not None]
    assert sum(one.verdict is Verdict.REFERENCE for one in found) == bool(judged)


@given(st.integers(0, 10**7))
def test_a_told_count_is_near_a_multiple_of_five_and_never_small(count):
    said = told(count)
    assert (said is None) == (0 < count < 5)
    if said is not None:
        assert said % 5 == 0
        assert abs(said - count) <= 2
