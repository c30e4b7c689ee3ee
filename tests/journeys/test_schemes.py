"""How marks are made, for anyone: a mark made up in the calculator, and what the scheme board sees of its draft."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.seeing import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-javascript", "without-javascript"]
)
def test_anyone_makes_a_mark_up_record_by_record(script, portal, window):
    """axe itself is a script: where there is none, it finds nothing and isn't asked."""
    page = window(script=script)
    page.goto("/")
    page.locator("main").get_by_role("link", name="Calculator").click()
    page.get_by_label("For whom").select_option("company")
    first = page.get_by_role("group", name="Record 1")
    first.get_by_label("What is on record").select_option("tax-grade|A|tax")
    first.get_by_label("Since").fill("2026-01-01")
    page.get_by_role("button", name="Add another record").click()
    expect(page.get_by_role("group", name="Record 4")).to_be_visible()
    expect(first.get_by_label("What is on record")).to_have_value("tax-grade|A|tax")
    last = page.get_by_role("group", name="Record 4")
    last.get_by_label("What is on record").select_option("customs-level|dishonest|customs")
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_role("alert")).to_contain_text("Record 4: Write the day.")
    assert not (script and barriers(page))
    last.get_by_label("Since").fill("2026-02-01")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator(".pm-mark__number")).to_have_text("664")  # 600 + 120 - 56
    assert not (script and barriers(page))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the calculation").click()
    assert '"score": 664' in download.value.path().read_text()


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "zh-CN"])
@pytest.mark.long
def test_the_board_reads_what_its_draft_would_change(language, portal, window):
    page = window(portal.person("board"), locale=language)
    moves.file_of(page)
    page.goto("/board/")
    page.locator("main tbody a").first.click()
    expect(page.locator("h1")).to_contain_text(re.compile("version 2|第2版"))
    expect(page.locator("#changes")).to_be_visible()
    assert not barriers(page)
    page.goto("/board/schemes/new")
    page.locator("[name=text]").fill("version = 0")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("in_force_from")
    assert not barriers(page)
