"""A mark is questioned: what if, and may a human look again? With and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.journeys import moves

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.long)], ids=["with-javascript", "without-javascript"]
)


@BOTH
def test_a_what_if_answers_in_the_page_and_its_address_can_be_opened_again(script, portal, window):
    page = window(portal.person("representative"), script=script)
    file = moves.file_of(page)
    shown = moves.shown_mark(page, file)
    page.get_by_role("link", name="What if").click()
    costly = page.locator("main tbody select").first
    costly.select_option(index=1)
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_role("heading", name="Your mark would be")).to_be_visible()
    expect(page.get_by_role("heading", name=f"Today: {shown.score}")).to_be_visible()
    difference = page.get_by_role("table", name="The difference, line by line")
    lines = [moves.number(text) for text in difference.locator("tbody td:last-child .pm-number").all_inner_texts()]
    assert sum(lines) == moves.number(difference.locator("tfoot td:last-child .pm-number").inner_text())
    page.goto(moves.path_of(page))
    expect(page.get_by_role("heading", name="Your mark would be")).to_be_visible()
    assert moves.shown_mark(page, file) == shown


def test_a_human_looks_again_and_answers_with_a_reason(portal, window):
    subject = window(portal.person("representative"), script=False)
    file = moves.file_of(subject)
    subject.goto(f"{file}review")
    subject.get_by_label("What should a human look at?").fill("Why does labour add only 40?")
    subject.get_by_role("button", name="Ask for a human").click()
    expect(subject.get_by_text("You get an answer by")).to_be_visible()
    subject.goto(file)
    expect(subject.get_by_role("link", name="A human is to look at your mark")).to_be_visible()

    official = window(portal.person("official"))
    official.goto("/desk/")
    official.get_by_role("link", name="Marks to review").click()
    official.locator("main tbody a").first.click()
    official.get_by_role("button", name="Take this review").click()
    expect(official.get_by_text("Why does labour add only 40?")).to_be_visible()
    official.get_by_label("The mark stands").check()
    official.get_by_label("Why?").fill("A category adds at most what the scheme says.")
    official.get_by_role("button", name="Answer", exact=True).click()
    expect(official.get_by_text("Answered. The person or company can read it now.")).to_be_visible()

    subject.goto(f"{file}review")
    expect(subject.get_by_text("A category adds at most what the scheme says.")).to_be_visible()
    subject.goto(f"{file}looks")
    expect(subject.get_by_text("To review a mark").first).to_be_visible()
