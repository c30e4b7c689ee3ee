"""The two tests, against values that others published or that can be worked out by hand."""

from fractions import Fraction
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.impact.significance import compare, fisher_exact, two_proportions, z_of


def test_fisher_s_own_tea_tasting():
    """R. A. Fisher, The Design of Experiments (1935): 3 of 4 cups right. Two-sided 34/70, as R's fisher.test says."""
    assert isclose(fisher_exact(3, 1, 1, 3), 34 / 70)
    assert isclose(fisher_exact(4, 0, 0, 4), 2 / 70)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((1, 9, 11, 3), 0.002759456),  # studying and sex, en.wikipedia.org/wiki/Fisher's_exact_test
        ((8, 2, 1, 5), 0.03496503),  # scipy.stats.fisher_exact's documentation
        ((2, 10, 15, 3), 0.0005367241),  # convictions of twins, R's fisher.test (Agresti 1990)
        ((0, 5, 0, 5), 1.0),
        ((5, 0, 5, 0), 1.0),
    ],
)
def test_fisher_gives_known_p_values(table, p):
    assert isclose(fisher_exact(*table), p, rel_tol=1e-5)


@given(*[st.integers(0, 12)] * 4)
def test_fisher_is_the_sum_of_the_exact_chances(a, b, c, d):
    row, column, total = a + b, a + c, a + b + c + d
    cells = range(max(0, row + column - total), min(row, column) + 1)
    chances = {x: Fraction(comb(column, x) * comb(total - column, row - x), comb(total, row)) for x in cells}
    exact = sum(chance for chance in chances.values() if chance <= chances[a])
    assert isclose(fisher_exact(a, b, c, d), exact, rel_tol=1e-6)


def test_z_gives_the_value_that_one_works_out_by_hand():
    """60 of 100 against 40 of 100: pooled 0.5, error sqrt(0.5 * 0.5 * 0.02) = 0.0707…, so z = 2.828…, p = 0.00468."""
    assert isclose(z_of(60, 100, 40, 100), 2.8284271247)
    assert isclose(two_proportions(60, 100, 40, 100), 0.004677735, rel_tol=1e-6)
    assert isclose(two_proportions(40, 100, 60, 100), two_proportions(60, 100, 40, 100))


def test_z_of_equal_or_whole_shares_is_no_difference():
    assert two_proportions(10, 100, 100, 1000) == 1
    assert two_proportions(5, 5, 7, 7) == 1
    assert two_proportions(0, 5, 0, 7) == 1


def test_small_cells_are_fishers_and_large_ones_the_normal_s():
    assert compare(1, 10, 9, 14).method == "fisher"  # expected: 10 x 10 / 24 = 4.2
    assert compare(60, 100, 40, 100) == ("z", two_proportions(60, 100, 40, 100))


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_p_is_a_chance_whichever_test(all_, other_all, data):
    good, other = data.draw(st.integers(0, all_)), data.draw(st.integers(0, other_all))
    test = compare(good, all_, other, other_all)
    assert 0 <= test.p <= 1
    assert isclose(test.p, compare(other, other_all, good, all_).p, rel_tol=1e-6, abs_tol=1e-12)
