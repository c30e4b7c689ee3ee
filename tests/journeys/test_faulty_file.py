"""An agency's file with faults: seen, taken away as a spreadsheet, mended there, sent again; and one row accepted."""

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.seeing import barriers
from tests.records.files import rating, ratings

pytestmark = pytest.mark.browser

GENUINE = "91350211M0000XUF46"  # published, and fails its own check


def saved(page: Page, link: str) -> bytes:
    """What the browser saves for a link."""
    with page.expect_download() as awaited:
        page.get_by_role("link", name=link).click()
    return Path(awaited.value.path()).read_bytes()


@pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-javascript", "without-javascript"]
)
def test_a_faulty_file_is_mended_in_its_own_spreadsheet(script, portal, window, tmp_path):
    number = 700 + script
    rows = [
        rating(number, mark="Z", document=f"journey-{number}"),
        rating(number + 10, document=f"journey-{number + 10}"),
    ]
    file = tmp_path / "faulty.csv"
    file.write_bytes(ratings(*rows))
    page = window(portal.person("officer", agency="tax"), script=script)
    moves.deliver(page, "tax", "tax-grade", file, script=script)
    expect(page.get_by_role("heading", name="1 fault", exact=True)).to_be_visible()
    if script:  # axe itself is a script
        assert not barriers(page)
    book = openpyxl.load_workbook(io.BytesIO(saved(page, "All rows, faulty cells marked (XLSX)")))
    book.worksheets[0]["D2"].value = "B"
    book.save(tmp_path / "mended.xlsx")
    moves.deliver(page, "tax", "tax-grade", tmp_path / "mended.xlsx", script=script)
    expect(page.get_by_text("2, of which 2 are sound")).to_be_visible()
    expect(page.get_by_role("heading", name="What it would change")).to_be_visible()


def test_a_row_is_accepted_by_one_officer_and_released_by_another_who_reads_why(portal, window, tmp_path):
    file = tmp_path / "genuine.csv"
    file.write_bytes(ratings(rating(720, identifier=GENUINE, document="journey-720")))
    page = window(portal.person("officer", agency="tax"))
    delivery = moves.deliver(page, "tax", "tax-grade", file, script=True)
    page.get_by_role("link", name="It is right: accept line 2").click()
    assert not barriers(page)
    page.get_by_label("Why is this row right all the same?").fill("Seen on the licence itself.")
    page.get_by_role("button", name="Accept this row").click()
    moves.come_to_rest(page, page.get_by_role("heading", name="Accepted although a check failed"), script=True)
    second = window(portal.person("officer", 1, agency="tax"))
    second.goto(delivery)
    expect(second.get_by_text("Seen on the licence itself.")).to_be_visible()
    second.get_by_label("I have looked at the rows").check()
    second.get_by_label("I have read why rows were accepted").check()
    second.get_by_role("button", name="Release").click()
    expect(second.get_by_text("Released. The people and companies concerned")).to_be_visible()


@pytest.mark.long
def test_an_officer_reads_the_faults_in_chinese(portal, window, tmp_path):
    file = tmp_path / "chinese.csv"
    file.write_bytes(
        ratings(rating(730, mark="Z", document="journey-730"), rating(731, decided_on="x", document="j-731"))
    )
    officer = portal.person("officer", agency="tax")
    path = moves.deliver(window(officer), "tax", "tax-grade", file, script=True)
    page = window(officer, locale="zh-CN")
    page.goto(path)
    expect(page.get_by_role("heading", name="2 处差错")).to_be_visible()
    page.get_by_role("link", name="日期无效").click()
    expect(page.get_by_text("date.invalid")).to_be_visible()
    expect(page.get_by_text("value.unknown")).to_have_count(0)
    assert not barriers(page)
