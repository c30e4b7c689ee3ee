"""What people do on the pages, move by move; each returns when its page is there. With and without JavaScript."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.running import wait_for

WORK_SECONDS = 60
"""The most that a worker may take."""


def come_to_rest(page: Page, done: Locator, *, script: bool) -> None:
    """Wait for what a worker does: htmx brings it; without JavaScript one loads the page again."""
    if script:
        expect(done).to_be_visible(timeout=WORK_SECONDS * 1000)
        return

    def there() -> bool:
        page.reload()
        return done.count() > 0

    wait_for(there, WORK_SECONDS)


def deliver(page: Page, agency: str, notation: str, file: Path, *, script: bool) -> str:
    """An officer hands a file over and waits until it is checked; the delivery's path."""
    page.goto(f"/agency/{agency}/")
    page.get_by_label("What is in it?").select_option(notation)
    page.get_by_label("The file", exact=True).set_input_files(file)
    page.get_by_role("button", name="Deliver and check").click()
    page.wait_for_url("**/submissions/*")
    come_to_rest(page, page.get_by_text("are sound"), script=script)
    return path_of(page)


def release(page: Page, delivery: str) -> None:
    """A second officer releases what is checked."""
    page.goto(delivery)
    page.get_by_label("I have looked at the rows").check()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released. The people and companies concerned")).to_be_visible()


def dispute(page: Page, record: str, complaint: str, statement: str) -> str:
    """The subject says what is wrong with a record; the case's path."""
    page.goto(record)
    page.get_by_role("button", name="This is wrong").click()
    page.get_by_label(complaint).check()
    page.get_by_label("What should we know?").fill(statement)
    page.get_by_role("button", name="Dispute this record").click()
    page.wait_for_url("**/disputes/*")
    return path_of(page)


def take(page: Page, case: str) -> None:
    """An official takes a case from the queue."""
    page.goto("/desk/")
    page.get_by_role("link", name=case).click()
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_role("heading", name="Propose a decision")).to_be_visible()


def propose(page: Page, outcome: str, reason: str, *, mark: str = "") -> None:
    """On the page of a case that one has taken."""
    page.get_by_label(outcome).check()
    if mark:
        page.get_by_label("The right mark").fill(mark)
    page.get_by_label("The original document was read").check()
    page.get_by_label("Why?").fill(reason)
    page.get_by_role("button", name="Propose this decision").click()
    expect(page.get_by_text("Another official must confirm it now")).to_be_visible()


def check_and_confirm(page: Page, case: str) -> None:
    """A second official opens the case, reads it, and confirms the decision."""
    page.goto("/desk/")
    page.get_by_role("link", name=case).click()
    page.get_by_role("button", name="Check this case").click()
    page.get_by_role("button", name="Confirm this decision").click()
    expect(page.get_by_text("Decided. The person or company can read the decision now")).to_be_visible()


def order(page: Page, file: str, kind: str) -> str:
    """Order a certified copy by a double click; the report's path."""
    page.goto(f"{file}reports")
    page.get_by_label(kind).check()
    page.get_by_role("button", name="Order this copy").dblclick()
    expect(page).to_have_url(re.compile("/reports/[0-9A-Z-]+$"))  # the second click ends the first one's way there
    return path_of(page)


def download(page: Page, link: str) -> bytes:
    """What the browser saves for a link."""
    with page.expect_download() as awaited:
        page.get_by_role("button", name=link).click()
    return Path(awaited.value.path()).read_bytes()


@dataclass(frozen=True, slots=True)
class ShownMark:
    """The mark as its page shows it: figures from the text, points in tenths."""

    score: int
    band: str
    range: str
    base: Decimal
    points: list[Decimal]
    total: Decimal


def shown_mark(page: Page, file: str) -> ShownMark:
    """Read the page that explains the mark."""
    page.goto(f"{file}mark")
    table = page.locator("table[aria-labelledby=points]")
    rows = [number(text) for text in table.locator("tbody td .pm-number").all_inner_texts()]
    return ShownMark(
        score=int(page.locator(".pm-mark__number").inner_text()),
        band=page.locator(".pm-mark__band").inner_text(),
        range=page.locator(".pm-mark__range").inner_text(),
        base=rows[0],
        points=rows[1:],
        total=number(table.locator("tfoot .pm-number").inner_text()),
    )


def number(text: str) -> Decimal:
    """A number as pages print it: with a true minus sign."""
    return Decimal(text.strip().replace("\N{MINUS SIGN}", "-").replace("+", ""))


def path_of(page: Page) -> str:
    """The page's address without the host."""
    return "/" + page.url.split("/", 3)[3]


def file_of(page: Page) -> str:
    """The path of the first file that is open to whoever has signed in: the first door on the start page."""
    page.goto("/")
    return page.locator(".pm-card a").first.get_attribute("href") or ""
