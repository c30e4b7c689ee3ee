"""Why a mark is another than before: whatever the two moments, the lines are exactly the difference."""

import json
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.scoring.changes import Cause, Moment, change
from credit.scoring.document import parse, parse_scheme
from credit.scoring.engine import FACTS
from tests.examples import tries
from tests.scoring.reference import answer_of
from tests.scoring.strategies import DAYS, documents, records, schemes

DAY = date(2026, 6, 1)
RULES = parse_scheme(
    {
        "code": "open",
        "version": 1,
        "base": 600,
        "min": 0,
        "max": 1000,
        "disputed": "count",
        "bands": [],
        "categories": [
            {"code": "market", "weight": 100, "floor": -150, "cap": 60, "decay": "linear"},
            {"code": "tax", "weight": 120, "floor": -120, "cap": 120, "decay": "none"},
        ],
        "threshold": 1,
    }
)


def fact(record="p", **changes):
    usual = {
        "subject": 0,
        "record": record,
        "category": "market",
        "kind": "event",
        "source": "m/penalty",
        "value": -500,
        "decided_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
        "disputed": False,
    }
    return usual | changes


def rating(record, **changes):
    return fact(record, **{"category": "tax", "kind": "rating", "source": "t/grade", "ends_on": None, **changes})


def moment(*facts, as_of=DAY, rules=RULES):
    return Moment(rules, as_of, pl.DataFrame(list(facts), schema=FACTS, orient="row"))


STEADY = fact("p", ends_on=None)


@pytest.mark.parametrize(
    ("before", "after", "causes"),
    [
        (moment(STEADY), moment(STEADY), []),
        (moment(STEADY), moment(STEADY, rating("t", value=1000)), [("t", Cause.ADDED, 1200)]),
        (moment(STEADY, rating("t", value=1000)), moment(STEADY), [("t", Cause.GONE, -1200)]),
        (moment(STEADY), moment(fact("p", ends_on=None, value=-1000)), [("p", Cause.CHANGED, -500)]),
        (moment(fact()), moment(fact(), as_of=DAY + timedelta(days=73)), [("p", Cause.FADED, 100)]),
        (moment(STEADY, fact("q")), moment(STEADY, fact("q"), as_of=date(2027, 1, 1)), [("q", Cause.ENDED, 293)]),
        (
            moment(STEADY, fact("q", decided_on=date(2026, 7, 1), ends_on=None)),
            moment(STEADY, fact("q", decided_on=date(2026, 7, 1), ends_on=None), as_of=date(2026, 7, 1)),
            [("q", Cause.STARTED, -500)],
        ),
        (
            moment(rating("t1", value=1000)),
            moment(rating("t1", value=1000), rating("t2", value=-1000, decided_on=date(2026, 2, 1))),
            [("t1", Cause.REPLACED, -1200), ("t2", Cause.ADDED, -1200)],
        ),
        (
            moment(rating("t1", value=1000), rating("t2", value=-1000, decided_on=date(2026, 2, 1))),
            moment(rating("t1", value=1000)),
            [("t1", Cause.BACK, 1200), ("t2", Cause.GONE, 1200)],
        ),
        (
            moment(STEADY, rules=replace(RULES, disputed="exclude", threshold=0)),
            moment(fact("p", ends_on=None, disputed=True), rules=replace(RULES, disputed="exclude", threshold=0)),
            [("p", Cause.DISPUTED, 500)],
        ),
        (
            moment(STEADY, rating("t", value=1000)),
            moment(STEADY, rating("t", value=1000), rules=replace(RULES, version=2, categories=RULES.categories[:1])),
            [("t", Cause.DROPPED, -1200)],
        ),
        (
            moment(STEADY),
            moment(STEADY, rules=replace(RULES, categories=(replace(RULES.categories[0], weight=200),))),
            [("p", Cause.WEIGHED, -500)],
        ),
    ],
)
def test_each_line_has_its_cause(before, after, causes):
    found = change(before, after)
    lines = [(line.record, line.cause, line.tenths) for line in found.lines if line.record]
    assert lines == causes
    assert sum(line.tenths for line in found.lines) == found.tenths


def test_a_rating_that_was_replaced_names_the_one_that_counts():
    new = rating("t2", value=400, decided_on=date(2026, 2, 1))
    lines = change(moment(rating("t1")), moment(rating("t1"), new)).lines
    assert [(line.record, line.other) for line in lines] == [("t1", "t2"), ("t2", None)]


def test_a_fading_record_and_a_new_one_are_two_lines():
    found = change(moment(fact()), moment(fact(), rating("t", value=1000), as_of=DAY + timedelta(days=73)))
    assert [(line.record, line.cause) for line in found.lines if line.record] == [
        ("p", Cause.FADED),
        ("t", Cause.ADDED),
    ]


def test_what_a_floor_gives_back_is_a_line_too():
    found = change(
        moment(fact("p", ends_on=None, value=-1000)), moment(*(fact(r, ends_on=None, value=-1000) for r in "pq"))
    )
    assert [(line.record or line.reason, line.tenths) for line in found.lines] == [("q", -1000), ("floor", 500)]


def test_a_first_mark_is_its_whole_sum_and_one_that_is_lost_says_what_it_lacks():
    first = change(moment(), moment(STEADY))
    assert (first.before, first.after, first.tenths) == (None, 550, None)
    assert [(line.cause, line.tenths) for line in first.lines] == [(Cause.BASE, 6000), (Cause.ADDED, -500)]
    lost = change(moment(STEADY), moment())
    assert (lost.before, lost.after) == (550, None)
    assert [(line.record, line.cause) for line in lost.lines] == [("p", Cause.GONE)]
    assert change(None, moment(STEADY)).after == 550
    assert change(None, moment()).lines == ()


@st.composite
def moments(draw):
    """Two moments of one subject: anything between them may be another, or nothing."""
    tree = draw(documents())
    first = parse(json.dumps(tree).encode())
    codes = [category.code for category in first.scheme.categories]
    later = draw(st.one_of(st.just(first.as_of), DAYS))
    other = parse_scheme(draw(schemes())) if draw(st.booleans()) else first.scheme
    kept = [row for row in first.facts.iter_rows(named=True) if draw(st.booleans())]
    kept = [{**row, "value": draw(st.sampled_from([row["value"], 100]))} for row in kept]
    new = parse(
        json.dumps(
            {
                **tree,
                "records": draw(st.lists(records(codes, later), max_size=3, unique_by=lambda r: r["id"]))
                if codes
                else [],
            }
        ).encode()
    )
    names = {row["record"] for row in kept}
    facts = [*kept, *(row for row in new.facts.iter_rows(named=True) if row["record"] not in names)]
    after = pl.DataFrame(facts, schema=FACTS, orient="row").sort("record")
    return Moment(first.scheme, first.as_of, first.facts.sort("record")), Moment(other, later, after), tree


@settings(max_examples=tries(150))
@given(moments())
def test_the_lines_are_exactly_the_difference(two):
    before, after, tree = two
    found = change(before, after)
    assert found.before == answer_of(tree)["score"]
    total = sum(line.tenths for line in found.lines)
    if found.after is None:
        assert found.tenths is None
    elif found.before is None:
        assert total == found.after * 10
    else:
        assert total == found.tenths == (found.after - found.before) * 10
    for line in found.lines:
        assert line.tenths == (line.after or 0) - (line.before or 0)


@settings(max_examples=tries(50))
@given(moments())
def test_there_and_back_is_nothing(two):
    before, after, _ = two
    there, back = change(before, after), change(after, before)
    if there.tenths is not None:
        assert back.tenths == -there.tenths
