"""Files that agencies really send and that a first reader stumbles over: what they must answer by the contract."""

import io
import json

import openpyxl
import pytest

from credit.core.identifiers import ric_check_digit
from credit.records import notations, staging
from credit.records.moves import Status
from credit.records.notations.reading import FileRefused, read
from tests import factories
from tests.records.files import PENALTY, RATING, as_csv, penalties, penalty, rating, ratings

PENALTIES, TAX, POINTS, COURT = (
    "double-publicity-penalty",
    "tax-grade",
    "rongcheng-points",
    "court-judgment-debtors",
)
PR_CARD = "93182619850315237"


def faults(data: bytes, notation: str, filename: str = "file.csv"):
    """(line, column, code) of every fault of a file."""
    try:
        batches = list(read(data, filename=filename, notation=notations.get(notation)))
    except FileRefused as refused:
        return [(f.line, f.column, f.code.value) for f in refused.faults]
    return [(f.line, f.column, f.code.value) for batch in batches for f in batch.faults]


def spreadsheet(*rows: list[object]) -> bytes:
    """A workbook of one sheet."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize("heading", ["民 族", "民\u3000\u3000族", "宗\u200b教信仰", "政 治 面 貌", "ｒｅｌｉｇｉｏｎ"])
def test_spaces_and_invisible_marks_hide_no_forbidden_column(heading):
    ((line, _column, code),) = faults(as_csv((*RATING, heading), [[*rating(1), ""]]), TAX)
    assert (line, code) == (None, "file.forbidden_column")


def entry(number: int, **changed: object) -> dict[str, object]:
    """An entry of the court list about a company."""
    good = {"iname": "示例公司", "type": 1, "cardNum": factories.uscc(number).value, "caseCode": f"执{number}号"}
    return good | {"courtName": "示例法院", "publishDate": "2026-02-10"} | changed


def test_an_entry_that_does_not_say_whom_it_is_about_has_no_fault_in_a_good_number():
    entries = [entry(1, type=2), entry(2, type=None), entry(3, type=None, cardNum=""), entry(4, type=2, cardNum="1")]
    assert faults(json.dumps(entries).encode(), COURT, "court.json") == [
        (1, "type", "value.unknown"),
        (2, "type", "field.missing"),
        (3, "type", "field.missing"),
        (3, "cardNum", "identifier.missing"),
        (4, "type", "value.unknown"),
        (4, "cardNum", "identifier.invalid"),
    ]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (factories.resident_id(1).value, "resident-id"),
        (PR_CARD + ric_check_digit(PR_CARD), "pr-card"),
        (" ９３１８２６ " + (PR_CARD + ric_check_digit(PR_CARD))[6:], "pr-card"),
        ("FRA310012345678", "pr-card"),
    ],
)
def test_a_court_lists_residents_and_foreigners_by_the_cards_they_have(number, kind):
    data = json.dumps([entry(1, type=0, cardNum=number)]).encode()
    (batch,) = read(data, filename="court.json", notation=notations.get(COURT))
    assert [row.kind.value for row in batch.rows] == [kind], batch.faults


@pytest.mark.parametrize("amount", ["0", "0.12345678", "0.30000000000000004", "123456789012.5"])
def test_an_amount_is_any_number_that_is_not_negative(amount):
    assert faults(penalties(penalty(1, CF_NR_FK=amount)), PENALTIES) == []


@pytest.mark.parametrize("amount", [0.1 + 0.2, 0.00001, 1.5, 3, 123456789.123])
def test_an_amount_is_read_from_a_spreadsheets_number(amount):
    row: list[object] = [*penalty(1)]
    row[PENALTY.index("CF_NR_FK")] = amount
    assert faults(spreadsheet([*PENALTY], row), PENALTIES, "file.xlsx") == []


@pytest.mark.parametrize(("points", "sound"), [(850.1 + 0.2, True), (1049.99, True), (850.123, False)])
def test_points_of_a_formula_are_those_that_the_spreadsheet_shows(points, sound):
    row: list[object] = [*rating(1)]
    row[RATING.index("mark")] = points
    assert (faults(spreadsheet([*RATING], row), POINTS, "file.xlsx") == []) is sound


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_lines_count_as_a_spreadsheet_shows_them_with_blank_rows_above_the_headings(blank):
    rows: list[list[object]] = [[] for _ in range(blank)]
    data = spreadsheet(*rows, [*RATING], [*rating(1)], [], [*rating(2, mark="?")])
    assert faults(data, TAX, "file.xlsx") == [(blank + 4, "mark", "value.unknown")]


@pytest.mark.parametrize("number", [11010119630617309, 1.1010119630617309e17, 9.11100001234567e17])
def test_a_number_whose_last_digits_a_spreadsheet_lost_is_nobodys(number):
    row: list[object] = [*rating(1, identifier_type="resident-id")]
    row[RATING.index("identifier")] = float(number)
    assert faults(spreadsheet([*RATING], row), TAX, "file.xlsx") == [(2, "identifier", "identifier.invalid")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_byte_order_mark_is_no_part_of_the_first_heading(encoding):
    mark = "\ufeff".encode(encoding)
    assert faults(mark + penalties(penalty(1)).decode().encode(encoding), PENALTIES) == []
    assert faults(mark, PENALTIES) == [(None, None, "file.empty")]


@pytest.mark.django_db
def test_a_file_without_its_heading_row_leaves_no_number_in_the_database(office):
    made = office().deliver(ratings(rating(1), rating(2)).split(b"\r\n", 1)[1])
    assert made.status == Status.REFUSED
    number = factories.uscc(1).value
    told = staging.faults_of(made.faults.all(), made)
    assert number in {fault.column for fault in told}
    stored = made.faults.values_list("column", "sealed")
    assert {column for column, _sealed in stored} == {None}
    assert not any(number.encode() in bytes(sealed) for _column, sealed in stored)
