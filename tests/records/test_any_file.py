"""Whatever a file holds: it is read or refused, every row is sound or has a fault, and nothing crashes."""

import csv
import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credit.records import notations
from credit.records.notations.faults import CONTROL
from credit.records.notations.reading import FileRefused, read
from tests.examples import tries
from tests.records.files import PENALTY, RATING, penalty, rating

NASTY = st.sampled_from([
    "", " ", "\u3000", "\0", "\u202e", "\ufeff", '"', '""', "'", ",", "\n", "\r", "\r\n",
    "=1+1",
    "+cmd|' /C calc'!A0", "@SUM(A1)", "-1", "１２３", "2026/06/01", "２０２６/０６/０１", "99999", "1e400", "NaN",
    "x" * 10_000, "\ud800", "😀", "A", "D", "0.5", "自然人", "身份证", "警告", "11010119630617309X",
    "9999-12-31", "2199/12/31", "1900-01-01",
])  # fmt: skip
CELLS = st.one_of(NASTY, st.text(max_size=8))
CODES = sorted(notations.all_notations())


def judge(data: bytes, filename: str, code: str, batch_rows: int = 3) -> None:
    """Read a file and check what must hold for any."""
    refused = None
    try:
        readings = list(read(data, filename=filename, notation=notations.get(code), batch_rows=batch_rows))
    except FileRefused as refusal:
        refused = refusal.faults
    if refused is not None:
        assert refused
        assert all(fault.line is None and fault.code.value.startswith("file.") for fault in refused)
        return
    faults = [fault for reading in readings for fault in reading.faults]
    rows = [row for reading in readings for row in reading.rows]
    faulty = {fault.line for fault in faults}
    assert sum(reading.read for reading in readings) == len(rows) + len(faulty)
    assert not faulty & {row.line for row in rows}
    cells = [(fault.line, fault.column) for fault in faults if fault.column]
    assert len(cells) == len(set(cells))
    for row in rows:
        assert -1000 <= row.value <= 1000
        assert row.ends_on is None or row.decided_on < row.ends_on
        assert row.name.strip()
        assert row.document.strip()
        assert not CONTROL.search("".join([row.name, row.document, row.mark, *row.details.values()]))
    json.dumps([[fault.value, fault.column, fault.expected] for fault in faults], ensure_ascii=False).encode()


def grid(headings: tuple[str, ...] | list[str], good: Any) -> st.SearchStrategy[list[list[str]]]:
    """Rows of which most cells are good ones."""

    @st.composite
    def row(draw: st.DrawFn) -> list[str]:
        cells = list(good(draw(st.integers(1, 5))))
        for place in draw(st.lists(st.integers(0, len(cells) - 1), max_size=3)):
            cells[place] = draw(CELLS)
        return draw(st.sampled_from([cells, cells[: draw(st.integers(0, len(cells)))], [*cells, draw(CELLS)]]))

    return st.lists(row(), max_size=6).map(lambda rows: [list(headings), *rows])


GRIDS = st.one_of(
    grid(RATING, rating).map(lambda rows: ("tax-grade", rows)),
    grid(PENALTY, penalty).map(lambda rows: ("double-publicity-penalty", rows)),
    st.tuples(st.sampled_from(CODES), st.lists(st.lists(CELLS, max_size=9), max_size=6)),
)


@settings(max_examples=tries(150))
@given(
    GRIDS,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_grid_as_csv(given_grid, encoding, quoting):
    code, rows = given_grid
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows(rows)
    judge(text.getvalue().encode(encoding, errors="replace"), "file.csv", code)


@settings(max_examples=tries(100))
@given(GRIDS)
def test_any_grid_as_json(given_grid):
    code, (headings, *rows) = (given_grid[0], given_grid[1] or [[]])
    elements = [dict(zip(headings, row, strict=False)) for row in rows]
    judge(json.dumps(elements).encode(), "file.json", code)
    judge("\n".join(json.dumps(element) for element in elements).encode(), "file.ndjson", code)


@settings(max_examples=tries(40))
@given(GRIDS)
def test_any_grid_as_a_spreadsheet(given_grid):
    code, rows = given_grid
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(
            [
                "".join(letter for letter in cell if letter >= " " and not 0xD800 <= ord(letter) <= 0xDFFF)
                for cell in row
            ]
        )
    data = io.BytesIO()
    book.save(data)
    judge(data.getvalue(), "file.xlsx", code)


@settings(max_examples=tries(150))
@given(
    st.binary(max_size=300),
    st.sampled_from(["x.csv", "x.json", "x.ndjson", "x.xlsx", "x", "\0"]),
    st.sampled_from(CODES),
)
@example(b"\xef\xbb\xbf[", "x.json", "tax-grade")
@example(b"PK\x03\x04", "x.csv", "tax-grade")
@example(b'"', "x.csv", "tax-grade")
def test_any_bytes(data, filename, code):
    judge(data, filename, code)


@settings(max_examples=tries(60))
@given(st.data())
def test_a_spreadsheet_with_any_byte_changed(spreadsheet, data):
    changed = bytearray(spreadsheet)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    judge(bytes(changed), "file.xlsx", "tax-grade")


@pytest.fixture(scope="module")
def spreadsheet() -> bytes:
    """A good spreadsheet."""
    book = openpyxl.Workbook()
    for row in (RATING, rating(1), rating(2)):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@settings(max_examples=tries(40))
@given(st.text("<>/crv\"'=AZ019 sheetDt&;![]", max_size=60))
def test_a_spreadsheet_with_any_sheet(spreadsheet, xml):
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(spreadsheet)) as source, zipfile.ZipFile(data, "w") as target:
        for member in source.infolist():
            target.writestr(member, xml if "sheet1" in member.filename else source.read(member))
    judge(data.getvalue(), "file.xlsx", "tax-grade")


def test_a_cell_of_ten_megabytes():
    rows = [list(RATING), rating(1), rating(2, name="x" * 10_000_000)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (reading,) = read(text.getvalue().encode(), filename="x.csv", notation=notations.get("tax-grade"))
    assert [(fault.line, fault.code, len(fault.value)) for fault in reading.faults] == [(3, "field.too_long", 200)]
