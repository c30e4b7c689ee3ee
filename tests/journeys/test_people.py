"""One visit for each kind of person: what their pages say, in their language, to everyone who reads or hears them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.running import wait_for
from tests.journeys.seeing import barriers

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OF_THE_MARK = ("mark/history", "mark/what-if", "mark/what-if?on=2040-01-01", "review")
PAGES = {
    None: (
        "/",
        "/schemes/",
        "/schemes/open/1",
        "/schemes/conversions",
        "/calculator?example=company",
        "/rules",
        "/verify/",
        "/ledger/",
        "/help/start",
        "/account/signup/",
        "/sources",
        "/sources/tax",
        "/measures",
    ),
    "individual": ("", "mark", *OF_THE_MARK, "records", "measures", "disputes", "reports", "looks"),
    "representative": ("", "mark", *OF_THE_MARK, "records", "measures", "disputes", "reports", "looks"),
    "officer": ("",),
    "official": ("", "reviews"),
    "auditor": ("", "looks"),
    "board": ("", "schemes/new"),
}
CODE = re.compile(r"^ *([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)


SOME = (None, "individual")
"""Whose pages are looked through each time; everybody's are in the long run."""


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "zh-CN"])
@pytest.mark.parametrize(
    "role", [role if role in SOME else pytest.param(role, marks=pytest.mark.long) for role in PAGES]
)
def test_pages_have_no_barrier_that_axe_finds(role, language, portal, window):
    page = window(portal.person(role) if role else None, locale=language)
    door = moves.file_of(page) if role else ""
    found = {}
    for path in PAGES[role]:
        answer = page.goto(f"{door}{path}")
        assert answer.status == 200, path
        found[path] = barriers(page)
    assert not any(found.values()), found


@pytest.mark.long
def test_the_individual_reads_their_file_in_chinese(portal, window):
    page = window(portal.person("individual"), locale="zh-CN")
    door = moves.file_of(page)
    for path in PAGES["individual"]:
        page.goto(f"{door}{path}")
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert CHINESE.search(page.locator("h1").inner_text()), path
    page.goto(f"{door}records")
    expect(page.get_by_role("heading", name="税务")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Your records")).to_be_visible()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="Your records")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_whoever_signs_up_proves_the_address_by_a_code_and_is_told_what_to_do(script, portal, window):
    address = f"newcomer-{script}@example.org".lower()
    page = window(script=script)
    page.goto("/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Email").fill(address)
    for field in ("password1", "password2"):
        page.locator(f"input[name={field}]").fill("a lantern in the harbour")
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_text(address, exact=True)).to_be_visible()
    page.locator("input[name=code]").fill("WRONG1")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=code]").fill(code_sent_to(address, portal.data_dir / "mail"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("No record is open to you yet.")).to_be_visible()
    expect(page.get_by_text("once you have proven that it is yours")).to_be_visible()


def code_sent_to(address: str, mail: Path) -> str:
    """The code in the letter to an address: it stands alone on a line."""

    def letters() -> list[str]:
        texts = [file.read_text(encoding="utf-8") for file in mail.glob("*.log")]
        return [text for text in texts if f"To: {address}" in text]

    wait_for(letters, 20)
    body = letters()[-1].split("\n\n", 1)[1]
    return CODE.findall(body)[0]


def test_whoever_signs_out_sees_nothing_any_more(portal, windows):
    person = portal.person("individual", 1)
    page = windows.open(person)
    del windows.signed_in[person["email"]]
    door = moves.file_of(page)
    page.get_by_role("button", name="Sign out").click()
    confirm_if_asked(page)
    page.goto(door)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def confirm_if_asked(page: Page) -> None:
    """Some pages ask once more before they sign out."""
    if "/logout" in page.url:
        page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_nobody_opens_a_file_that_is_not_theirs(portal, window):
    door = moves.file_of(window(portal.person("representative")))
    for role in ("individual", "officer", "official", "auditor"):
        page = window(portal.person(role))
        assert page.goto(door).status == 404
        assert page.goto(f"{door}records").status == 404


def test_every_page_says_what_the_browser_may_run(portal, window):
    answer = window().goto("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
