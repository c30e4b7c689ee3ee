"""XLSX, looked through before it is unpacked: a spreadsheet is a ZIP file of XML that a stranger made."""

import io
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import python_calamine

from credit.records.notations.faults import FileRefused
from credit.records.notations.formats import Limits
from credit.records.notations.xlsxcheck import bad, look_through

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
        book = _opened(data)
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise bad()
        sheet = book.get_sheet_by_name(visible[0])
        rows = sheet.iter_rows()  # with the blank rows above the first cell, unlike to_python()
    except FileRefused:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":  # Rust's panics are no Exception
            raise bad() from None
        raise
    for row in rows:
        yield [_text(cell) for cell in row]


def _opened(data: bytes) -> python_calamine.CalamineWorkbook:
    """From a file in memory that has no name: of bytes, the reader makes three copies before it knows the format."""
    if not hasattr(os, "memfd_create"):
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    with open(os.memfd_create("delivery"), "wb") as file:
        file.write(data)
        file.flush()
        return python_calamine.CalamineWorkbook.from_path(f"/proc/self/fd/{file.fileno()}")


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
