"""What follows from a record, in a real browser: read, objected to, answered; and tried out beforehand."""

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.seeing import barriers

pytestmark = pytest.mark.browser

OBJECTABLE = "Closer inspection of your business"


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "zh-CN"])
@pytest.mark.parametrize(
    "wide", [pytest.param(True, marks=pytest.mark.long, id="wide"), pytest.param(False, id="narrow")]
)
@pytest.mark.long
def test_the_pages_of_measures_are_without_barriers_and_fit(language, wide, portal, window):
    page = window(portal.person("representative"), locale=language)
    page.set_viewport_size({"width": 1100 if wide else 390, "height": 900})
    door = moves.file_of(page)
    found = {}

    def look(path, status=200):
        answer = page.goto(path)
        assert answer.status == status, path
        found[path] = barriers(page)
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), path

    look(f"{door}measures")
    look(page.locator("main table tbody th a").first.get_attribute("href"))
    look(f"{door}measures/what-if")
    look(f"{door}measures/what-if?event=penalty:serious&agency=tax")
    look(f"{door}measures/what-if?event=penalty:serious", 422)
    look("/measures")
    look("/measures/national/1")
    assert not any(found.values()), found


def test_a_subject_objects_without_javascript_and_an_official_answers(portal, window):
    page = window(portal.person("individual"), script=False)
    door = moves.file_of(page)
    page.goto(f"{door}measures")
    expect(page.get_by_role("img", name="From each record")).to_be_visible()
    page.get_by_role("link", name=OBJECTABLE, exact=True).first.click()
    measure = page.url
    page.get_by_label("Why should this not be applied to you?").fill("My stall has been closed since spring.")
    page.get_by_role("button", name="Object to this measure").click()
    expect(page.get_by_text("Your objection is filed.")).to_be_visible()
    expect(page.get_by_text("Put off: it doesn't start")).to_be_visible()
    page.goto(door)
    expect(page.get_by_role("link", name=f"Your objection: {OBJECTABLE}")).to_be_visible()

    desk = window(portal.person("official"))
    desk.goto("/desk/")
    desk.get_by_role("link", name="Objections to measures").click()
    assert not barriers(desk)
    desk.locator("main table tbody th a").first.click()
    expect(desk.get_by_text("My stall has been closed")).to_have_count(0)
    desk.get_by_role("button", name="Take this objection").click()
    expect(desk.get_by_text("My stall has been closed since spring.")).to_be_visible()
    assert not barriers(desk)
    desk.get_by_label("The objection is right").check()
    desk.get_by_label("Why?").fill("There is nothing left to inspect.")
    desk.get_by_role("button", name="Give this answer").click()
    expect(desk.get_by_text("No objection waits for an answer.")).to_be_visible()

    page.goto(measure)
    expect(page.get_by_text("There is nothing left to inspect.")).to_be_visible()
    expect(page.get_by_text("Called off", exact=True)).to_be_visible()


def test_what_would_follow_is_told_and_nothing_is_kept(portal, window):
    page = window(portal.person("representative"))
    door = moves.file_of(page)
    page.goto(f"{door}measures")
    before = page.locator("main table tbody tr").count()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_label("A court puts me on the list of judgment debtors").check()
    page.get_by_role("button", name="See what would follow").click()
    expect(page.get_by_role("rowheader", name="No public tenders")).to_be_visible()
    page.goto(f"{door}measures")
    assert page.locator("main table tbody tr").count() == before
