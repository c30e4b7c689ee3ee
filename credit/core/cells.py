"""Tables that people open in a spreadsheet: no cell of them runs as a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection); the wide ones are normalised."""

BOM = "\ufeff"
"""Tells Excel that the file is UTF-8."""


def safe_cell(value: object) -> str:
    """A value as the text of a cell. A text that could be a formula gets an apostrophe before it; None is empty.

    Numbers stay numbers: they can't be anything else.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_file(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A CSV file: UTF-8 with BOM, a heading row, one row a mapping (what it lacks stays empty), CR LF."""
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow([safe_cell(column) for column in columns])
    for row in rows:
        writer.writerow([safe_cell(row.get(column)) for column in columns])
    return text.getvalue().encode()
