"""Every fault code, in the cell that the contract names, once."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from credit.records import notations
from credit.records.notations.faults import SENTENCES, Code
from credit.records.notations.headings import forbidden
from credit.records.notations.reading import read
from tests import factories
from tests.records.files import PENALTY, RATING, as_csv, faults, penalties, penalty, rating, ratings

MIXED = ratings(rating(1, name="中文名称")) + ratings(rating(2, name="中文名称")).decode().encode("gb18030")
PENALTIES, TAX = "double-publicity-penalty", "tax-grade"
PERSON = {
    "CF_XDR_LB": "自然人",
    "CF_XDR_SHXYM": "",
    "CF_XDR_ZJLX": "身份证",
    "CF_XDR_ZJHM": factories.resident_id(1).value,
}


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"CF_XDR_SHXYM": ""}, "CF_XDR_SHXYM", "identifier.missing"),
        ({"CF_XDR_SHXYM": "", "CF_XDR_LB": "个体工商户"}, "CF_XDR_SHXYM", "identifier.missing"),
        (PERSON | {"CF_XDR_ZJHM": ""}, "CF_XDR_ZJHM", "identifier.missing"),
        (PERSON | {"CF_XDR_ZJLX": ""}, "CF_XDR_ZJLX", "field.missing"),
        (PERSON | {"CF_XDR_ZJLX": "图书证"}, "CF_XDR_ZJLX", "value.unknown"),
        (PERSON | {"CF_XDR_ZJLX": "护照"}, "CF_XDR_ZJHM", "identifier.invalid"),
        ({"CF_XDR_SHXYM": "91350211M0000XUF46"}, "CF_XDR_SHXYM", "identifier.invalid"),
        ({"CF_XDR_SHXYM": "9" * 100}, "CF_XDR_SHXYM", "identifier.invalid"),
        ({"CF_XDR_LB": "神仙"}, "CF_XDR_LB", "value.unknown"),
        ({"CF_XDR_LB": ""}, "CF_XDR_LB", "field.missing"),
        ({"CF_XDR_MC": " "}, "CF_XDR_MC", "field.missing"),
        ({"CF_XDR_MC": "名" * 201}, "CF_XDR_MC", "field.too_long"),
        ({"CF_XDR_MC": "示例\u202e公司"}, "CF_XDR_MC", "text.control_characters"),
        ({"CF_XDR_MC": "示例\x00公司"}, "CF_XDR_MC", "text.control_characters"),
        ({"CF_WSH": "罚\n1号"}, "CF_WSH", "text.control_characters"),
        ({"CF_WSH": ""}, "CF_WSH", "field.missing"),
        ({"CF_WSH": "罚" * 129}, "CF_WSH", "field.too_long"),
        ({"CF_JDRQ": ""}, "CF_JDRQ", "field.missing"),
        ({"CF_JDRQ": "2026/13/01"}, "CF_JDRQ", "date.invalid"),
        ({"CF_JDRQ": "2026/02/30"}, "CF_JDRQ", "date.invalid"),
        ({"CF_JDRQ": "2026/01-02"}, "CF_JDRQ", "date.invalid"),
        ({"CF_JDRQ": "0001-01-01"}, "CF_JDRQ", "date.invalid"),
        ({"CF_JDRQ": "去年"}, "CF_JDRQ", "date.invalid"),
        ({"CF_YXQ": "长期"}, "CF_YXQ", "date.invalid"),
        ({"CF_GSJZQ": "2026/06/01"}, "CF_GSJZQ", "date.order"),
        ({"CF_GSJZQ": "2019/01/01"}, "CF_GSJZQ", "date.order"),
        ({"CF_NR_FK": "-1"}, "CF_NR_FK", "amount.invalid"),
        ({"CF_NR_FK": "1,2,3"}, "CF_NR_FK", "amount.invalid"),
        ({"CF_NR_FK": "三万"}, "CF_NR_FK", "amount.invalid"),
        ({"CF_NR_FK": "NaN"}, "CF_NR_FK", "amount.invalid"),
        ({"CF_CFJG": ""}, "CF_CFJG", "field.missing"),
    ],
)
def test_a_faulty_cell_of_a_penalty(changed, column, code):
    assert faults(penalties(penalty(2), penalty(1, **changed)), PENALTIES) == [(3, column, code)]


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"identifier": ""}, "identifier", "identifier.missing"),
        ({"identifier_type": ""}, "identifier_type", "field.missing"),
        ({"identifier_type": "library-card"}, "identifier_type", "value.unknown"),
        ({"identifier_type": "lei"}, "identifier", "identifier.invalid"),
        ({"mark": "E"}, "mark", "value.unknown"),
        ({"mark": ""}, "mark", "field.missing"),
        ({"ends_on": "2026-06-01"}, "ends_on", "date.order"),
        ({"decided_on": "1/2/2026"}, "decided_on", "date.invalid"),
        ({"document": ""}, "document", "field.missing"),
    ],
)
def test_a_faulty_cell_of_a_rating(changed, column, code):
    assert faults(ratings(rating(1, **changed)), TAX) == [(2, column, code)]


def test_all_faults_of_a_row_are_told_in_the_files_order():
    row = rating(1, identifier="123", name="", mark="Z", decided_on="x")
    assert [(column, code) for _line, column, code in faults(ratings(row), TAX)] == [
        ("identifier", "identifier.invalid"),
        ("name", "field.missing"),
        ("mark", "value.unknown"),
        ("decided_on", "date.invalid"),
    ]


def test_the_same_document_and_subject_twice():
    rows = [rating(1), rating(1, document="other"), rating(2, document="doc1"), rating(1), rating(1, mark="Z")]
    assert faults(ratings(*rows), TAX) == [
        (5, "document", "record.duplicate"),
        (6, "mark", "value.unknown"),
        (6, "document", "record.duplicate"),
    ]


def test_a_check_digit_is_told():
    (batch,) = read(ratings(rating(1, identifier="91350211M0000XUF46")), filename="x.csv", notation=notations.get(TAX))
    (fault,) = batch.faults
    assert (fault.value, fault.expected) == ("91350211M0000XUF46", "R")
    assert "%(expected)s" in fault.sentence


def test_lines_are_counted_as_a_spreadsheet_does():
    data = ratings(rating(1)).replace(b"\r\n", b"\r\n\r\n", 1) + b',,,,,,\r\nuscc,1,"a\nb",A,2026-06-01,,d\r\n'
    assert [line for line, _column, _code in faults(data, TAX)] == [5, 5]


def test_ragged_rows():
    data = ratings(rating(1), [*rating(2), "", ""], [*rating(3), "more"], rating(4)[:4])
    assert faults(data, TAX) == [
        (4, None, "value.unknown"),
        (5, "decided_on", "field.missing"),
        (5, "document", "field.missing"),
    ]


def test_optional_columns_may_be_absent():
    assert faults(as_csv(RATING[:5] + RATING[6:], [rating(1)[:5] + rating(1)[6:]]), TAX) == []


@pytest.mark.parametrize(
    ("data", "code", "column"),
    [
        (b"\xef\xbb\xbf", "file.empty", None),
        (",".join(RATING).encode(), "file.empty", None),
        (ratings(rating(1)).decode().encode("utf-16"), "file.encoding", None),
        (b"\xff\xfe\xff", "file.encoding", None),
        (b"identifier_type,\x80\x80\xff\n1", "file.encoding", None),
        (ratings(rating(1)) + "名称名称".encode("gb18030") + b"\xff", "file.encoding", None),
        (MIXED, "file.encoding", None),
        (ratings(rating(1)) + b'uscc,"1,2,3\n', "file.format", None),
        (b"\xd0\xcf\x11\xe0old office", "file.format", None),
        (as_csv((*RATING, "horoscope"), [[*rating(1), "x"]]), "file.heading_unknown", "horoscope"),
        (as_csv((*RATING, "NAME"), [[*rating(1), "x"]]), "file.heading_unknown", "NAME"),
        (as_csv(RATING[1:], [rating(1)[1:]]), "file.heading_missing", "identifier_type"),
        (as_csv((*RATING[1:], "宗教信仰"), [[*rating(1)[1:], "x"]]), "file.forbidden_column", "宗教信仰"),
        (as_csv((*RATING, "Blood Type"), [[*rating(1), "x"]]), "file.forbidden_column", "Blood Type"),
        (as_csv((*RATING, "medicalHistory"), [[*rating(1), "x"]]), "file.forbidden_column", "medicalHistory"),
    ],
)  # fmt: skip
def test_a_file_that_is_refused_whole(data, code, column):
    assert faults(data, TAX) == [(None, column, code)]


def test_every_unknown_and_missing_heading_is_told():
    found = faults(as_csv(("name", "a", "b"), [["x", "y", "z"]]), TAX)
    assert [code for *_, code in found] == ["file.heading_unknown"] * 2 + ["file.heading_missing"] * 5


def test_a_file_over_the_limit_is_too_large():
    assert faults(ratings(rating(1)), TAX, file_bytes=20) == [(None, None, "file.too_large")]


@pytest.mark.parametrize("category", forbidden(), ids=lambda category: category.name)
def test_forbidden_columns_are_known_in_chinese(category):
    for word in category.chinese:
        assert faults(as_csv((*RATING, f"是否{word}"), [[*rating(1), ""]]), TAX) == [
            (None, f"是否{word}", "file.forbidden_column")
        ]


@pytest.mark.parametrize("heading", ["trace", "generation", "embrace", "grace_period", "reunion", "smsa"])
def test_harmless_words_are_not_forbidden(heading):
    assert faults(as_csv((*RATING, heading), [[*rating(1), ""]]), TAX) == [(None, heading, "file.heading_unknown")]


def test_a_spreadsheet_with_dates_numbers_and_merged_cells():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(RATING)
    midnight = datetime(2027, 6, 1)  # noqa: DTZ001  # spreadsheets know no zones
    sheet.append([*rating(1)[:4], date(2026, 6, 1), midnight, 12345])
    sheet.append([*rating(2)[:4], 46174, None, "doc2"])
    sheet.append(rating(3))
    sheet.append([*rating(4)[:6], None])
    sheet.merge_cells("G4:G5")
    assert faults(saved(book), TAX, "file.xlsx") == [
        (3, "decided_on", "date.invalid"),
        (5, "document", "field.missing"),
    ]


def test_a_spreadsheet_in_a_file_called_csv_is_read():
    book = openpyxl.Workbook()
    for row in (RATING, rating(1)):
        book.active.append(row)
    assert faults(saved(book), TAX, "file.csv") == []


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A spreadsheet whose sheet is this XML."""
    data, book = io.BytesIO(), openpyxl.Workbook()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as source, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member, xml if "sheet1" in member.filename else source.read(member))
    return data.getvalue()


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (with_sheet(SHEET % (b'<row r="1"><c r="A1"><v>' + b"0" * 50_000_000 + b"</v></c></row>")), "file.too_large"),
        (with_sheet(SHEET % FAR), "file.too_large"),
        (with_sheet(b'<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET % b""), "file.format"),
        (with_sheet(b"<worksheet"), "file.format"),
        (with_sheet(SHEET % b""), "file.empty"),
        (saved(openpyxl.Workbook())[:-200], "file.format"),
        (b"PK\x03\x04" + b"\0" * 100, "file.format"),
    ],
    ids=["bomb", "far-cell", "entities", "broken", "empty", "cut", "no-zip"],
)  # fmt: skip
def test_a_dangerous_spreadsheet_is_refused(data, code):
    assert faults(data, TAX, "file.xlsx") == [(None, None, code)]


def test_every_code_has_a_sentence():
    assert {code.value for code in Code} <= set(SENTENCES)


def test_columns_of_the_fixture_are_columns_of_the_format():
    keys = notations.get(PENALTIES).layouts[0].keys.values()
    assert set(PENALTY) <= set(keys)
