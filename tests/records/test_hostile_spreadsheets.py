"""A spreadsheet that asks for more than it holds is refused before anything is unpacked, however it is written."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.records import notations
from credit.records.notations.faults import FileRefused
from credit.records.notations.formats import Limits
from credit.records.notations.reading import read
from credit.records.notations.xlsxcheck import _Sheet, _Texts, look_through
from credit.records.notations.xlsxfile import read_xlsx
from tests.examples import tries
from tests.records.books import book, packed, relations, sheet
from tests.records.files import RATING, rating

SMALL = Limits(sheet_cells=10_000, sheet_columns=100, unpacked_bytes=8 * 1024 * 1024)
TEXT = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>'


def verdict(data: bytes, limits: Limits = SMALL) -> str:
    """The code with which a look refuses, "" for none. Never hands it to the reader."""
    try:
        look_through(data, limits)
    except FileRefused as refusal:
        return refusal.faults[0].code.value
    return ""


FAR = {
    "a cell by its place": f'<row r="1">{TEXT}<c r="XFD1048576"><v>1</v></c></row>',
    "single quotes": f"<row r='1'>{TEXT}<c r='XFD1048576'><v>1</v></c></row>",
    "another order": f'<row r="1">{TEXT}<c s="0" t="n" r="XFD1048576"><v>1</v></c></row>',
    "spaces": f'<row r="1">{TEXT}<c  r = "XFD1048576" ><v>1</v></c></row>',
    "many spaces": f'<row r="1">{TEXT}<c {" " * 70_000}r="XFD1048576"><v>1</v></c></row>',
    "small letters": f'<row r="1">{TEXT}<c r="xfd1048576"><v>1</v></c></row>',
    "a row by its place": '<row r="1048576"><c><v>1</v></c></row>',
    "columns by order": f"<row>{'<c><v>1</v></c>' * 200}</row>",
    "columns by order after a place": f'<row><c r="CU1"><v>1</v></c>{"<c><v>1</v></c>" * 5}</row>',
    "rows by order": "<row><c><v>1</v></c></row>" * 10_001,
    "empty rows": "<row/>" * 20_000 + "<row><c><v>1</v></c></row>",
    "ends of rows": "</row>" * 20_000 + "<row><c><v>1</v></c></row>",
    "one place again and again": '<row r="1">' + '<c r="A1"><v>1</v></c>' * 10_001 + "</row>",
}


def prefixed(xml: str) -> str:
    """The same with a name space of its own."""
    return xml.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")


@pytest.mark.parametrize("with_prefix", [False, True])
@pytest.mark.parametrize(
    "path", ["worksheets/sheet1.xml", "sheets/sheet1.xml", "data", "media/picture.png", "sharedStrings.xml"]
)
@pytest.mark.parametrize("way", FAR)
def test_cells_far_out_are_seen_wherever_the_sheet_is(way, path, with_prefix):
    inner = prefixed(FAR[way]) if with_prefix else FAR[way]
    xml = sheet(inner)
    if with_prefix:
        xml = xml.replace(b"<sheetData>", b"<x:sheetData>").replace(b"</sheetData>", b"</x:sheetData>")
    assert verdict(book(xml, path=path)) == "file.too_large"


@pytest.mark.parametrize(
    "inner",
    [
        '<row r="1"><c r="A00000000000001048576"><v>1</v></c></row>',
        '<row r="1"><c r="AAAAAAAA1"><v>1</v></c></row>',
        '<row r="1"><c r="&#88;FD1"><v>1</v></c></row>',
        '<row r="1"><c note=">" r="XFD1048576"><v>1</v></c></row>',
        "<row r=\"1\"><c note=\" r='A1' \" r='XFD1048576' r='B1'><v>1</v></c></row>",
        '<row r="1"><c r=A1><v>1</v></c></row>',
        '<row r="1"><!-- <c a=" --><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v><![CDATA[0]]></v></c></row>',
        '<row r="1"><?x <c ?><c r="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_a_place_that_is_not_written_plainly_is_no_spreadsheet(inner):
    assert verdict(book(sheet(inner))) == "file.format"


def test_a_tag_that_is_longer_than_any_honest_one_is_no_spreadsheet():
    data = book(sheet(f'<row r="1"><c note="{"x" * 3_000_000}" r="XFD1048576"><v>1</v></c></row>'))
    assert verdict(data, Limits(unpacked_ratio=100_000)) == "file.format"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_sheet_in_another_encoding_is_no_spreadsheet(encoding):
    assert verdict(book(sheet(FAR["a cell by its place"]).decode().encode(encoding))) == "file.format"


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin", "XL/Workbook.BIN"])
def test_other_formats_in_a_zip_file_are_not_even_tried(name):
    assert verdict(packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", name: "x"})) == "file.format"


@pytest.mark.parametrize("declared", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "b">]>'])
@pytest.mark.parametrize("distance", [0, 1024 * 1024 - 5, 3 * 1024 * 1024])
def test_entities_are_refused_wherever_they_stand(declared, distance):
    assert verdict(book(b" " * distance + declared.encode() + sheet("")), Limits(unpacked_ratio=9_999)) == "file.format"


@pytest.mark.parametrize("index", ["0", "00", "+0", " 0", "x", "000000000000", ""])
def test_a_long_text_that_many_cells_share_counts_for_each(index):
    cells = "".join(f'<row><c t="s"><v>{index}</v></c></row>' for _ in range(900))
    texts = f"<si><t>{'x' * 30_000}</t></si><si><t>y</t></si>"
    assert verdict(book(sheet(cells), texts=texts)) == "file.too_large"
    assert verdict(book(sheet(cells.replace(f"<v>{index}<", "<v>1<")), texts=texts)) == ""


def test_a_long_text_counts_across_the_pieces_that_are_read():
    filler = "<row><c><v>" + "7" * 200_000 + "</v></c></row>"
    cells = (filler + '<row><c t="s"><v>1</v></c></row>') * 20
    texts = f"<si><t>y</t></si><si><t>{'x' * 1_500_000}</t></si>"
    limits = Limits(sheet_cells=10_000, unpacked_bytes=16 * 1024 * 1024, unpacked_ratio=100_000)
    assert verdict(book(sheet(cells), texts=texts), limits) == "file.too_large"


@pytest.mark.parametrize("count", ["10001", "999999999999", " 00020000", "18446744073709551615"])
def test_no_room_is_made_for_texts_that_are_only_announced(count):
    data = packed({"xl/sharedStrings.xml": f"<sst count='1' uniqueCount='{count}'></sst>"})
    assert verdict(data) == "file.too_large"


def test_texts_are_counted():
    texts = "<si/>" * 10_001
    assert verdict(book(sheet(""), texts=texts)) == "file.too_large"


def test_only_the_sheet_that_is_read_needs_to_be_small_enough_but_every_sheet_is_looked_at():
    other = {"xl/worksheets/sheet2.xml": sheet(FAR["a cell by its place"])}
    assert verdict(book(sheet(""), **other)) == "file.too_large"


def test_the_size_that_a_sheet_says_it_has_makes_no_room():
    data = book(sheet(f'<row r="1">{TEXT}</row>', before='<dimension ref="A1:XFD1048576"/>'))
    assert verdict(data) == ""
    assert list(read_xlsx(data, SMALL)) == [["x"]]


@pytest.mark.parametrize("ending", ["xlsx", "xlsm"])
def test_an_honest_spreadsheet_with_macros_or_without_is_read(ending):
    target, saved = openpyxl.Workbook(), io.BytesIO()
    for row in (RATING, rating(1)):
        target.active.append(row)
    target.save(saved)
    (reading,) = read(saved.getvalue(), filename=f"file.{ending}", notation=notations.get("tax-grade"))
    assert [row.document for row in reading.rows] == ["doc1"]


@pytest.mark.parametrize("name", ["old.xls", "open.ods"])
def test_other_spreadsheets_are_named_as_what_they_are_not(name):
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" if name == "old.xls" else packed({"content.xml": "<x/>"})
    with pytest.raises(FileRefused) as refused:
        list(read(start, filename=name, notation=notations.get("tax-grade")))
    assert [(fault.code, fault.detail) for fault in refused.value.faults] == [("file.format", "spreadsheet")]


PLACES = st.one_of(st.none(), st.tuples(st.sampled_from("ABCZ"), st.integers(1, 40)).map(lambda at: f"{at[0]}{at[1]}"))


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """Rows and cells in any order, with and without places, in the ways that XML allows."""
    quote, prefix = draw(st.sampled_from("\"'")), draw(st.sampled_from(["", "x:"]))

    def tag(name: str, place: object, inner: str) -> str:
        extra = draw(st.sampled_from(["", ' s="1"', " s='r=1'", ' note="r"']))
        at = "" if place is None else f" r={quote}{place}{quote}"
        attributes = draw(st.sampled_from([extra + at, at + extra]))
        if not inner and draw(st.booleans()):
            return f"<{prefix}{name}{attributes}/>"
        return f"<{prefix}{name}{attributes}>{inner}</{prefix}{name}>"

    rows = []
    for row in draw(st.lists(st.one_of(st.none(), st.integers(1, 40)), max_size=6)):
        cells = [tag("c", place, f"<{prefix}v>7</{prefix}v>") for place in draw(st.lists(PLACES, max_size=5))]
        rows.append(tag("row", row, "".join(cells)))
    return "".join(rows)


@settings(max_examples=tries(200))
@given(sheets())
def test_no_less_is_counted_than_the_reader_lays_out(inner):
    looked = _Sheet(Limits(), _Texts(Limits()))
    xml = sheet(inner)
    looked.take(xml)
    rows = list(read_xlsx(book(xml), Limits()))
    assert len(rows) <= looked.rows
    assert max(map(len, rows), default=0) <= looked.columns
    assert sum(1 for row in rows for cell in row if cell) <= looked.cells


def test_a_workbook_without_its_sheet_is_refused():
    data = packed({"[Content_Types].xml": "", "_rels/.rels": relations(officeDocument="xl/workbook.xml")})
    with pytest.raises(FileRefused):
        list(read_xlsx(data, SMALL))
