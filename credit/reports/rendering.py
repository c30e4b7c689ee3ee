"""HTML to PDF/A-3a: A4, tagged, every font embedded, attachments associated with the document.

Nothing is read from anywhere but the assets that are handed in: the fetcher knows one scheme, `asset:`, and
refuses every other. Fonts and style sheets are loaded once a process (loading them costs most of a first report).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pydyf
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

VARIANT = "pdf/a-3a"
SCHEME = "asset:"
SANS = ("sans-regular.ttf", "sans-bold.ttf")
RARE = ("rare-regular.ttf", "rare-bold.ttf", "more-regular.ttf")
OTHER = ("other-regular.ttf", "other-bold.ttf")
CONTENT_TYPES = {".svg": "image/svg+xml", ".css": "text/css", ".ttf": "font/ttf", ".png": "image/png"}

logging.getLogger("fontTools").setLevel(logging.WARNING)


class RenderingError(Exception):
    """The document asked for something that it may not have, or a font is missing. Nothing was written."""


class FontsNotBuiltError(RenderingError):
    """The report fonts aren't there; `make setup` builds them."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file inside the PDF. `relationship` as in ISO 32000-2, 7.11.3 ("Data": what the document was made from)."""

    name: str
    description: str
    data: bytes
    relationship: str = "Data"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `asset:NAME` from the given bytes; any other address stops the rendering."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.assets = assets

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The asset's bytes. Raises ValueError for every other address."""
        name = url.removeprefix(SCHEME).lstrip("/")
        if not url.startswith(SCHEME) or name not in self.assets:
            raise ValueError("A report may only use its own assets.")
        kind = CONTENT_TYPES[Path(name).suffix]
        return URLFetcherResponse(url, self.assets[name], {"Content-Type": kind})


@dataclass(frozen=True)
class Press:
    """Fonts and style sheets, loaded: what all reports of a process share."""

    fonts: FontConfiguration
    style: CSS
    covered: frozenset[int]


def render(
    html: str,
    *,
    fonts_dir: Path,
    style: Path,
    images: Mapping[str, str],
    attachments: list[AttachedFile],
    made_at: datetime,
) -> Rendered:
    """Set a page in type. `images`: SVG by name, for `<img src="asset:NAME">`.

    `html` names its language and title. Characters that no font has are written as ‹U+…› (see `printable`),
    so that none prints as a box. Raises RenderingError, FontsNotBuiltError.
    """
    press = press_for(html, fonts_dir, style)
    fetcher = AssetFetcher({name: svg.encode() for name, svg in images.items()})
    try:
        document = HTML(string=printable(html, press.covered), base_url=SCHEME, url_fetcher=fetcher).render(
            stylesheets=[press.style], font_config=press.fonts, pdf_variant=VARIANT
        )
        pdf = document.write_pdf(
            finisher=_finish,
            pdf_variant=VARIANT,
            attachments=[
                Attachment(
                    string=file.data,
                    name=file.name,
                    description=file.description,
                    relationship=file.relationship,
                    created=made_at,
                    modified=made_at,
                )
                for file in attachments
            ],
        )
    except FatalURLFetchingError as error:
        raise RenderingError(str(error)) from error
    return Rendered(pdf, len(document.pages))


def press_for(text: str, fonts_dir: Path, style: Path) -> Press:
    """The press with the fonts that this text needs; the rare ones (20 MB) only where a character asks for them."""
    rare = any(ord(character) not in _coverage(fonts_dir, _common(fonts_dir)) for character in text)
    return _press(fonts_dir, style, rare, _age(fonts_dir))


def is_foreign(text: str, fonts_dir: Path) -> bool:
    """Whether a text has letters that only the other face has, so that it is better set in that as a whole.

    Raises FontsNotBuiltError.
    """
    common = _coverage(fonts_dir, _common(fonts_dir))
    cjk = _coverage(fonts_dir, (*SANS, *RARE))
    return any(ord(character) in common and ord(character) not in cjk for character in text)


def printable(text: str, covered: frozenset[int]) -> str:
    """The text with each character that no font has written as ‹U+…›: never a box, never a silent loss."""
    missing = {character for character in set(text) if ord(character) not in covered and character not in "\n\r\t"}
    return text.translate({ord(character): f"‹U+{ord(character):04X}›" for character in missing}) if missing else text


@lru_cache(maxsize=4)
def _press(fonts_dir: Path, style: Path, rare: bool, age: int) -> Press:
    names = [*_common(fonts_dir), *(RARE if rare else ())]
    assets = {name: (fonts_dir / name).read_bytes() for name in names}
    faces = "".join(_font_face(name) for name in names)
    fonts = FontConfiguration()
    sheet = CSS(string=faces + style.read_text(encoding="utf-8"), url_fetcher=AssetFetcher(assets), font_config=fonts)
    return Press(fonts, sheet, _coverage(fonts_dir, tuple(names)))


def _common(fonts_dir: Path) -> tuple[str, ...]:
    """The files that each report loads. Raises FontsNotBuiltError."""
    if any(not (fonts_dir / name).exists() for name in (*SANS, *RARE)):
        raise FontsNotBuiltError(f"The report fonts aren't built: python -m credit.reports.fonts {fonts_dir}")
    others = [name for name in OTHER if (fonts_dir / name).exists()]
    return (*SANS, *others)


def _font_face(name: str) -> str:
    script, _, weight_name = Path(name).stem.partition("-")
    family, weight = f"Plainmark {script.title()}", 700 if weight_name == "bold" else 400
    return f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{SCHEME}{name}")}}\n'


@cache
def _coverage(fonts_dir: Path, names: tuple[str, ...]) -> frozenset[int]:
    points: set[int] = set()
    for name in names:
        with TTFont(fonts_dir / name, lazy=True) as font:
            points |= font.getBestCmap().keys()
    return frozenset(points)


def _age(fonts_dir: Path) -> int:
    return (fonts_dir / SANS[0]).stat().st_mtime_ns


def _finish(document: Any, pdf: pydyf.PDF) -> None:
    """Take out the empty /Pattern and /Shading dictionaries that WeasyPrint leaves: PDF/A validators refuse them."""
    for item in pdf.objects:
        entries = item if isinstance(item, dict) else getattr(item, "extra", None)
        if not isinstance(entries, dict):
            continue
        for holder in (entries, entries.get("Resources")):
            if isinstance(holder, dict):
                for name in ("Pattern", "Shading"):
                    if name in holder and not holder[name]:
                        del holder[name]
