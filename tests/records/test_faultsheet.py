"""A delivery's faults as an agency takes them away: marked in its own rows, mended there, and sent again."""

import csv
import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from credit.records import actions, faultsheet
from credit.records.answers import submitted
from credit.records.faultsheet import fault_sheet
from credit.records.models import Record, Submission
from credit.records.moves import Status
from credit.records.notations.formats import Limits
from credit.records.notations.reading import own_rows
from tests import factories
from tests.records.files import PENALTY, RATING, as_csv, penalties, penalty, rating, ratings
from tests.records.test_releasing import put

pytestmark = pytest.mark.django_db

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")', "\t=1", "＝1"]


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def cells_of(data: bytes) -> list[list[str]]:
    """The first sheet as the intake reads it."""
    return [row for _line, row in own_rows(data, filename="mended.xlsx", limits=Limits())]


def marked(book: openpyxl.Workbook) -> dict[str, str]:
    """Each coloured cell of the first sheet, with its comment."""
    return {
        cell.coordinate: cell.comment.text if cell.comment else ""
        for row in book.worksheets[0].iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    }


def test_faulty_cells_are_coloured_and_say_what_to_do(office):
    made = office().deliver(ratings(rating(1), rating(2, mark="Z", decided_on="1 May"), rating(3, name="")))
    book = opened(fault_sheet(made).data)
    found = marked(book)
    assert set(found) == {"D3", "E3", "C4"}
    assert "A, B, M, C, D" in found["D3"]
    assert "2026-11-23" in found["E3"]
    assert found["C4"] == "This must be filled in."
    lines = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows(min_row=2)]
    assert [line[:4] for line in lines] == [
        [3, 3, "mark", "value.unknown"],
        [3, 3, "decided_on", "date.invalid"],
        [4, 4, "name", "field.missing"],
    ]


def test_the_first_sheet_is_the_delivered_file_and_nothing_else(office):
    data = ratings(rating(1), [], rating(2, mark="Z", name="  spaced  "), rating(3, document="007"))
    made = office().deliver(data)
    rows = cells_of(fault_sheet(made).data)
    assert rows == [row for _line, row in own_rows(data, filename="file.csv", limits=Limits())]


def test_lines_are_those_of_the_file_also_after_blank_ones(office):
    made = office().deliver(ratings(rating(1), [], [], rating(2, mark="Z")))
    assert set(marked(opened(fault_sheet(made).data))) == {"D5"}


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_text(text, office):
    made = office().deliver(ratings(rating(1, name=text, mark="Z")))
    sheet = opened(fault_sheet(made).data).worksheets[0]
    cell = sheet["C2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)
    assert cells_of(fault_sheet(made).data)[1][2] == text


def test_every_cell_is_text_so_that_long_numbers_keep_their_digits(office):
    made = office().deliver(ratings(rating(1, mark="Z")))
    sheet = opened(fault_sheet(made).data).worksheets[0]
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}


def test_a_mended_sheet_is_read_in_the_same_notation(office, client_of):
    desk = office("market-supervision", "double-publicity-penalty")
    made = desk.deliver(penalties(penalty(1), penalty(2, CF_JDRQ="soon"), penalty(3, CF_XDR_SHXYM="123")))
    book = opened(fault_sheet(made).data)
    sheet = book.worksheets[0]
    found = marked(book)
    assert len(found) == 2
    right = penalty(2)[PENALTY.index("CF_JDRQ")], penalty(3)[PENALTY.index("CF_XDR_SHXYM")]
    for place, value in zip(
        sorted(found, key=lambda place: int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))), right, strict=True
    ):
        sheet[place].value = value
    target = io.BytesIO()
    book.save(target)
    file = SimpleUploadedFile("mended.xlsx", target.getvalue())
    home = reverse("agency:home", args=[desk.agency.code])
    assert client_of(desk.first).post(home, {"file": file, "notation": desk.notation}).status_code == 302
    mended = Submission.objects.latest("pk")
    actions.parse(mended.pk, now=desk.now)
    mended.refresh_from_db()
    assert (mended.rows, mended.accepted, mended.faults_found) == (3, 3, 0)
    desk.release(mended)
    assert Record.objects.count() == 3


def test_what_cannot_stand_in_a_spreadsheet_stays_a_fault(office):
    desk = office()
    names = ("a\x01b", "c\u202ed", "e\x00f")
    made = desk.deliver(ratings(*(rating(number, name=name) for number, name in enumerate(names, 1))))
    again = desk.deliver(fault_sheet(made).data, filename="again.xlsx")
    codes = [list(one.faults.order_by("line").values_list("line", "column", "code")) for one in (made, again)]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 3


def test_a_cell_without_heading_is_marked_where_it_stands(office):
    made = office().deliver(as_csv(RATING, [[*rating(1), "", "stray"]]))
    assert set(marked(opened(fault_sheet(made).data))) == {"I2"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_headings_and_encodings_come_out_right(encoding, office):
    headings = [
        "行政相对人名称",
        "行政相对人类别",
        "统一社会信用代码",
        "行政处罚决定文书号",
        "处罚决定日期",
        "处罚机关",
    ]
    data = as_csv(headings, [["示例公司", "法人及非法人组织", "错", "罚1号", "2026/06/01", "示例局"]], encoding)
    made = office("market-supervision", "double-publicity-penalty").deliver(data)
    book = opened(fault_sheet(made).data)
    assert [cell.value for cell in book.worksheets[0][1]] == headings
    assert set(marked(book)) == {"C2"}


def test_json_gets_a_heading_row_of_its_keys(office):
    keys = dict(zip(RATING, rating(1, mark="Z"), strict=True))
    made = office().deliver(json.dumps([keys], ensure_ascii=False).encode(), filename="file.json")
    book = opened(fault_sheet(made).data)
    assert [cell.value for cell in book.worksheets[0][1]] == list(RATING)
    assert set(marked(book)) == {"D2"}
    assert [cell.value for cell in book.worksheets[1][2]][:2] == [2, 1]


def test_only_the_faulty_rows_are_given_on_request_and_of_long_files(office, monkeypatch):
    data = ratings(*(rating(number, mark="Z" if number % 3 == 0 else "A") for number in range(1, 10)))
    made = office().deliver(data)
    assert len(cells_of(fault_sheet(made).data)) == 10
    only = fault_sheet(made, only_faulty=True).data
    assert [row[6] for row in cells_of(only)] == ["document", "doc3", "doc6", "doc9"]
    assert [cell.value for cell in opened(only).worksheets[1]["B"]][1:] == [4, 7, 10]
    monkeypatch.setattr(faultsheet, "WHOLE_ROWS", 5)
    assert cells_of(fault_sheet(made).data) == cells_of(only)


def test_a_sheet_is_bounded(office, monkeypatch):
    monkeypatch.setattr(faultsheet, "FAULTY_ROWS", 4)
    monkeypatch.setattr(faultsheet, "COMMENTS", 2)
    made = office().deliver(ratings(*(rating(number, mark="Z") for number in range(1, 11))))
    sheet = fault_sheet(made, only_faulty=True)
    assert len(cells_of(sheet.data)) == 5
    assert sheet.left_out == 6
    comments = marked(opened(sheet.data))
    assert sorted(bool(text) for text in comments.values()) == [False, False, True, True]
    last = [cell.value for cell in list(opened(sheet.data).worksheets[1].rows)[-1]]
    assert last[4].startswith("6 more faulty rows")
    monkeypatch.setattr(faultsheet, "CELLS", 13)
    assert (len(cells_of(fault_sheet(made).data)), fault_sheet(made).left_out) == (3, 8)


def test_the_sheet_speaks_the_pages_language(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1, name="")))
    url = reverse("agency:fault-sheet", args=["tax", made.public_id])
    answer = client_of(desk.second).get(url, headers={"accept-language": "zh-hans"})
    book = opened(answer.content)
    assert book.sheetnames == ["数据行", "差错说明"]
    assert not next(iter(marked(book).values())).isascii()
    assert answer["Content-Disposition"] == f'attachment; filename="faults-{made.public_id}.xlsx"'


def test_the_list_of_faults_is_masked_and_safe_to_open(office, client_of):
    desk = office()
    number = "91350211M0000XUF46"
    made = desk.deliver(ratings(rating(1, identifier=number), rating(2, mark="=cmd()")))
    answer = client_of(desk.first).get(reverse("agency:fault-list", args=["tax", made.public_id]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["line"], row["column"], row["code"]) for row in rows] == [
        ("2", "identifier", "identifier.invalid"),
        ("3", "mark", "value.unknown"),
    ]
    assert number not in answer.content.decode()
    assert rows[1]["value"] == "'=cmd()"


def test_a_number_in_the_wrong_cell_is_masked_outside_the_page_too(office, client_of):
    desk = office()
    number = factories.uscc(7).value
    made = desk.deliver(ratings(rating(1, mark=number), rating(2, decided_on=f" {number} ")))
    client = client_of(desk.first)
    assert number not in client.get(reverse("agency:fault-list", args=["tax", made.public_id])).content.decode()
    assert number not in str(submitted(made))
    assert number in client.get(reverse("agency:submission", args=["tax", made.public_id])).content.decode()


@pytest.mark.parametrize("status", Status)
def test_in_every_state_there_is_a_sheet_or_a_plain_answer(office, client_of, status):
    desk = office()
    made = desk.deliver(ratings(rating(1), rating(2, mark="Z")))
    put(made, status, desk, partial=True)
    made.refresh_from_db()
    client = client_of(desk.first)
    for url in ("agency:fault-sheet", "agency:fault-list"):
        answer = client.get(reverse(url, args=["tax", made.public_id]))
        has = status in (Status.PARSED, Status.RELEASED, Status.WITHDRAWING)
        assert answer.status_code == (200 if has or url == "agency:fault-list" else 409)
    assert (reverse("agency:fault-sheet", args=["tax", made.public_id]) in page_of(client, made)) is (
        has and not made.is_working
    )


def page_of(client, made):
    """The delivery's page."""
    return client.get(reverse("agency:submission", args=["tax", made.public_id])).content.decode()


def test_a_file_that_was_refused_whole_has_no_sheet(office, client_of):
    desk = office()
    made = desk.deliver(b"no,such,headings\r\n1,2,3\r\n")
    assert made.faults_found
    answer = client_of(desk.first).get(reverse("agency:fault-sheet", args=["tax", made.public_id]))
    assert answer.status_code == 409


def test_there_is_no_sheet_where_nothing_is_faulty_or_known(office, client_of):
    desk, other = office(), office("customs", "customs-level")
    clean, waiting = desk.deliver(ratings(rating(1))), desk.deliver(ratings(rating(2, mark="Z")), parse=False)
    faulty = desk.deliver(ratings(rating(3, mark="Z")))
    client = client_of(desk.first)
    for made in (clean, waiting):
        assert client.get(reverse("agency:fault-sheet", args=["tax", made.public_id])).status_code == 409
    for code in ("customs", "tax"):
        url = reverse("agency:fault-sheet", args=[code, faulty.public_id])
        assert client_of(other.first).get(url).status_code == 404
