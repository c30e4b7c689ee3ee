"""The drawings of a report, as SVG without text in any language but the bands' own names. Pure."""

import io
from collections.abc import Sequence
from html import escape

import segno

from credit.reports.content import BandLine

WIDTH, HEIGHT = 1000, 132
BAR_TOP, BAR_HEIGHT = 34, 46
INK, SECONDARY = "#16211f", "#46524f"
TINTS = ("#e7b09c", "#efcf9f", "#e5e2bd", "#bfdcc6", "#86c0ae", "#5aa695")  # as the pages draw it, lowest band first


def gauge(score: int | None, minimum: int, maximum: int, bands: Sequence[BandLine]) -> str:
    """The scale from minimum to maximum with a tint for each band, and a pointer at the score, if there is one."""
    ordered = sorted((band for band in bands if band.start <= maximum), key=lambda band: band.start)
    edges = [max(band.start, minimum) for band in ordered] + [maximum]
    parts = []
    if edges[0] > minimum:
        parts.append(_bar(_x(minimum, minimum, maximum), _x(edges[0], minimum, maximum), "#dfe3e1"))
    for place, band in enumerate(ordered):
        left, right = _x(edges[place], minimum, maximum), _x(edges[place + 1], minimum, maximum)
        if right <= left:
            continue
        parts.append(_bar(left, right, TINTS[_tint(place, len(ordered))]))
        if _fits(band.name, right - left):
            parts.append(_text((left + right) / 2, BAR_TOP + 32, band.name, size=26, weight=700))
    marks = sorted({minimum, maximum, *edges})
    parts += [_number(_x(mark, minimum, maximum), str(mark)) for mark in marks]
    if score is not None:
        parts.append(_pointer(_x(min(max(score, minimum), maximum), minimum, maximum)))
    return _svg(WIDTH, HEIGHT, "".join(parts))


def qr(url: str) -> str:
    """A QR code of the address, error correction M. Without its quiet zone (four modules, ISO/IEC 18004): that is
    the white padding around it on the page."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=0, dark=INK, light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    return out.getvalue().decode()


def _fits(text: str, width: float) -> bool:
    """Whether a name, at 26 units a Chinese character and 17 a letter, leaves its bar some air."""
    return sum(26 if ord(character) > 0x2E80 else 17 for character in text) + 8 <= width


def _tint(place: int, bands: int) -> int:
    return 3 if bands == 1 else round(place * (len(TINTS) - 1) / (bands - 1))


def _x(value: int, minimum: int, maximum: int) -> float:
    return 0.0 if maximum == minimum else (value - minimum) / (maximum - minimum) * WIDTH


def _number(x: float, text: str) -> str:
    anchor = "start" if x == 0 else "end" if x == WIDTH else "middle"
    return _text(x, HEIGHT - 16, text, size=22, fill=SECONDARY, anchor=anchor)


def _bar(left: float, right: float, fill: str) -> str:
    return (
        f'<rect x="{left + 1.5:.1f}" y="{BAR_TOP}" width="{max(right - left - 3, 1):.1f}" '
        f'height="{BAR_HEIGHT}" fill="{fill}"/>'
    )


def _text(
    x: float, y: float, text: str, *, size: int, weight: int = 400, fill: str = INK, anchor: str = "middle"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Plainmark Sans" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _pointer(x: float) -> str:
    top, foot = BAR_TOP - 4, BAR_TOP + BAR_HEIGHT + 8
    return (
        f'<path d="M{x:.1f} {top + 4}l-15 -26h30z" fill="{INK}"/>'
        f'<path d="M{x:.1f} {top}V{foot}" stroke="{INK}" stroke-width="5" fill="none"/>'
    )


def _svg(width: int, height: int, inner: str) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{inner}</svg>'
