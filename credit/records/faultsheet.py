"""A delivery as a spreadsheet with its faulty cells marked, so that it can be mended and sent again.

The first sheet has the file's own headings and rows and nothing else, every cell as text: the intake reads it as it is.
What is wrong stands beside it, in the cells' comments and on a second sheet, which the intake doesn't read.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from credit.core.cells import FORMULA_STARTS
from credit.core.errors import Conflict, TooLarge
from credit.records.faultlist import opened
from credit.records.keeping import delivered_bytes
from credit.records.models import Submission
from credit.records.moves import STANDING, Status
from credit.records.notations.faults import Fault, shown
from credit.records.notations.formats import Format, Limits, format_of
from credit.records.notations.reading import own_rows
from credit.records.refusals import sentence

WHOLE_ROWS = 5_000
"""A file with more rows gives only its faulty ones."""
FAULTY_ROWS = 20_000
"""Rows that a sheet of faulty rows has at most."""
COMMENTS = 2_000
"""Comments are drawings: with many more a spreadsheet opens slowly. The other faults stand on the second sheet."""
CELLS = 150_000
"""Cells after which no further row is begun: a page must answer within seconds."""
GAP = 1_000
"""Blank rows between two rows that are kept, so that lines count as in the file."""

CELL_LENGTH = 32_767
"""Characters that a cell of a spreadsheet can have (ECMA-376)."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOST = "\ufffd"
"""In place of what XML can't hold. It is refused like it, so that such a cell isn't mended by being saved."""

AS_TEXT = "@"
MARKED = PatternFill("solid", fgColor="FFFFD966")
BOLD = Font(bold=True)


HAS_SHEET = (Status.PARSED, *STANDING)
"""Where a delivery stands that was read through and whose faults are kept."""


@dataclass(frozen=True, slots=True)
class FaultSheet:
    """An XLSX file. `left_out`: rows with faults that found no room."""

    data: bytes
    left_out: int


def fault_sheet(submission: Submission, *, only_faulty: bool = False) -> FaultSheet:
    """The rows of a checked delivery; of a long one, or with `only_faulty`, those with faults. In the page's language.

    Raises Conflict where it has no faults or isn't read, and TooLarge for a file that only a command could hand over:
    its faults can be had as a list.
    """
    if not submission.faults_found or submission.status not in HAS_SHEET:
        raise Conflict(_("There are no faults to save."))
    if submission.size > settings.SUBMISSION_MAX_BYTES:
        raise TooLarge(_("This file is too large to be shown as a spreadsheet. Take the list of its faults."))
    by_line: defaultdict[int, list[Fault]] = defaultdict(list)
    left_out: set[int] = set()
    for fault in opened(submission):
        if fault.line is None:
            continue
        if fault.line in by_line or len(by_line) < FAULTY_ROWS:
            by_line[fault.line].append(fault)
        else:
            left_out.add(fault.line)
    data = delivered_bytes(submission)
    rows = own_rows(data, filename=submission.filename, limits=Limits(file_bytes=submission.size))
    from_one = format_of(data, submission.filename) in (Format.JSON, Format.NDJSON)
    book = _Book(by_line, from_one=from_one)
    book.write(rows, whole=not only_faulty and submission.rows <= WHOLE_ROWS)
    left_out |= book.left_out
    book.say_left_out(len(left_out))
    return FaultSheet(book.saved(), len(left_out))


class _Book:
    """The two sheets while they are written."""

    def __init__(self, by_line: Mapping[int, list[Fault]], *, from_one: bool) -> None:
        self.by_line = by_line
        self.from_one = from_one
        self.book = Workbook(write_only=True)
        self.sheet: Any = self.book.create_sheet(_("Data rows"))
        self.list: Any = self.book.create_sheet(_("Faults explained"))
        self.written = 0
        self.comments = 0
        self.headings: list[str] = []
        self.looks: dict[tuple[bool, bool, bool], Any] = {}
        self.cells = 0
        self.left_out: set[int] = set()

    def write(self, rows: Iterator[tuple[int, list[str]]], *, whole: bool) -> None:
        """Headings, then all rows, or the faulty ones."""
        _line, self.headings = next(rows)
        self._prepare(len(self.headings))
        self.sheet.append([self._cell(heading, bold=True) for heading in self.headings])
        self.written = 1
        last = max(self.by_line, default=0)
        for line, row in rows:
            if self.cells > CELLS:
                self.left_out |= self.by_line.keys() & {line}
            elif whole:
                self._blanks(line + self.from_one)
                self._row(line, row)
            elif line in self.by_line:
                self._row(line, row)
            if line > last and not whole:
                break

    def say_left_out(self, count: int) -> None:
        """On the second sheet, so that nobody takes the first for all that is faulty."""
        if count:
            more = _("%(count)s more faulty rows found no room here. Mend these first, or take the list of faults.")
            self.list.append([None, None, None, None, self._cell(more % {"count": count}, bold=True)])

    def saved(self) -> bytes:
        """The file."""
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()

    def _prepare(self, columns: int) -> None:
        self.sheet.freeze_panes = self.list.freeze_panes = "A2"
        for place in range(1, columns + 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = 22
        for letter, width in zip("ABCDE", (10, 14, 28, 24, 90), strict=True):
            self.list.column_dimensions[letter].width = width
        titles = (_("Row here"), _("Line in the file"), _("Column"), _("Code"), _("What to do"))
        self.list.append([self._cell(title, bold=True) for title in titles])

    def _blanks(self, row: int) -> None:
        for _number in range(min(row - 1 - self.written, GAP)):
            self.sheet.append([])
            self.written += 1

    def _row(self, line: int, row: list[str]) -> None:
        faults = self.by_line.get(line, ())
        places = {self._place(fault, row): fault for fault in reversed(faults)}
        row = row + [""] * (max(places, default=-1) + 1 - len(row))
        self.sheet.append([self._cell(text, fault=places.get(place)) for place, text in enumerate(row)])
        self.written += 1
        self.cells += len(row)
        for fault in faults:
            self.list.append([self.written, line, *map(self._cell, (fault.column or "", fault.code, sentence(fault)))])

    def _place(self, fault: Fault, row: list[str]) -> int:
        """Where a fault's cell is: under its heading; a cell under no heading is the first filled one there."""
        places = [place for place, heading in enumerate(self.headings) if shown(heading) == fault.column]
        if fault.column is not None and places:
            return places[0]
        bare = [place for place, text in enumerate(row) if text.strip() and not self._heading(place)]
        return bare[0] if bare else 0

    def _heading(self, place: int) -> str:
        return self.headings[place].strip() if place < len(self.headings) else ""

    def _cell(self, text: str, *, fault: Fault | None = None, bold: bool = False) -> Any:
        """A cell of text, whatever it looks like."""
        text = NOT_IN_XML.sub(LOST, text)[:CELL_LENGTH]
        look = (fault is not None, bold, text.startswith(FORMULA_STARTS))
        # Looks are made once and shared: to make one for each cell takes most of the time.
        cell: Any = Cell(self.sheet, 1, 1, text, self.looks.get(look) or self._look(*look))
        cell.data_type = "s"  # openpyxl makes a formula of what begins with =
        if fault and self.comments < COMMENTS:
            cell.comment = Comment(sentence(fault), "Plainmark", height=90, width=320)
            self.comments += 1
        return cell

    def _look(self, marked: bool, bold: bool, formula: bool) -> Any:
        cell: Any = WriteOnlyCell(self.sheet)
        cell.number_format = AS_TEXT
        cell.quotePrefix = formula
        if marked:
            cell.fill = MARKED
        if bold:
            cell.font = BOLD
        self.looks[marked, bold, formula] = cell._style
        return cell._style
