"""XLSX, looked through before it is unpacked: a spreadsheet is a ZIP file of XML that a stranger made."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO

import python_calamine

from credit.records.notations.faults import Code, FileRefused, refuse
from credit.records.notations.formats import PIECE, Limits, size

MEMBERS = 2_000
SMALL = 1024 * 1024
"""Bytes below which any ratio passes: a short sheet of blanks packs very well."""

OVERLAP = 256
PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,7})([0-9]{1,12})""")
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
EXACT_INTEGER = 2**53
SPREADSHEET_DIGITS = 15
"""Significant digits of a number as a spreadsheet shows it: a formula's 850.3000000000001 is 850.3."""

CellValue = int | float | str | bool | time | date | datetime | timedelta


def read_xlsx(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """Rows of the first visible sheet, headings first. Merged cells: only the first one has the value.

    Formulas give the value that was saved with them. Raises FileRefused.
    """
    look_through(data, limits)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise _bad()
        sheet = book.get_sheet_by_name(visible[0])
        rows = sheet.iter_rows()
        before = sheet.start[0] if sheet.start else 0
    except FileRefused:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":  # Rust's panics are no Exception
            raise _bad() from None
        raise
    for _ in range(before):
        yield []
    for row in rows:
        yield [_text(cell) for cell in row]


def look_through(data: bytes, limits: Limits) -> None:
    """Unpack each member piece by piece, keeping nothing: sizes, entities, and how far its cells reach.

    Raises FileRefused: what unpacks to too much, or claims cells so far out that the table between would fill the
    memory.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS or any(member.flag_bits & 0x1 for member in members):
                raise _bad()
            unpacked = 0
            for member in members:
                with archive.open(member) as stream:
                    is_sheet = "worksheets/" in member.filename.lower()
                    unpacked += _look_into(stream, limits, room=_room(len(data), unpacked, limits), is_sheet=is_sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        raise _bad() from None


def _room(packed: int, unpacked: int, limits: Limits) -> int:
    """Bytes that the rest of the file may still unpack to."""
    return min(limits.unpacked_bytes, max(SMALL, packed * limits.unpacked_ratio)) - unpacked


def _look_into(stream: IO[bytes], limits: Limits, *, room: int, is_sheet: bool) -> int:
    """The unpacked size of one member. Raises FileRefused."""
    tail = b""
    unpacked = rows = columns = 0
    while piece := stream.read(PIECE):
        unpacked += len(piece)
        if unpacked > room:
            raise refuse(Code.FILE_TOO_LARGE, expected=size(limits.unpacked_bytes))
        window = tail + piece
        if ENTITY.search(window):
            raise _bad()
        for letters, digits in PLACE.findall(window) if is_sheet else ():
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        if columns > limits.sheet_columns or rows * max(columns, 1) > limits.sheet_cells:
            raise refuse(Code.FILE_TOO_LARGE, expected=f"{limits.sheet_cells:,} cells")
        tail = window[-OVERLAP:]
    return unpacked


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(cell: CellValue) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and abs(cell) < EXACT_INTEGER:  # beyond it digits are lost: never made to look whole
        return str(int(cell)) if cell.is_integer() else f"{Decimal(f'{cell:.{SPREADSHEET_DIGITS}g}'):f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _bad() -> FileRefused:
    return refuse(Code.FILE_FORMAT, detail="spreadsheet")
