"""The engine against the golden cases and against the slow exact reference."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.scoring.document import answer, parse, recalculate
from credit.scoring.engine import compute, next_change
from tests.examples import tries
from tests.scoring.reference import answer_of
from tests.scoring.strategies import documents, records, schemes

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "recalculation.json").read_text())
AS_OF = date(2026, 11, 23)


def answered(tree: dict[str, Any]) -> dict[str, Any]:
    return answer(recalculate(parse(json.dumps(tree).encode())))


def scheme_of(**changes: Any) -> dict[str, Any]:
    category = {"code": "tax", "weight": 100, "floor": -500, "cap": 500, "decay": "none"}
    bands = [{"name": "B", "from": 500}]
    scheme = {"code": "open", "version": 1, "base": 600, "min": 0, "max": 1000, "disputed": "count", "bands": bands}
    return {**scheme, "categories": [{**category, **changes.pop("category", {})}], **changes}


def record_of(name: str = "r1", **changes: Any) -> dict[str, Any]:
    record = {"id": name, "category": "tax", "kind": "event", "source": "a/n", "value": -500, "disputed": False}
    return {**record, "decided_on": "2026-01-01", "ends_on": None, **changes}


def document_of(*some: dict[str, Any], scheme: dict[str, Any] | None = None, as_of: date = AS_OF) -> dict[str, Any]:
    form = "plainmark-recalculation/1"
    return {"format": form, "as_of": as_of.isoformat(), "scheme": scheme or scheme_of(), "records": list(some)}


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["document"]["as_of"])
def test_golden_cases_are_exact(case):
    assert answered(case["document"]) == case["expect"]
    assert answer_of(case["document"]) == case["expect"]


@settings(max_examples=tries(400))
@given(documents())
def test_engine_agrees_with_the_rationals(tree):
    assert answered(tree) == answer_of(tree)


@settings(max_examples=tries(200))
@given(documents())
def test_base_contributions_and_adjustments_end_in_the_score(tree):
    right = answered(tree)
    lines = right["contributions"] + right["adjustments"]
    tenths = sum(int(line["points"].replace(".", "")) for line in lines)
    if right["score"] is None:
        assert len(right["contributions"]) < tree["scheme"]["threshold"]
        assert right["adjustments"] == []
    else:
        assert tree["scheme"]["base"] * 10 + tenths == right["score"] * 10


@settings(max_examples=tries(60))
@given(st.data(), schemes().filter(lambda scheme: scheme["categories"]))
def test_many_subjects_at_once_are_the_same_as_one_by_one(data, scheme):
    codes = [category["code"] for category in scheme["categories"]]
    lists = st.lists(records(codes, AS_OF), max_size=6, unique_by=lambda record: record["id"])
    files = data.draw(st.lists(lists, min_size=1, max_size=5))
    alone = [parse(json.dumps(document_of(*some, scheme=scheme)).encode()) for some in files]
    facts = pl.concat([one.facts.with_columns(subject=pl.lit(key, pl.Int64)) for key, one in enumerate(alone)])
    order = pl.Series(reversed(range(len(files))))
    marks = compute(facts.sample(fraction=1, shuffle=True, seed=1), alone[0].scheme, AS_OF, order)
    assert marks.scores["subject"].to_list() == order.to_list()
    scores = {row["subject"]: (row["score"], row["band"]) for row in marks.scores.iter_rows(named=True)}
    factors = marks.factors
    for key, one in enumerate(alone):
        right = answer(recalculate(one))
        assert scores[key] == (right["score"], right["band"])
        assert factors.filter(pl.col("subject") == key)["category"].to_list() == right["factors"]
        assert marks.contributions.filter(pl.col("subject") == key).height == len(right["contributions"])


@pytest.mark.parametrize(("weight", "value", "points"), [
    (5, 10, "0.0"), (15, 10, "0.2"), (25, 10, "0.2"), (35, 10, "0.4"),
    (5, -10, "0.0"), (-15, 10, "-0.2"), (25, -10, "-0.2"),
])  # fmt: skip
def test_a_half_of_a_tenth_goes_to_the_even_one(weight, value, points):
    tree = document_of(record_of(value=value), scheme=scheme_of(category={"weight": weight}))
    assert answered(tree)["contributions"][0]["points"] == points


@pytest.mark.parametrize(("base", "score"), [(600, 600), (601, 602), (-601, -600)])
def test_half_a_point_of_the_score_goes_to_the_even_one(base, score):
    scheme = scheme_of(base=base, min=-1000, category={"weight": 1})
    assert answered(document_of(record_of(value=500), scheme=scheme))["score"] == score


def test_the_last_day_counts_and_the_day_of_the_end_does_not():
    record = record_of(decided_on="2024-02-28", ends_on="2024-03-01")
    linear = scheme_of(category={"decay": "linear"})
    days = [date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    lines = [answered(document_of(record, scheme=linear, as_of=day))["contributions"] for day in days]
    assert [[line["points"] for line in some] for some in lines] == [[], ["-50.0"], ["-25.0"], []]


def test_of_ratings_of_one_day_the_greatest_id_counts_as_text_is_ordered():
    ratings = [record_of(name, kind="rating", value=100) for name in ("r10", "r9", "R99")]
    assert [line["record"] for line in answered(document_of(*ratings))["contributions"]] == ["r9"]


def test_a_disputed_newer_rating_left_out_lets_the_older_one_count():
    ratings = [record_of("old", kind="rating"), record_of("new", kind="rating", decided_on="2026-05-01", disputed=True)]
    left_out = answered(document_of(*ratings, scheme=scheme_of(disputed="exclude")))
    assert [line["record"] for line in left_out["contributions"]] == ["old"]
    assert [line["record"] for line in answered(document_of(*ratings))["contributions"]] == ["new"]


def test_a_category_without_records_is_held_too():
    right = answered(document_of(scheme=scheme_of(category={"floor": -50, "cap": -20})))
    assert right["adjustments"] == [{"category": "tax", "reason": "cap", "points": "-20.0"}]
    assert (right["score"], right["factors"]) == (580, ["tax"])


def test_the_largest_numbers_allowed_are_exact():
    extreme = 1_000_000_000
    category = {"weight": -extreme, "floor": -extreme, "cap": extreme, "decay": "linear"}
    scheme = scheme_of(base=-extreme, min=-extreme, max=extreme, category=category)
    record = record_of(value=-999, decided_on="0001-01-01", ends_on="9999-12-31")
    tree = document_of(record, scheme=scheme, as_of=date(3, 1, 1))
    assert answered(tree) == answer_of(tree)


def test_a_category_that_the_scheme_does_not_know_is_never_passed_over():
    document = parse(json.dumps(document_of(record_of())).encode())
    with pytest.raises(pl.exceptions.InvalidOperationError):
        recalculate(replace(document, facts=document.facts.with_columns(category=pl.lit("customs"))))


def stale_from(*some: dict[str, Any], decay: str = "none") -> date | None:
    document = parse(json.dumps(document_of(*some, scheme=scheme_of(category={"decay": decay}))).encode())
    days = next_change(document.facts, recalculate(document))["stale_from"].to_list()
    return days[0] if days else None


def test_a_mark_is_stale_from_tomorrow_while_something_fades_else_from_the_next_start_or_end():
    ending, coming = record_of("r1", ends_on="2027-03-01"), record_of("r2", decided_on="2027-02-01")
    assert stale_from() is None
    assert stale_from(record_of()) is None
    assert stale_from(ending) == date(2027, 3, 1)
    assert stale_from(ending, coming) == date(2027, 2, 1)
    assert stale_from(ending, decay="linear") == date(2026, 11, 24)
    assert stale_from({**ending, "kind": "rating"}, decay="linear") == date(2027, 3, 1)
    assert stale_from({**ending, "value": 0}, decay="linear") == date(2027, 3, 1)
    assert stale_from(record_of(ends_on="2026-11-23")) is None
