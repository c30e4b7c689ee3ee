"""Malformed documents are refused with the path of the field; well-formed ones come back unchanged."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.scoring.document import answer, differences, parse, recalculate, render
from credit.scoring.strictjson import Malformed
from tests.examples import tries
from tests.scoring.strategies import documents

GOOD: dict[str, Any] = {
    "format": "plainmark-recalculation/1",
    "as_of": "2026-11-23",
    "scheme": {
        "code": "open", "version": 1, "base": 600, "min": 0, "max": 1000, "disputed": "count",
        "bands": [{"name": "B", "from": 500}, {"name": "C", "from": 0}],
        "categories": [{"code": "tax", "weight": 120, "floor": -120, "cap": 60, "decay": "linear"}],
    },
    "records": [{
        "id": "r1", "category": "tax", "kind": "event", "source": "tax-beijing/penalty",
        "value": -500, "decided_on": "2025-01-01", "ends_on": "2028-01-01", "disputed": False,
    }],
}  # fmt: skip
MISSING = object()


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    LEAVES, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3), max_leaves=10
)


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    tree = copy.deepcopy(GOOD)
    place: Any = tree
    for step in path[:-1]:
        place = place[step]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return tree


def shown(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


RECORD, SCHEME, CATEGORY, BAND = ("records", 0), ("scheme",), ("scheme", "categories", 0), ("scheme", "bands", 0)
NUMBERS = [(*SCHEME, "base"), (*SCHEME, "min"), (*SCHEME, "max"), (*SCHEME, "version"), (*CATEGORY, "weight"),
           (*CATEGORY, "floor"), (*CATEGORY, "cap"), (*BAND, "from"), (*RECORD, "value")]  # fmt: skip
TEXTS = [("format",), (*SCHEME, "code"), (*CATEGORY, "code"), (*BAND, "name"), (*RECORD, "id"), (*RECORD, "source"),
         (*SCHEME, "disputed"), (*CATEGORY, "decay"), (*RECORD, "kind"), (*RECORD, "category")]  # fmt: skip
DATES = [("as_of",), (*RECORD, "decided_on"), (*RECORD, "ends_on")]
OBJECTS = [(), SCHEME, CATEGORY, BAND, RECORD]
NO_NUMBERS = [True, False, 1.0, 0.5, 1e3, float("nan"), float("inf"), 10**9 + 1, -(10**30), 10**5000, "1", None, [], {}]
NO_DATES = ["2025-02-29", "2025-13-01", "0000-01-01", "20250101", "2025-W01-1", "2025-1-1", " 2025-01-01",
            "2025-01-01\n", "２０２５-01-01", "2025-01-01T00:00:00", "", 20250101, True, [], "nonsense"]  # fmt: skip
NO_TEXTS = ["", "x" * 301, 1, True, None, [], {}, "\ud800"]
FIELDS = [*NUMBERS, *TEXTS, *DATES, (*RECORD, "disputed"), ("records",), ("scheme",), (*SCHEME, "bands"),
          (*SCHEME, "categories")]  # fmt: skip


def refused_at(tree: Any) -> str:
    with pytest.raises(Malformed) as refusal:
        parse(tree if isinstance(tree, bytes) else json.dumps(tree).encode())
    assert str(refusal.value).startswith(refusal.value.path or "document: ")
    assert "\n" not in str(refusal.value)
    return refusal.value.path


@pytest.mark.parametrize("path", NUMBERS, ids=shown)
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:12] if value != 10**5000 else "endless")
def test_what_is_no_whole_number_in_range_is_refused(path, value):
    if value == 10**5000:
        text = json.dumps(changed(path, "ENDLESS")).replace('"ENDLESS"', "1" + "0" * 5000)
        assert refused_at(text.encode()) == shown(path)
    else:
        assert refused_at(changed(path, value)) == shown(path)


@pytest.mark.parametrize("path", TEXTS, ids=shown)
@pytest.mark.parametrize("value", NO_TEXTS, ids=lambda value: ascii(value)[:12])
def test_what_is_no_text_is_refused(path, value):
    assert refused_at(changed(path, value)) == shown(path)


@pytest.mark.parametrize("path", DATES, ids=shown)
@pytest.mark.parametrize("value", NO_DATES, ids=lambda value: repr(value)[:12])
def test_what_is_no_date_is_refused(path, value):
    assert refused_at(changed(path, value)) == shown(path)


@pytest.mark.parametrize("path", FIELDS, ids=shown)
def test_a_missing_field_is_refused(path):
    assert refused_at(changed(path, MISSING)) == shown(path)


@pytest.mark.parametrize("path", OBJECTS, ids=shown)
def test_an_unknown_field_is_refused(path):
    assert refused_at(changed((*path, "extra"), 1)) == shown((*path, "extra"))


@pytest.mark.parametrize("path", FIELDS, ids=shown)
def test_a_key_given_twice_is_refused(path):
    text = json.dumps(changed(path, "TWICE")).replace('"TWICE"', f'1, "{path[-1]}": 1')
    assert refused_at(text.encode()) == shown(path)


@pytest.mark.parametrize(
    ("path", "value", "at"),
    [
        ((*RECORD, "ends_on"), "2025-01-01", "records[0].ends_on"),
        ((*RECORD, "ends_on"), "2024-12-31", "records[0].ends_on"),
        ((*RECORD, "category"), "customs", "records[0].category"),
        ((*RECORD, "value"), 1001, "records[0].value"),
        (("records",), GOOD["records"] * 2, "records[1].id"),
        (("scheme", "bands"), [{"name": "B", "from": 1}, {"name": "B", "from": 2}], "scheme.bands[1].name"),
        (("scheme", "bands"), [{"name": "B", "from": 1}, {"name": "C", "from": 1}], "scheme.bands[1].from"),
        (("scheme", "categories"), GOOD["scheme"]["categories"] * 2, "scheme.categories[1].code"),
        ((*CATEGORY, "cap"), -121, "scheme.categories[0].cap"),
        (("scheme", "max"), -1, "scheme.max"),
        (("format",), "plainmark-recalculation/2", "format"),
        ((*RECORD, "disputed"), 0, "records[0].disputed"),
        (("answer",), [], "answer"),
        (("answer",), {"note": 1}, "answer.note"),
        (("answer",), {"score": 600.0}, "answer.score"),
    ],
)
def test_what_contradicts_itself_is_refused(path, value, at):
    assert refused_at(changed(path, value)) == at


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'"x"', b"\xff{}", b"[" * 200_000, b"{} {}", b"NaN", b"1e999"]
)
def test_what_is_no_document_is_refused(data):
    assert refused_at(data) == ""


@settings(max_examples=tries(100))
@given(documents())
def test_a_document_comes_back_as_it_went(tree):
    again = render(parse(json.dumps(tree).encode()))
    scheme = {name: value for name, value in tree["scheme"].items() if name != "threshold"}
    if recalculate(parse(json.dumps(tree).encode())).scores["score"].item() is None:
        scheme = tree["scheme"]
    assert again == {**tree, "scheme": scheme, "records": sorted(tree["records"], key=lambda record: record["id"])}


@settings(max_examples=tries(300))
@given(ANYTHING, st.sampled_from(FIELDS))
def test_whatever_stands_in_a_field_is_read_or_refused(value, path):
    at = ""
    try:
        recalculate(parse(json.dumps(changed(path, value)).encode()))
    except Malformed as refusal:
        at = refusal.path
    assert not at or at.startswith((str(path[0]), "records", "scheme"))


def test_true_is_not_one_in_an_answer_and_every_differing_field_is_named():
    right = answer(recalculate(parse(json.dumps(GOOD).encode())))
    assert differences(right, right) == []
    assert differences({**right, "score": True, "factors": []}, right) == ["score", "factors"]
    assert differences({}, right) == ["score", "band", "contributions", "adjustments", "factors"]
