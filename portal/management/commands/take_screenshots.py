"""`manage.py take_screenshots`: pictures of the real pages, for README, taken in a browser from a running portal."""

import io
import shutil
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.sample.loading import sample_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANGUAGES = {"en": "en", "zh": "zh-hans"}
WIDE, NARROW = 1100, 360
TALLEST = 1600
"""Longer pages are cut off: a picture is a glimpse, not the page."""
LIMIT = 120_000
"""Bytes of one picture."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page as one kind of person sees it. {door} in `path` is the first door on their start page."""

    name: str
    role: str | None
    path: str
    narrow: bool = False


SHOTS = (
    Shot("home", None, "/", narrow=True),
    Shot("schemes", None, "/schemes/"),
    Shot("rules", None, "/rules"),
    Shot("verify", None, "/verify/"),
    Shot("overview", "individual", "{door}", narrow=True),
    Shot("mark", "individual", "{door}mark", narrow=True),
    Shot("records", "individual", "{door}records"),
    Shot("disputes", "individual", "{door}disputes"),
    Shot("reports", "individual", "{door}reports"),
    Shot("looks", "individual", "{door}looks"),
    Shot("company", "representative", "{door}"),
    Shot("agency", "officer", "{door}"),
    Shot("desk", "official", "{door}"),
    Shot("audit", "auditor", "{door}looks"),
)


class Command(BaseCommand):
    """Sign in as the sample people, walk their pages in both languages, keep small pictures."""

    help = "Take small pictures of the real pages from a running portal, signed in as the sample people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the portal runs, where the pictures go, which of them."""
        parser.add_argument("--url", default=settings.BASE_URL, help="where the portal runs (default: %(default)s)")
        parser.add_argument("--out", type=Path, default=Path("docs/pictures"), help="folder (default: %(default)s)")
        parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these pages")

    def handle(self, *args: Any, url: str, out: Path, only: list[str], **options: Any) -> None:
        """Take them. Raises CommandError without a browser, in production, or when a page can't be shown."""
        if settings.MODE == "production":
            raise CommandError("The sample people exist only with MODE=demo.")
        check_runs(url)
        out.mkdir(parents=True, exist_ok=True)
        people: dict[str, dict[str, Any]] = {}
        for person in sample_world()["people"]:
            people.setdefault(person["role"], person)
        with browser() as chromium:
            for role in dict.fromkeys(shot.role for shot in SHOTS):
                wanted = [shot for shot in SHOTS if shot.role == role and (not only or shot.name in only)]
                if wanted:
                    self.visit(chromium, url.rstrip("/"), people[role] if role else None, wanted, out)

    def visit(self, chromium: "Browser", url: str, person: dict[str, Any] | None, shots: list[Shot], out: Path) -> None:
        """All pictures of one person: signed in once."""
        with chromium.new_context(viewport={"width": WIDE, "height": 800}) as context:
            page = context.new_page()
            door = sign_in(page, url, person) if person else ""
            for shot in shots:
                for name, picture in self.pictures(context, page, url, door, shot):
                    (out / name).write_bytes(picture)
                    self.stdout.write(f"{len(picture):>7}  {out / name}")

    def pictures(
        self, context: "BrowserContext", page: "Page", url: str, door: str, shot: Shot
    ) -> Iterator[tuple[str, bytes]]:
        """The file name and the PNG of each language and width."""
        path = shot.path.format(door=door)
        for short, language in LANGUAGES.items():
            context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}])
            for width in (WIDE, NARROW) if shot.narrow else (WIDE,):
                page.set_viewport_size({"width": width, "height": 800})
                answer = page.goto(url + path)
                if answer is None or not answer.ok:
                    raise CommandError(f"{path} answers {answer.status if answer else 'nothing'}.")
                height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                raw = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
                yield f"{shot.name}-{short}{'-narrow' if width == NARROW else ''}.png", small(raw)


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
