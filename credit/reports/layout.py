"""A report's content as a page: HTML in the report's own language, and its drawings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, gettext_noop

from credit.core.clock import zone
from credit.reports import drawings
from credit.reports.content import Kind, Language, ReportContent

STYLE = Path(settings.BASE_DIR) / "static" / "reports" / "report.css"
EMBLEM = Path(settings.BASE_DIR) / "static" / "src" / "images" / "mark.svg"
KIND_NAMES = {
    Kind.FULL: gettext_noop("Certified credit report"),
    Kind.SUMMARY: gettext_noop("Certified credit report: summary"),
    Kind.COUNTERPARTY: gettext_noop("Certified credit report: for a counterparty"),
}
HTML_LANGUAGES = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}
DAYS = {Language.ENGLISH: "j F Y", Language.CHINESE: "Y年n月j日"}
SHORT_DAYS = {Language.ENGLISH: "j M Y", Language.CHINESE: "Y-m-d"}
MOMENTS = {Language.ENGLISH: "j F Y, H:i", Language.CHINESE: "Y年n月j日 H:i"}
SECONDS = {language: f"{form}:s" for language, form in MOMENTS.items()}


@dataclass(frozen=True, slots=True)
class Layout:
    """A page and the drawings that it names (SVG by file name)."""

    html: str
    images: dict[str, str]


def lay_out(content: ReportContent, *, issuer: str, url: str, foreign: bool = False) -> Layout:
    """Write the page of a report.

    `issuer`: whose signature it will bear; `url`: where it can be checked; `foreign`: rendering.is_foreign of the name.
    """
    with translation.override(content.language):
        html = render_to_string("reports/report.html", _context(content, issuer, url) | {"foreign": foreign})
    gauge = drawings.gauge(content.score, content.minimum, content.maximum, content.bands)
    emblem = EMBLEM.read_text(encoding="utf-8")
    return Layout(html, {"gauge.svg": gauge, "qr.svg": drawings.qr(url), "mark.svg": emblem})


def address_of(code: str) -> str:
    """Where a report can be checked: what its QR code says. Nothing in it but the code."""
    return f"{settings.BASE_URL.rstrip('/')}/verify/{code}"


def signed_number(points: str) -> str:
    """ "-12.5" as "−12.5", "3.0" as "+3.0", "0.0" as it is."""
    if points.startswith("-"):
        return "−" + points[1:]
    return points if not points.strip("0.") else f"+{points}"


def common_value(thousandths: int) -> str:
    """A value of the common scale from −1 to +1, exact: "−0.5", "+0.125"."""
    whole, rest = divmod(abs(thousandths), 1000)
    digits = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"{'−' if thousandths < 0 else '+' if thousandths else ''}{digits}"


def sign(points: str | None) -> str:
    """The style of a number: cost, gain or none."""
    if points is None or not points.strip("-0."):
        return ""
    return "cost" if points.startswith("-") else "gain"


def _context(content: ReportContent, issuer: str, url: str) -> dict[str, object]:
    language = Language(content.language)
    kind_name = gettext(KIND_NAMES[Kind(content.kind)])
    gauge_words = gettext("Mark %(score)s on a scale from %(lowest)s to %(highest)s")
    if content.score is None:
        gauge_words = gettext("No mark yet, on a scale from %(lowest)s to %(highest)s")
    numbers = {"score": content.score, "lowest": content.minimum, "highest": content.maximum}
    return {
        "report": content,
        "html_lang": HTML_LANGUAGES[language],
        "kind_name": kind_name,
        "title": f"{kind_name} · {content.subject_name} · {content.serial}",
        "subject_kind": gettext("Company") if content.subject_kind == "company" else gettext("Individual"),
        "gauge_words": gauge_words % numbers,
        "as_of": format_date(date.fromisoformat(content.as_of), DAYS[language]),
        "issued_at": _moment(content.issued_at, MOMENTS[language]),
        "known_at": _moment(content.known_at, (SECONDS if content.earlier else MOMENTS)[language]),
        "issuer": issuer,
        "url": url,
        "lines": _lines(content, language),
        "categories": [
            _points(line.points) | {"category": line.category, "records": line.records, "held": line.held}
            for line in content.categories
        ],
        "factors": [
            _points(line.points) | {"category": line.category, "words": line.words} for line in content.factors
        ],
        "adjustments": [_points(line.points) | {"reason": line.reason} for line in content.adjustments],
    }


def _lines(content: ReportContent, language: Language) -> list[dict[str, object]]:
    return [
        {
            "agency": line.agency,
            "what": line.what,
            "category": line.category,
            "record": line.record,
            "stated": line.stated,
            "common": common_value(line.common),
            "since": _short_day(date.fromisoformat(line.decided_on), language),
            "until": _last_day(line.ends_on, language),
            "disputed": line.disputed,
            "note": line.note,
        }
        | _points(line.points)
        for line in content.lines
    ]


def _points(points: str | None) -> dict[str, object]:
    return {"points": "–" if points is None else signed_number(points), "sign": sign(points)}


def _short_day(day: date, language: Language) -> str:
    return format_date(day, SHORT_DAYS[language])


def _last_day(ends_on: str | None, language: Language) -> str:
    """The last day on which a record is in force."""
    if ends_on is None:
        return gettext("no end")
    return _short_day(date.fromisoformat(ends_on) - timedelta(days=1), language)


def _moment(iso: str, form: str) -> str:
    """With its offset as UTC+8: "CST" means three zones."""
    moment = datetime.fromisoformat(iso).astimezone(zone())
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    offset = f"UTC{minutes // 60:+d}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
    return f"{format_date(moment, form)} ({offset})"
