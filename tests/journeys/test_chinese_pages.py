"""Chinese pages are in Chinese: every page that people reach by links is read, and no English word may show on it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.config import ROOT
from tests.journeys.running import Portal

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
STATEMENT = "这项评级有误，请查阅原始文书。"

SHOWN_TEXT = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest("head, script, style, code, pre, .pm-code, [lang=en]")) continue;
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    else for (const name of ["alt", "aria-label", "title", "placeholder"]) texts.push(node.getAttribute(name) || "");
  }
  return [document.title, ...texts].map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
LINKS = """() => [...document.querySelectorAll("a[href^='/']:not([download])")]
  .map((link) => new URL(link.href).pathname)"""

NOT_ENGLISH = re.compile(
    r"""
    \b[0-9A-Z]{4}(-[0-9A-Z]{4})+              # public ids and codes; first, as one may begin like another word: MB3K-…
    | manage\.py\sverify_ledger\s--heads\sDIR | “signature”
    | Plainmark(\s\(demonstration\))? | \S+@\S+ | https?://\S+ | Mozilla/5\.0.*
    | CC0-1\.0
    | PDF | SHA-256 | CSV | XLSX | (ND)?JSON | UTF-8 | UTC | GB\s18030 | Ed25519 | base64 | RFC | KB | MB | LEI
    | \b(uscc|lei|passport|register):(FRA-)?… # how a number is written
    | FRA-\w+ | \bA{1,3}\b                    # a passport; the best bands
    | \d{4}\*+[0-9A-Z]{4} | \b[0-9A-Z]{18}\b   # identifiers, masked and as they were delivered
    | \b[0-9a-f]{12,}\b | \S{43}=             # digests, keys
    | \b[\w-]+(\.(csv|xlsx|json|pdf|toml|sig|pem))+\b | OpenSSL
    | \b[A-Z]{2}(_[A-Z]+)+\b                  # columns of the national format
    | \b[a-z]+\.[a-z_]+\b                     # codes of faults, for programs
    | \d{4}-\d\d-\d\dT[\d:.]+Z
    """,
    re.VERBOSE | re.ASCII,
)
WORD = re.compile(r"[A-Za-z]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
NO_PAGE = re.compile(
    r"/(.*\.(json|csv|toml|sig|pem)$|account/logout|language|static/|ledger/heads|.*/(file|document)$)"
)


def english_in(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """The texts that hold a word of two Latin letters or more, beside `names` and what is the same in any language."""
    known = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    return sorted({text for text in texts if WORD.search(known.sub(" ", NOT_ENGLISH.sub(" ", text)))})


def kind_of(path: str) -> str:
    """Pages of the same kind have the same address but for its ids, versions and codes."""
    return "/".join("*" if re.search(r"[0-9A-Z]", part) else part for part in path.split("/"))


def walk(page: Page, start: str, below: tuple[str, ...]) -> Iterator[str]:
    """Open every kind of page below some paths that links lead to from `start`; yields each path when it is shown."""
    waiting, kinds = [start], {kind_of(start)}
    while waiting:
        path = waiting.pop(0)
        page.goto(path)
        yield path
        for link in page.evaluate(LINKS):
            if kind_of(link) not in kinds and link.startswith(below) and not NO_PAGE.match(link):
                kinds.add(kind_of(link))
                waiting.append(link)


@pytest.fixture
def chinese(portal: Portal, window: Callable[..., Page]) -> Callable[..., Page]:
    """A phone that asks for Chinese pages, in the hands of somebody who has signed in."""

    def opened(person: dict[str, Any] | None = None) -> Page:
        if person:
            window(person)
        return window(person, locale="zh-CN", viewport=PHONE)

    return opened


@pytest.fixture
def read(portal: Portal) -> Callable[..., list[str]]:
    """What is wrong with the page that is shown, on a phone; `names`: what else isn't English on it."""
    people = {word for person in portal.people for word in (person["name"], person["agency"]) if word}

    def wrong(page: Page, *names: str) -> list[str]:
        texts = page.evaluate(SHOWN_TEXT)
        found = english_in(texts, people.union(names))
        if not HAN.search(texts[0]):
            found.append(f"title: {texts[0]}")
        if page.locator("html").get_attribute("lang") != "zh-hans":
            found.append("the page doesn't say that it is in Chinese")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("the page is wider than the phone")
        return found

    return wrong


@pytest.mark.parametrize(
    ("role", "number", "below"),
    [
        (None, 0, ("/",)),
        ("individual", 1, ("/s/",)),
        pytest.param(*("officer", 1, ("/agency/",)), marks=pytest.mark.long),
        pytest.param(*("official", 0, ("/desk/",)), marks=pytest.mark.long),
        pytest.param(*("auditor", 0, ("/audit/", "/account/")), marks=pytest.mark.long),
    ],
    ids=["anyone", "individual", "officer", "official", "auditor"],
)
def test_pages_hold_no_english(role, number, below, portal, chinese, read):
    page = chinese(portal.person(role, number) if role else None)
    wrong = {path: found for path in walk(page, "/", below) if (found := read(page))}
    assert wrong == {}


@pytest.mark.parametrize("address", ["/nowhere", "/s/8KQ2-M4TZ/records", "/desk/", "/verify/8KQ2-M4TZ-7HJ3-9XWD"])
def test_a_refusal_is_in_chinese(address, portal, chinese, read):
    page = chinese(portal.person("individual", 1))
    page.goto(address)
    assert read(page) == []


@pytest.mark.long
def test_complaints_about_forms_are_in_chinese(chinese, read):
    page = chinese()
    for address, values in (
        ("/account/login/", {}),
        ("/account/login/", {"login": "nobody@example.org", "password": "wrong"}),
        ("/account/signup/", {"email": "no address", "password1": "123", "password2": "124"}),
        ("/verify/", {}),
    ):
        page.goto(address)
        for name, value in values.items():
            page.locator(f"main input[name={name}]").fill(value)
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        assert read(page) == [], (address, values)


@pytest.mark.long
def test_a_delivery_with_faults_is_told_in_chinese(portal, chinese, read):
    page = chinese(portal.person("officer", 0, "suzhou"))
    file = ROOT / "tests" / "golden" / "intake" / "suzhou.csv"
    page.goto("/agency/suzhou/")
    page.locator("main select").select_option("suzhou-osmanthus")
    page.locator("main input[type=file]").set_input_files(file)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="会带来的变化")).to_be_visible()
    assert read(page, *file.read_text(encoding="utf-8").split("\n", 1)[0].split(",")) == []


@pytest.mark.long
def test_a_dispute_is_in_chinese_on_both_sides(portal, chinese, read):
    page = chinese(portal.person("individual", 1))
    page.goto("/")
    page.goto(f"{page.locator('.pm-card a').first.get_attribute('href')}records")
    page.locator("main table a").first.click()
    page.get_by_role("button", name="这条记录有误").click()
    assert read(page) == []
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert read(page) == []
    page.get_by_label("事实有误").check()
    page.locator("main textarea").fill(STATEMENT)
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_role("heading", name="撤回异议")).to_be_visible()
    assert read(page) == []
    case = page.url.rsplit("/", 1)[1]

    desk = chinese(portal.person("official"))
    desk.goto(f"/desk/cases/{case}")
    assert read(desk) == []
    desk.get_by_role("button", name="受理此异议").click()
    desk.get_by_role("button", name="提交处理意见").click()
    expect(desk.locator(".govuk-error-summary")).to_be_visible()
    assert read(desk) == []
