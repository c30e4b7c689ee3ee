"""JSON and NDJSON: element by element, whatever stands in them, in bounded memory."""

import json
import tracemalloc

import pytest

from credit.records import notations
from credit.records.notations.reading import read
from tests import factories
from tests.records.files import faults

COURT = "court-judgment-debtors"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", [(None, None, "file.empty")]),
        ("[1]", [(None, None, "file.format")]),
        ("[{}]", [(None, None, "file.format")]),
        ('[{"iname": 1]', [(None, None, "file.format")]),
        ('[{"iname": NaN}]', [(None, None, "file.format")]),
        ('[{"iname": "a", "iname": "b"}]', [(None, None, "file.format")]),
        ('[{"iname": "a"}] and more', [(None, None, "file.format")]),
        ('{"data": [', [(None, None, "file.format")]),
        ("[" * 100_000, [(None, None, "file.format")]),
        ('[{"a":' + "[" * 100_000, [(None, None, "file.format")]),
        ('[{"a":[' + "[]," * 100_000 + "[]]}]", [(None, None, "file.format")]),
        ('[{"a":"}","b":[' + "[]," * 100_000 + "[]]}]", [(None, None, "file.format")]),
        ("[{" + ",".join(f'"{n}":1' for n in range(10_000)) + "}]", [(None, None, "file.format")]),
        ('[{"a":"' + "x" * 5_000 + '"', [(None, None, "file.format")]),
    ],
)
def test_json_that_is_refused(text, found):
    assert faults(text.encode(), COURT, "court.json") == found


@pytest.mark.parametrize("name", ["court.json", "court.ndjson"])
def test_json_takes_little_more_room_than_its_file(name):
    """Each of its lists would take twenty times its own room."""
    data = b'{"iname": ""}\n' * name.endswith("ndjson") + b"[" + b"[]," * 1_000_000 + b"[]]"
    tracemalloc.start()
    try:
        assert faults(data, COURT, name) == [(None, None, "file.format")]
        assert tracemalloc.get_traced_memory()[1] < 5 * len(data)
    finally:
        tracemalloc.stop()


def test_long_texts_in_json_are_read_as_they_are():
    long = "}]," * 5_000 + '\\"'
    good = {"type": 0, "cardNum": factories.resident_id(1).value, "courtName": "c", "publishDate": "2026-01-01"}
    elements = [good | {"iname": long, "caseCode": str(n)} for n in range(3)]
    for name, text in (("c.json", json.dumps(elements)), ("c.ndjson", "\n".join(map(json.dumps, elements)))):
        found = faults(text.encode(), COURT, name)
        assert found == [(line, "iname", "field.too_long") for line in (1, 2, 3)]


def test_json_and_ndjson_count_their_elements():
    good = {"iname": "a", "type": 0, "cardNum": factories.resident_id(1).value, "caseCode": "1", "courtName": "c"}
    elements = [good | {"publishDate": "2026-01-01"}, good | {"caseCode": "2"}, good | {"publishDate": 5, "type": None}]
    expected = [(2, "publishDate", "field.missing"), (3, "type", "field.missing"), (3, "publishDate", "date.invalid")]
    assert sorted(faults(json.dumps(elements).encode(), COURT, "c.json")) == sorted(
        expected + [(3, "caseCode", "record.duplicate")]
    )
    lines = "\n\n".join(json.dumps(element | {"caseCode": str(i)}) for i, element in enumerate(elements))
    assert sorted(faults(lines.encode(), COURT, "c.ndjson")) == sorted(expected)
    assert faults(json.dumps(elements[0], indent=1).encode(), COURT, "c.json") == []


def test_half_surrogates_in_json_are_control_characters():
    element = {"iname": "a\\ud800", "type": 0, "cardNum": factories.resident_id(1).value, "caseCode": "1",
               "courtName": "c", "publishDate": "2026-01-01"}  # fmt: skip
    data = json.dumps([element]).replace("\\\\ud800", "\\ud800").encode()
    (batch,) = read(data, filename="c.json", notation=notations.get(COURT))
    assert [(f.column, f.code, f.value) for f in batch.faults] == [("iname", "text.control_characters", "a\\ud800")]
