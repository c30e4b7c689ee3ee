"""CSV as RFC 4180 has it, in UTF-8 or GB 18030."""

import csv
import io
from collections.abc import Iterator
from itertools import chain

from credit.records.notations.faults import Code, refuse
from credit.records.notations.formats import encoding_of

CELL_CHARACTERS = 1_000_000_000
"""Cells are limited by their column's length, with a fault of their own, not by the reader."""

END = "\0end of the file\0"


def read_csv(data: bytes) -> Iterator[list[str]]:
    """Rows of cells, headings first; blank lines give empty rows, so that lines count as in a spreadsheet.

    Raises FileRefused: encoding, or a quotation mark that is never closed.
    """
    csv.field_size_limit(CELL_CHARACTERS)
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding_of(data), newline="")
    last: list[str] | None = None
    try:
        # An end after the lines: a quotation mark that was left open swallows it.
        for row in csv.reader(chain(text, (END,))):
            if last is not None:
                yield last
            last = row
    except csv.Error:
        raise refuse(Code.FILE_FORMAT) from None
    if last != [END]:
        raise refuse(Code.FILE_FORMAT, detail="quotes")
