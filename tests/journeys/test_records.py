"""What is held on me, in a real browser: found, cut, taken back to an earlier day, without JavaScript too."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from credit.core.clock import business_date
from tests.journeys import moves
from tests.journeys.seeing import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "zh-CN"])
@pytest.mark.parametrize(
    "wide", [pytest.param(True, marks=pytest.mark.long, id="wide"), pytest.param(False, id="narrow")]
)
@pytest.mark.long
def test_every_state_of_the_records_pages_is_without_barriers(language, wide, portal, window):
    page = window(portal.person("individual"), locale=language)
    page.set_viewport_size({"width": 1100 if wide else 390, "height": 900})
    door = moves.file_of(page)
    today = business_date(timezone.now())
    found = {}
    for path, status in (
        ("records?sort=newest&agency=tax", 200),
        (f"records?on={today}", 200),
        (f"records?on={today - timedelta(days=400)}", 200),
        (f"records?on={today + timedelta(days=400)}", 422),
        ("records?q=nothing+is+called+this", 200),
    ):
        answer = page.goto(f"{door}{path}")
        assert answer.status == status, path
        found[path] = barriers(page)
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), path
    page.goto(f"{door}records?on={today}")
    page.locator(".pm-holdings a").first.click()
    expect(page.locator(".govuk-summary-list").first).to_be_visible()
    found["detail then"] = barriers(page)
    page.goto(re.sub(r"\?.*", "", page.url))
    found["detail"] = barriers(page)
    assert not any(found.values()), found


@pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-javascript", "without-javascript"]
)
def test_a_record_is_found_and_the_way_back_keeps_what_was_asked(script, portal, window):
    page = window(portal.person("individual"), script=script)
    door = moves.file_of(page)
    page.goto(f"{door}records")
    page.get_by_text("Filter, sort, or go back to an earlier day").click()
    page.get_by_label("Public body").select_option("tax")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Tax Service")).to_be_visible()
    expect(page.get_by_role("heading", name="Market Supervision Administration")).to_have_count(0)
    page.locator(".pm-holdings a").first.click()
    expect(page.get_by_role("heading", name="In short")).to_be_visible()
    page.get_by_role("link", name="Your records").click()
    expect(page).to_have_url(re.compile("agency=tax"))
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_role("heading", name="Market Supervision Administration")).to_be_visible()


def test_an_earlier_day_is_told_and_left_again(portal, window):
    page = window(portal.person("individual"))
    door = moves.file_of(page)
    page.goto(f"{door}records")
    page.get_by_text("Filter, sort, or go back to an earlier day").click()
    page.locator("input[name=on]").fill(str(business_date(timezone.now()) - timedelta(days=30)))
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="An earlier day")).to_be_visible()
    expect(page.get_by_text("The portal knew nothing of you then.")).to_be_visible()
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_role("heading", name="An earlier day")).to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Everything, for a spreadsheet (CSV)").click()
    assert taken.value.suggested_filename == "plainmark-records.csv"
