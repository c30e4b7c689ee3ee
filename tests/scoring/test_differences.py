"""What one version changed: no number and no word of a scheme can change unseen."""

import copy
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.differences import changes
from credit.scoring.rules import KINDS
from credit.scoring.saying import SaysHow
from credit.scoring.schemefile import read_scheme
from credit.scoring.showing import shown_changes
from tests.scoring.conftest import OPEN_1

STARTS, LATER = date(2026, 1, 1), date(2027, 1, 1)
TREE = read_scheme(OPEN_1.read_bytes()).tree
NEXT = read_scheme(OPEN_1.with_name("open-2.toml").read_bytes()).tree


def leaves(tree, path=()):
    """Every place in a tree at which something is said."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in parts:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


LEAVES = [path for path in leaves(TREE) if path not in {("code",), ("version",)}]


def changed(path, value):
    tree = copy.deepcopy(TREE)
    part = tree
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return tree


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_whatever_a_scheme_says_its_change_is_seen(path):
    old = TREE
    for key in path:
        old = old[key]
    value = old + 7 if isinstance(old, int) else f"{old}!"
    found = changes((TREE, STARTS), (changed(path, value), STARTS))
    assert found
    if path[-1] not in ("name", "code"):  # another name of a band or code of a category is another band or category
        assert value in {change.after for change in found}
        assert old in {change.before for change in found}


def test_equal_schemes_have_no_difference_and_another_day_is_one():
    assert changes((TREE, STARTS), (TREE, STARTS)) == []
    (day,) = changes((TREE, STARTS), (TREE, LATER))
    assert (day.fact.what, day.before, day.after) == ("in_force_from", STARTS, LATER)


@given(weight=st.integers(0, 500), own=st.integers(0, 500))
def test_a_number_is_told_for_the_kind_that_it_changed_for(weight, own):
    place = next(n for n, part in enumerate(TREE["categories"]) if part["code"] == "customs")
    tree = copy.deepcopy(TREE)
    tree["categories"][place] |= {"weight": weight}
    tree["categories"][place]["individual"] = {**tree["categories"][place]["individual"], "weight": own}
    found = {change.fact.kind: (change.before, change.after) for change in changes((TREE, STARTS), (tree, STARTS))}
    expected = {
        kind: pair for kind, pair in {"company": (80, weight), "individual": (30, own)}.items() if len({*pair}) > 1
    }
    assert found == expected


def test_a_number_that_changed_alike_for_both_is_one_change():
    place = next(n for n, part in enumerate(TREE["categories"]) if part["code"] == "tax")
    (one,) = changes((TREE, STARTS), (changed(("categories", place, "weight"), 130), STARTS))
    assert (one.fact.kind, one.by) == ("", 10)
    assert one.fact.kind not in KINDS


class Says(SaysHow):
    def __init__(self, tree):
        self.document = tree


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_words_are_shown_in_the_readers_language_and_those_in_the_other_apart(language):
    with translation.override(language):
        before, after = Says(TREE), Says(NEXT)
        shown = shown_changes(changes((TREE, STARTS), (NEXT, LATER)), before, after)
    assert {row.language for row in shown.words} == {""}
    assert {row.language for row in shown.other_words} == {"zh-hans" if language == "en" else "en"}
    assert len(shown.words) == len(shown.other_words) > 0
    numbers = {(row.where, row.what, row.whom) for row in shown.numbers}
    assert len(numbers) == len(shown.numbers) > 5
