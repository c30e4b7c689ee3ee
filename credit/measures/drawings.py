"""From which record to which agency: the map of a subject's measures, as numbers to be drawn. No Django."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WIDTH = 400
"""The drawing's own units: narrow, so that its letters are readable on a phone."""
BOX = 148
LINE = 16
PADDING = 7
GAP = 10
TOP = 4
LETTER, BROAD = 6.8, 13.0
"""The width of a Latin letter and of a Chinese character at the size in which the drawing is written."""
LINES_AT_MOST = 5
OPENING, CLOSING = "（《「(", "，。、；：）》」)"
"""What never ends a line, and what never begins one."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One measure: its cause and the agency that applies it, each by a key, and how the line looks."""

    cause: str
    agency: str
    adverse: bool
    announced: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label."""

    text: str
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A record or the mark on the left, an agency on the right."""

    key: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[Line, ...]

    @property
    def text_x(self) -> int:
        """Where its letters begin."""
        return self.x + PADDING

    @property
    def middle(self) -> int:
        """The height at which lines touch it."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Curve:
    """From a cause to an agency, once for what is against one and once for what is in one's favour."""

    path: str
    adverse: bool
    announced: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole map. `more`: causes that are left out; the table below names all."""

    width: int
    height: int
    causes: tuple[Box, ...]
    agencies: tuple[Box, ...]
    curves: tuple[Curve, ...]


def picture_of(causes: Sequence[tuple[str, str]], agencies: Sequence[tuple[str, str]], ties: Iterable[Tie]) -> Picture:
    """The map of keyed labels, in their order, and of the ties between them."""
    left = _column(causes, 2)
    right = _column(agencies, WIDTH - BOX - 2)
    height = max((box.y + box.height for box in (*left, *right)), default=0) + TOP
    left, right = _centred(left, height), _centred(right, height)
    places = {box.key: box for box in left}, {box.key: box for box in right}
    drawn = dict.fromkeys(sorted(ties, key=lambda tie: (tie.adverse, not tie.announced)))
    curves = tuple(_curve(places[0][tie.cause], places[1][tie.agency], tie) for tie in drawn)
    return Picture(WIDTH, height, left, right, curves)


def wrapped(label: str, width: float) -> list[str]:
    """A label in lines no wider than `width` units: broken between words, and anywhere in Chinese; at most five."""
    lines, line = [], ""
    for piece in _pieces(label):
        if line and _width(line + piece) > width:
            lines.append(line.strip())
            line = ""
        line += piece
    lines.append(line.strip())
    if len(lines) > LINES_AT_MOST:
        lines = [*lines[: LINES_AT_MOST - 1], lines[LINES_AT_MOST - 1] + "…"]
    return lines


def _pieces(label: str) -> list[str]:
    """What may not be broken: words with the space after them, single Chinese characters with what follows them."""
    pieces: list[str] = []
    for letter in label:
        bound = letter in CLOSING or (pieces and pieces[-1][-1] in OPENING)
        if pieces and (bound or (not _broad(letter) and not pieces[-1].endswith(" ") and not _broad(pieces[-1][-1]))):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _broad(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _width(text: str) -> float:
    return sum(BROAD if _broad(letter) else LETTER for letter in text)


def _column(labels: Sequence[tuple[str, str]], x: int) -> tuple[Box, ...]:
    boxes, y = [], TOP
    for key, label in labels:
        texts = wrapped(label, BOX - 2 * PADDING)
        height = len(texts) * LINE + 2 * PADDING
        lines = tuple(Line(text, y + PADDING + 12 + place * LINE) for place, text in enumerate(texts))
        boxes.append(Box(key, x, y, BOX, height, lines))
        y += height + GAP
    return tuple(boxes)


def _centred(column: tuple[Box, ...], height: int) -> tuple[Box, ...]:
    """The shorter column stands in the middle of the longer one."""
    if not column:
        return column
    down = (height - (column[-1].y + column[-1].height) - TOP) // 2
    return tuple(
        replace(box, y=box.y + down, lines=tuple(Line(one.text, one.y + down) for one in box.lines)) for box in column
    )


def _curve(cause: Box, agency: Box, tie: Tie) -> Curve:
    start, end, shift = cause.x + cause.width, agency.x, 3 if tie.adverse else -3
    bend = (start + end) // 2
    here, there = cause.middle + shift, agency.middle + shift
    path = f"M{start} {here}C{bend} {here} {bend} {there} {end} {there}"
    return Curve(path, tie.adverse, tie.announced)
