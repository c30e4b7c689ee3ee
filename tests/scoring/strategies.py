"""Hypothesis strategies of valid recalculation documents, crowded where the rules turn: ties, ends, holds, extremes."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

EXTREME = 1_000_000_000
DAYS = st.one_of(
    st.dates(date(2024, 2, 26), date(2024, 3, 3)),
    st.sampled_from([date(1, 1, 1), date(2000, 2, 29), date(2023, 2, 28), date(9999, 12, 31)]),
    st.dates(date(2019, 1, 1), date(2031, 1, 1)),
)
SMALL = st.integers(-400, 400)
NUMBERS = st.one_of(SMALL, st.sampled_from([0, 5, 15, 25, 75, 333]), st.integers(-EXTREME, EXTREME))
VALUES = st.one_of(st.sampled_from([-1000, -500, -150, -50, -1, 0, 1, 50, 125, 1000]), st.integers(-1000, 1000))
CODES = st.one_of(st.sampled_from(["tax", "c0", "c1", "Tax", "a", "税"]), st.text("abz~é税", min_size=1, max_size=3))
IDS = st.one_of(st.text("rR019-税é😀", min_size=1, max_size=4), st.integers(0, 99).map(lambda n: f"r{n}"))


@st.composite
def categories(draw: st.DrawFn) -> list[dict[str, Any]]:
    result = []
    for code in draw(st.lists(CODES, max_size=6, unique=True)):
        floor, cap = sorted((draw(NUMBERS), draw(NUMBERS)))
        decay = draw(st.sampled_from(["none", "linear"]))
        result.append({"code": code, "weight": draw(NUMBERS), "floor": floor, "cap": cap, "decay": decay})
    return result


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, Any]:
    minimum, maximum = sorted((draw(NUMBERS), draw(NUMBERS)))
    starts = draw(st.lists(NUMBERS, max_size=5, unique=True))
    return {
        "code": "open",
        "version": draw(st.integers(1, 9)),
        "base": draw(NUMBERS),
        "min": minimum,
        "max": maximum,
        "disputed": draw(st.sampled_from(["count", "exclude"])),
        "bands": [{"name": f"B{place}", "from": start} for place, start in enumerate(starts)],
        "categories": draw(categories()),
        **draw(st.sampled_from([{}, {}, {"threshold": 0}, {"threshold": 1}, {"threshold": 3}])),
    }


@st.composite
def records(draw: st.DrawFn, codes: list[str], as_of: date) -> dict[str, Any]:
    decided = draw(st.one_of(DAYS, st.just(as_of)).filter(lambda day: day < date.max))
    length = draw(st.one_of(st.integers(1, 40), st.sampled_from([1, 2, 3, 4, 8, 20, 365, 1096]), st.just(0)))
    left = (date.max - decided).days
    ends = None if length == 0 else decided + timedelta(days=min(length, left))
    return {
        "id": draw(IDS),
        "category": draw(st.sampled_from(codes)),
        "kind": draw(st.sampled_from(["rating", "event"])),
        "source": draw(st.sampled_from(["a/n", "b/n", "b/N"])),
        "value": draw(VALUES),
        "decided_on": decided.isoformat(),
        "ends_on": ends and ends.isoformat(),
        "disputed": draw(st.booleans()),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    scheme, as_of = draw(schemes()), draw(DAYS)
    codes = [category["code"] for category in scheme["categories"]]
    some = st.lists(records(codes, as_of), max_size=12, unique_by=lambda record: record["id"]) if codes else st.just([])
    return {
        "format": "plainmark-recalculation/1",
        "as_of": as_of.isoformat(),
        "scheme": scheme,
        "records": draw(some),
    }
