"""Tallies of parts add up to the tally of the whole, however it is cut; and what a tally counts is right."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.scoring.document import parse_scheme
from credit.scoring.engine import FACTS
from credit.scoring.impact.comparing import Comparison, favourable_bands, variants
from credit.scoring.impact.tallies import Part, empty, from_plain, merge, reasons_in, tally, to_plain
from tests.examples import tries
from tests.scoring.reference import answer_of
from tests.scoring.strategies import records, schemes

ON = date(2026, 11, 23)
CODES = st.sampled_from(["a", "b", "unknown"])


@st.composite
def populations(draw: st.DrawFn) -> dict[str, Any]:
    """Two schemes, some people with their groups and records."""
    trees = [draw(schemes()), draw(schemes())]
    codes = sorted({category["code"] for tree in trees for category in tree["categories"]})
    people = []
    for subject in range(draw(st.integers(0, 8))):
        some = st.lists(records(codes, ON), max_size=4, unique_by=lambda one: one["id"]) if codes else st.just([])
        people.append({"subject": subject, "origin": draw(CODES), "region": draw(CODES), "records": draw(some)})
    return {"trees": trees, "people": people, "first": draw(st.booleans())}


def part_of(people: list[dict[str, Any]], kind: str = "individual") -> Part:
    rows = [
        {
            "subject": one["subject"],
            "record": record["id"],
            **{name: record[name] for name in ("category", "kind", "source", "value", "disputed")},
            "decided_on": date.fromisoformat(record["decided_on"]),
            "ends_on": record["ends_on"] and date.fromisoformat(record["ends_on"]),
        }
        for one in people
        for record in one["records"]
    ]
    columns = {"subject": pl.Int64, "origin": pl.String, "region": pl.String}
    named = [{name: one[name] for name in columns} for one in people]
    return Part(kind, pl.DataFrame(named, schema=columns), pl.DataFrame(rows, schema=FACTS))  # type: ignore[arg-type]


def comparison_of(trees: list[dict[str, Any]], *, first: bool = False) -> Comparison:
    before, after = (parse_scheme(tree) for tree in trees)
    sides = [{"individual": rules, "company": rules} for rules in (before, after)]
    return Comparison(None if first else sides[0], sides[1], ON)


@settings(max_examples=tries(25))
@given(populations(), st.data())
def test_any_cut_gives_the_same_tally(world, data):
    comparison = comparison_of(world["trees"], first=world["first"])
    people = world["people"]
    whole = merge([tally(part_of(people), comparison)])
    where = data.draw(st.lists(st.integers(0, 3), min_size=len(people), max_size=len(people)))
    cut = [part_of([one for one, place in zip(people, where, strict=True) if place == part]) for part in range(4)]
    parts = [tally(one, comparison) for one in cut]
    shuffled = data.draw(st.permutations(parts))
    assert to_plain(merge(shuffled)) == to_plain(whole)
    two_by_two = merge([merge(shuffled[:2]), merge(shuffled[2:])])
    assert to_plain(two_by_two) == to_plain(whole)
    assert to_plain(from_plain(to_plain(whole))) == to_plain(whole)


@settings(max_examples=tries(25))
@given(populations())
def test_marks_and_moves_are_those_of_the_slow_exact_computation(world):
    comparison = comparison_of(world["trees"])
    counted = tally(part_of(world["people"]), comparison)
    expected: dict[tuple[str | None, str | None], int] = {}
    moves = dict.fromkeys(("up", "down", "same", "gained", "lost", "none"), 0)
    for one in world["people"]:
        old, new = (_answer(tree, one["records"]) for tree in world["trees"])
        cell = old["band"], new["band"]
        expected[cell] = expected.get(cell, 0) + 1
        moves[_move(old["score"], new["score"])] += 1
    matrix = counted["groups"].filter(pl.col("dimension") == "kind")
    assert {(old, new): n for old, new, n in matrix.select("before", "after", "count").iter_rows()} == expected
    found = dict(counted["moves"].select("move", "count").iter_rows())
    assert found == {move: count for move, count in moves.items() if count}
    for row in counted["largest"].iter_rows(named=True):
        assert sum(tenths for _, tenths in reasons_in(row["because"])) == 10 * (row["after"] - row["before"])


@settings(max_examples=tries(20))
@given(populations())
def test_what_another_weight_changes_is_what_the_slow_computation_says(world):
    comparison = comparison_of(world["trees"])
    counted = tally(part_of(world["people"]), comparison)
    tree = world["trees"][1]
    expected: dict[tuple[str, str, str], int] = {}
    for variant in variants(comparison.after["individual"]):
        other = {**tree, "categories": [dict(one) for one in tree["categories"]]}
        next(one for one in other["categories"] if one["code"] == variant.category)["weight"] = variant.weight
        pairs = [[_answer(scheme, one["records"]) for scheme in (tree, other)] for one in world["people"]]
        for table, field in (("varied", "score"), ("rebanded", "band")):
            if moved := sum(now[field] != then[field] for now, then in pairs):
                expected[table, variant.category, variant.direction] = moved
    found: dict[tuple[str, str, str], int] = {}
    for table in ("varied", "rebanded"):
        for code, direction, count in counted[table].select("category", "direction", "count").iter_rows():
            found[table, code, direction] = found.get((table, code, direction), 0) + count
    assert found == expected


def _answer(tree: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    known = {category["code"] for category in tree["categories"]}
    some = [record for record in records if record["category"] in known]
    return answer_of({"scheme": tree, "as_of": ON.isoformat(), "records": some})


def _move(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        return "none" if old is new else "gained" if old is None else "lost"
    return "up" if new > old else "down" if new < old else "same"


def test_nobody_adds_nothing():
    assert to_plain(merge([])) == to_plain(empty())
    assert to_plain(merge([empty(), empty()])) == to_plain(empty())


@pytest.mark.parametrize(("weight", "up", "down"), [(120, 132, 108), (25, 28, 22), (1, 2, 0), (4, 5, 3)])
def test_a_weight_goes_up_and_down_by_a_tenth_and_at_least_one_point(weight, up, down):
    tree = {"code": "c", "version": 1, "base": 600, "min": 0, "max": 1000, "disputed": "count", "bands": []}
    category = {"code": "tax", "weight": weight, "floor": -9, "cap": 9, "decay": "none"}
    rules = parse_scheme({**tree, "categories": [category, {**category, "code": "city", "weight": 0}]})
    assert [(one.category, one.weight) for one in variants(rules)] == [("tax", up), ("tax", down)]


def test_favourable_is_above_where_everybody_starts():
    bands = [{"name": "A", "from": 650}, {"name": "AA", "from": 780}, {"name": "B", "from": 600}]
    tree = {"code": "c", "version": 1, "base": 600, "min": 0, "max": 1000, "disputed": "count", "categories": []}
    assert favourable_bands(parse_scheme({**tree, "bands": bands})) == ("AA", "A")
    assert favourable_bands(parse_scheme({**tree, "bands": bands[2:]})) == ("B",)
