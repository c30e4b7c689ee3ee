"""`manage.py take_screenshots`: pictures of the real pages, for README, taken in a browser from a running portal."""

import io
import shutil
import subprocess
import tempfile
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.config import ROOT
from portal.sample.loading import sample_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NARROW = 360
TALLEST = 1000
"""Longer pages are cut off: a picture is a glimpse, not the page."""
LIMIT = 120_000
"""Bytes of one picture."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page as one kind of person sees it on a phone, from the first `start` downwards.

    {door} in `path` is the first door on their start page.
    """

    name: str
    role: str
    path: str
    language: str
    start: str = "body"


SHOTS = (
    Shot("mark-en", "individual", "{door}mark", "en"),
    Shot("records-zh-hans", "individual", "{door}records", "zh-hans"),
    Shot("submission-en", "officer", "{delivery}", "en", "#delivery h2"),
)
FAULTY = ROOT / "tests" / "golden" / "intake" / "penalties-chinese-headings.csv"
"""What the officer delivers for the picture of a file's faults."""


class Command(BaseCommand):
    """Sign in as the sample people, open a page each, order a report, keep small pictures."""

    help = "Take small pictures of the real pages from a running portal, signed in as the sample people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the portal runs, where the pictures go."""
        parser.add_argument("--url", default=settings.BASE_URL, help="where the portal runs (default: %(default)s)")
        parser.add_argument("--out", type=Path, default=Path("docs/pictures"), help="folder (default: %(default)s)")

    def handle(self, *args: Any, url: str, out: Path, **options: Any) -> None:
        """Take them. Raises CommandError without a browser, in production, or when a page can't be shown."""
        if settings.MODE == "production":
            raise CommandError("The sample people exist only with MODE=demo.")
        url = url.rstrip("/")
        check_runs(url)
        out.mkdir(parents=True, exist_ok=True)
        people: dict[str, dict[str, Any]] = {}
        for person in sample_world()["people"]:
            people.setdefault(person["role"], person)
        with browser() as chromium:
            for shot in SHOTS:
                self.keep(out / f"{shot.name}.png", picture(chromium, url, people[shot.role], shot))
        self.keep(out / "report-en.png", first_page(people["individual"]["subject"]))

    def keep(self, file: Path, png: bytes) -> None:
        """Write a picture in as few bytes as it takes."""
        data = small(png)
        file.write_bytes(data)
        self.stdout.write(f"{len(data):>7}  {file}")


def picture(chromium: "Browser", url: str, person: dict[str, Any], shot: Shot) -> bytes:
    """One page as `person` sees it. Raises CommandError where it can't be shown."""
    with chromium.new_context(viewport={"width": NARROW, "height": TALLEST}, device_scale_factor=1.5) as context:
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": shot.language, "url": url}])
        page = context.new_page()
        door = sign_in(page, url, person)
        delivery = deliver(page, url + door) if "{delivery}" in shot.path else ""
        path = shot.path.format(door=door, delivery=delivery)
        answer = page.goto(url + path)
        if answer is None or not answer.ok:
            raise CommandError(f"{path} answers {answer.status if answer else 'nothing'}.")
        place = page.locator(shot.start).first.bounding_box()
        top = place["y"] if place else 0
        height = min(page.evaluate("document.documentElement.scrollHeight") - top, TALLEST)
        return page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": NARROW, "height": height})


def deliver(page: "Page", agency: str) -> str:
    """Deliver a file with faults, unless it was before, and wait until it is checked; the delivery's path."""
    page.goto(agency)
    earlier = page.locator("main tbody tr").filter(has_text=FAULTY.name).locator("a")
    if not earlier.count():
        page.locator("main select").first.select_option("double-publicity-penalty")
        page.locator("main input[type=file]").set_input_files(FAULTY)
        page.locator("main form button[type=submit]").first.click()
        page.locator("#delivery dl").wait_for(timeout=60_000)
        page.goto(agency)
    return earlier.first.get_attribute("href") or ""


def first_page(subject: str) -> bytes:
    """The first page of a certified report on `subject`, written by the running portal's worker."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "report.pdf"
        call_command("issue_report", subject, "--language", "en", "--out", str(pdf), "--json", stdout=io.StringIO())
        command = ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(round(1.5 * NARROW)), "-scale-to-y", "-1"]
        subprocess.run([*command, str(pdf), str(pdf.with_suffix(""))], check=True)
        return pdf.with_suffix(".png").read_bytes()


def check_runs(url: str) -> None:
    """Raises CommandError where no portal answers."""
    try:
        urllib.request.urlopen(f"{url.rstrip('/')}/livez", timeout=5).close()  # noqa: S310 (the operator's own address)
    except OSError as error:
        raise CommandError(f"No portal answers on {url}. Start one with: make demo") from error


def sign_in(page: "Page", url: str, person: dict[str, Any]) -> str:
    """By the pages that everybody signs in with; returns the path of the first door on the start page.

    Raises CommandError when the person isn't let in.
    """
    import pyotp

    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", person["email"])
    page.fill("[name=password]", person["password"])
    page.locator("main button[type=submit]").first.click()
    if "/2fa/" in page.url:
        page.fill("[name=code]", pyotp.TOTP(person["totp_secret"]).now())
        page.locator("main button[type=submit]").first.click()
    if "/account/" in page.url:
        raise CommandError(f"{person['email']} was not let in: {page.locator('h1').inner_text()}.")
    page.goto(url + "/")
    return page.locator(".pm-card a").first.get_attribute("href") or "/"


def small(png: bytes) -> bytes:
    """The same picture in as few colours as it takes to stay under LIMIT bytes."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32, 16, 8):
        kept = io.BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            kept, "PNG", optimize=True
        )
        if kept.tell() < LIMIT:
            break
    return kept.getvalue()


def browser() -> Any:
    """The system's Chromium, as a context manager. Raises CommandError where there is none."""
    from contextlib import contextmanager

    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise CommandError("There is no Chromium here: apt-get install chromium")

    @contextmanager
    def opened() -> Iterator["Browser"]:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=found, args=list(BROWSER_FLAGS))
            yield chromium
            chromium.close()

    return opened()
