"""What an XLSX file claims, counted before it is unpacked: how far its cells reach, how much its texts come to.

A table is laid out from its first cell to its farthest, and each cell gets a text of its own, so that some hundred
bytes can ask for gigabytes. Whatever could be read as a sheet is looked through, wherever it stands in the file and
whatever it is called; a tag of a cell or row that isn't written plainly is refused, not guessed at.
"""

import re
import zipfile
import zlib
from array import array
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import IO

from credit.records.notations.faults import Code, FileRefused, refuse
from credit.records.notations.formats import PIECE, Limits, size

MEMBERS = 2_000
SMALL = 1024 * 1024
"""Bytes below which any ratio passes: a short sheet of blanks packs very well."""

LONGEST = 256 * 1024
"""Bytes of a tag, or of a value that stands right behind its own."""
LONG_TEXT = 64
"""Bytes of a shared text that are covered by what a cell takes in any case."""

NOT_UTF8 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0")
OTHER_BOOKS = ("content.xml", "workbook.bin")
"""Other formats that come as ZIP (ODS, XLSB): the reader would try them too."""

PREFIX = rb"(?:[^\s:<>/\"']{0,64}+:)?"
ATTRIBUTES = rb"""(?:\s++(?!r\s*+=)[^\s=<>"'/]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+')){0,24}"""
PLACE = rb"""(?:\s++r\s*+=\s*+(?:"([A-Za-z]{0,3}+)([0-9]{1,7}+)"|'([A-Za-z]{0,3}+)([0-9]{1,7}+)'))?"""
# Neither of the two is possessive: Python 3.11.2 (Debian 12) goes on behind what the last, failing round had taken.
# Attributes are bounded instead: spreadsheets write at most some fifteen, and what has more is refused.
USUAL_CELLS = re.compile(rb'<c r="([A-Z]{1,3}+)([0-9]{1,7}+)"(?: [st]="[0-9A-Za-z]{1,9}+"){0,2}+ ?/?>')
USUAL_ROWS = re.compile(rb'<row r="([0-9]{1,7}+)"(?: [A-Za-z0-9:]{1,40}+="[^<>"=]*+")*+ ?/?>')
USUAL_TAGS = (
    b"</c>", b"</row>", b"<v>", b"</v>", b"<v/>", b"<is>", b"</is>", b"<t>", b"<t/>", b'<t xml:space="preserve">',
    b"</t>", b"<f>", b"</f>", b"</sheetData>", b"<pageMargins ", b"</worksheet>",
)  # fmt: skip
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
MARKUP = re.compile(rb"<[!?]")
SHEET = re.compile(rb"<" + PREFIX + rb"sheetData[\s/>]")
STARTS = re.compile(rb"</?(?:[^\s:<>/]*+:)?(?:c|row)(?=[\s/>])")
TAGS = re.compile(
    rb"<" + PREFIX + rb"(?:(c)|row)" + ATTRIBUTES + PLACE + ATTRIBUTES + rb"\s*+(/?)>|</" + PREFIX + rb"(c|row)\s*+>"
)
"""The start of a cell or row with letters and digits of its place and whether it is empty, or the end of one."""

VALUE = rb"<" + PREFIX + rb"v(?:\s[^<>]*+)?>"
LONG_VALUE = re.compile(VALUE)
VALUES = re.compile(VALUE + rb"[+\s]*+0*+([^<]*+)")
COUNT = re.compile(rb"uniqueCount\s*+=\s*+[\"']\s*+[+]?0*+([0-9]{1,30})")
"""Room is made for as many texts as are announced, before the first is read."""

TEXTS = re.compile(rb"<" + PREFIX + rb"si(?=[\s/>])")


def look_through(data: bytes, limits: Limits) -> None:
    """Unpack each member piece by piece, keeping nothing. Raises FileRefused for what would fill the memory."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS or any(member.flag_bits & 0x1 for member in members):
                raise bad()
            if any(_name(member) in OTHER_BOOKS for member in members):
                raise bad()
            texts = _Texts(limits)
            look = _Look(len(data), limits)
            for member in sorted(members, key=lambda member: _name(member) != "sharedstrings.xml"):
                with archive.open(member) as stream:
                    sheet = _Sheet(limits, texts)
                    look.into(stream, [texts, sheet] if _name(member) == "sharedstrings.xml" else [sheet])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        raise bad() from None


def bad() -> FileRefused:
    """The refusal of what isn't a spreadsheet, or not one that is written plainly."""
    return refuse(Code.FILE_FORMAT, detail="spreadsheet")


def _name(member: zipfile.ZipInfo) -> str:
    return re.split(r"[/\\]", member.filename.lower())[-1]


def _refuse_long(tail: bytes) -> None:
    """A text may be long, a tag may not, nor may a number: neither is then looked at in one piece."""
    if b">" not in tail:
        raise bad()
    if LONG_VALUE.match(tail):
        raise refuse(Code.FILE_TOO_LARGE, expected=size(LONGEST))


class _Look:
    """Goes through the members; the sizes that they unpack to count together."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self.limits = limits
        self.room = min(limits.unpacked_bytes, max(SMALL, packed * limits.unpacked_ratio))

    def into(self, stream: IO[bytes], kinds: Sequence["_Sheet | _Texts"]) -> None:
        """Cut one member into windows that end between tags, for what it may be. Raises FileRefused."""
        tail = b""
        while piece := stream.read(PIECE):
            self.room -= len(piece)
            if self.room < 0:
                raise refuse(Code.FILE_TOO_LARGE, expected=size(self.limits.unpacked_bytes))
            window = tail + piece
            if ENTITY.search(window) or (not tail and window.startswith(NOT_UTF8)):
                raise bad()
            cut = max(0, window.rfind(b"<"))
            for kind in kinds:
                kind.take(window[:cut])
            tail = window[cut:]
            if len(tail) > LONGEST:
                if any(kind.plain for kind in kinds):
                    _refuse_long(tail)
                for kind in kinds:
                    kind.take(tail)
                tail = b""
        for kind in kinds:
            kind.take(tail)


class _Texts:
    """The texts that cells share: how many bytes each has."""

    plain = True

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.lengths = array("I")
        self.long: set[bytes] | None = None
        self.expanded = 0

    def take(self, window: bytes) -> None:
        """One window of the member."""
        if any(int(count) > self.limits.sheet_cells for count in COUNT.findall(window)):
            raise refuse(Code.FILE_TOO_LARGE, expected=f"{self.limits.sheet_cells:,} cells")
        places = [found.start() for found in TEXTS.finditer(window)]
        if self.lengths:
            self.lengths[-1] += places[0] if places else len(window)
        self.lengths.extend(end - start for start, end in pairwise([*places, len(window)]))
        if len(self.lengths) > self.limits.sheet_cells:
            raise refuse(Code.FILE_TOO_LARGE, expected=f"{self.limits.sheet_cells:,} cells")

    def used_by(self, window: bytes) -> None:
        """A cell that names a shared text gets a copy of it. Raises FileRefused when the copies come to too much."""
        if self.long is None:
            self.long = {b"%d" % at for at, length in enumerate(self.lengths) if length > LONG_TEXT}
        if not self.long:
            return
        for value in VALUES.findall(window):
            name = value if value.isdigit() else b"0"  # the reader takes what is no number for the first text
            if name in self.long:
                self.expanded += self.lengths[int(name)]
        if self.expanded > self.limits.unpacked_bytes:
            raise refuse(Code.FILE_TOO_LARGE, expected=size(self.limits.unpacked_bytes))


class _Sheet:
    """A member that may be a sheet: its cells are placed as the reader places them, by name or else by order."""

    def __init__(self, limits: Limits, texts: _Texts) -> None:
        self.limits = limits
        self.texts = texts
        self.plain = False
        self.row = self.column = 0
        self.rows = self.columns = self.cells = 0

    def take(self, window: bytes) -> None:
        """One window of the member. Raises FileRefused."""
        if not self.plain:
            found = SHEET.search(window)
            if found is None:
                return
            self.plain, window = True, window[found.end() - 1 :]
        if not self._usual(window):
            self._unusual(window)
        self.texts.used_by(window)
        limits = self.limits
        if self.columns > limits.sheet_columns or max(self.rows * self.columns, self.cells) > limits.sheet_cells:
            raise refuse(Code.FILE_TOO_LARGE, expected=f"{limits.sheet_cells:,} cells")

    def _usual(self, window: bytes) -> bool:
        """Count what spreadsheets usually write, all cells with their place; False if there is any other tag."""
        cells, rows = USUAL_CELLS.findall(window), USUAL_ROWS.findall(window)
        known = len(cells) + len(rows) + sum(window.count(tag) for tag in USUAL_TAGS)
        if known != window.count(b"<") or window.count(b"</row>") > len(rows) + 1:
            return False
        self.cells += len(cells)
        farthest = max(map(int, {digits for _letters, digits in cells}.union(rows)), default=0)
        self.rows = max(self.rows, farthest)
        self.columns = max([self.columns, *map(_column, {letters for letters, _digits in cells})])
        self.row, self.column = max(self.row, farthest) + 1, self.columns
        return True

    def _unusual(self, window: bytes) -> None:
        """Any way to write it plainly: prefixes, other quotes, cells without a place. Raises FileRefused for others."""
        if MARKUP.search(window):
            raise bad()
        tags = TAGS.findall(window)
        if len(STARTS.findall(window)) != len(tags):
            raise bad()
        for cell, letters, digits, letters_, digits_, empty, end in tags:
            if cell:
                self._place(letters or letters_, digits or digits_)
            elif not end:
                self.row = int(digits or digits_) - 1 if digits or digits_ else self.row
            if end == b"row" or (empty and not cell):
                self.row, self.column = self.row + 1, 0

    def _place(self, letters: bytes, digits: bytes) -> None:
        self.cells += 1
        self.column = _column(letters) if digits else self.column + 1
        self.rows = max(self.rows, int(digits) if digits else self.row + 1)
        self.columns = max(self.columns, self.column)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
