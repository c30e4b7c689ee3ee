"""Cells by the column: what is the same for every notation. Each faulty cell is reported once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from credit.core.identifiers import BadIdentifier, Identifier, IdentifierKind, Reason, check, check_structure
from credit.records.notations.faults import CONTROL, Code, Fault, shown
from credit.records.notations.shapes import Column, Layout, plain

CONTROL_OR_LINE = re.compile(f"{CONTROL.pattern}|[\t\r\n]")
UNPRINTED = re.compile("[\ufffc\ufffd]")
"""Characters that Python prints and a cell may not have."""

SPACE = " \t\r\n\u00a0\u2002\u2003\u2009\u3000"
DATE = re.compile(r"([0-9]{4})([/-])([0-9]{2})\2([0-9]{2})")
AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,20})?")
IDENTIFIER_LENGTH = 64


class Bad:
    """What stands in for a cell that has a fault."""

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0


BAD: Final = Bad()
Cell = str | date | Bad
"""A checked cell: text ("" for an empty one), a date, or BAD."""


class Batch:
    """Some rows of one file as columns, with the faults found in them so far.

    `columns[key][i]` is a checked cell of the row in `lines[i]`; columns that the file lacks are all empty. Of a row
    whose `accepted` has `identifier.invalid`, the check digit isn't looked at.
    """

    def __init__(
        self,
        layout: Layout,
        headings: Mapping[str, str],
        lines: Sequence[int],
        accepted: Mapping[int, frozenset[Code]] | None = None,
    ) -> None:
        self.layout = layout
        self.headings = headings
        self.lines = lines
        self.accepted = accepted or {}
        self.columns: dict[str, list[Cell]] = {}
        self.raw: dict[str, Sequence[str]] = {}
        self.faults: list[Fault] = []
        self.faulty: set[int] = set()
        self.identifiers: dict[int, Identifier] = {}
        self._cells: set[tuple[int, str]] = set()

    def heading(self, key: str) -> str:
        """The file's own heading of a column; its code where the file doesn't have it."""
        return self.headings.get(key, key)

    def fault(self, i: int, key: str, code: Code, *, detail: str = "", expected: str = "") -> Bad:
        """Report a cell, once. Returns what stands in for it."""
        self.faulty.add(i)
        if (i, key) not in self._cells:
            self._cells.add((i, key))
            raw = self.raw.get(key)
            value = shown(raw[i]) if raw is not None else ""
            self.faults.append(Fault(self.lines[i], self.heading(key), code, value, detail, expected))
        return BAD

    def extra_cell(self, i: int, value: str) -> None:
        """Report a row that is longer than the heading row."""
        self.faulty.add(i)
        self.faults.append(Fault(self.lines[i], None, Code.VALUE_UNKNOWN, shown(value), "extra"))

    def texts(self, key: str) -> list[str]:
        """A text column; "" for faulty and empty cells."""
        return [cell if isinstance(cell, str) else "" for cell in self.columns[key]]

    def dates(self, key: str) -> list[date | None]:
        """A date column; None for faulty and empty cells."""
        return [cell if isinstance(cell, date) else None for cell in self.columns[key]]

    def identify(self, i: int, kind: IdentifierKind, key: str) -> Identifier | None:
        """The checked identifier in a cell, or None and a fault."""
        cell = self.columns[key][i]
        if isinstance(cell, Bad):
            return None
        if not cell:
            self.fault(i, key, Code.IDENTIFIER_MISSING)
            return None
        try:
            accepted = Code.IDENTIFIER_INVALID in self.accepted.get(self.lines[i], ())
            found = self.identifiers[i] = (check_structure if accepted else check)(kind, str(cell))
        except BadIdentifier as error:
            detail = "" if error.reason is Reason.EMPTY else error.reason.value
            self.fault(i, key, Code.IDENTIFIER_INVALID, detail=detail, expected=error.expected or "")
            return None
        return found

    def identify_all(self, kinds: Sequence[IdentifierKind | None], key: str) -> list[Identifier | None]:
        """`identify` for a column, where most pass. `kinds`: of each row's identifier; None: passed over."""
        cells, found = self.columns[key], list[Identifier | None]()
        for i, kind in enumerate(kinds):
            one, cell = None, cells[i]
            if kind is not None:
                try:
                    one = self.identifiers[i] = check(kind, cell if isinstance(cell, str) else "")
                except BadIdentifier:
                    one = self.identify(i, kind, key)
            found.append(one)
        return found


def fill(batch: Batch, column: Column, raw: Sequence[str] | None) -> None:
    """Check one column of a batch and put it in. `raw` None: the file doesn't have this column."""
    if raw is None:
        batch.columns[column.key] = [""] * len(batch.lines)
        return
    batch.raw[column.key] = raw
    joined = "".join(raw)
    plain_text = joined.isprintable() and not UNPRINTED.search(joined)
    texts = list(raw) if plain_text and " " not in joined else [text.strip(SPACE) for text in raw]
    cells: list[Cell] = [*texts]
    suspicious = CONTROL if column.lines else CONTROL_OR_LINE
    if not plain_text and suspicious.search("".join(texts)):
        for i, text in enumerate(texts):
            if suspicious.search(text):
                cells[i] = batch.fault(i, column.key, Code.CONTROL_CHARACTERS)
    if column.needed and column.kind != "identifier" and "" in cells:
        for i, cell in enumerate(cells):
            if cell == "":
                cells[i] = batch.fault(i, column.key, Code.FIELD_MISSING)
    CHECKS[column.kind](batch, column, cells)
    batch.columns[column.key] = cells


def _places(cells: Sequence[Cell], wrong: Callable[[str], bool]) -> list[int]:
    """Where the cells are that have something wrong; each different text is looked at once."""
    bad = {cell for cell in set(cells) if isinstance(cell, str) and cell and wrong(cell)}
    return [i for i, cell in enumerate(cells) if cell in bad] if bad else []


def _too_long(cells: Sequence[Cell], limit: int) -> list[int]:
    """Where the texts are that have more characters; cells with a fault have none."""
    lengths = list(map(len, cells))  # type: ignore[arg-type]  # no column of texts has dates in it
    return [i for i, length in enumerate(lengths) if length > limit] if max(lengths, default=0) > limit else []


def _text(batch: Batch, column: Column, cells: list[Cell]) -> None:
    for i in _too_long(cells, column.length):
        cells[i] = batch.fault(i, column.key, Code.FIELD_TOO_LONG, expected=str(column.length))


def _identifier(batch: Batch, column: Column, cells: list[Cell]) -> None:
    for i in _too_long(cells, IDENTIFIER_LENGTH):
        cells[i] = batch.fault(i, column.key, Code.IDENTIFIER_INVALID, detail="length")


def _date(batch: Batch, column: Column, cells: list[Cell]) -> None:
    for i in _places(cells, lambda cell: read_date(cell) is None):
        cells[i] = batch.fault(i, column.key, Code.DATE_INVALID)
    _replace(cells, read_date)


def _amount(batch: Batch, column: Column, cells: list[Cell]) -> None:
    for i in _places(cells, lambda cell: not AMOUNT.fullmatch(cell)):
        cells[i] = batch.fault(i, column.key, Code.AMOUNT_INVALID)


def _choice(batch: Batch, column: Column, cells: list[Cell]) -> None:
    choices = column.choices or {}

    def chosen(cell: str) -> str | None:
        return choices.get(cell) or choices.get(plain(cell))

    known = ", ".join(dict.fromkeys(choices))
    for i in _places(cells, lambda cell: chosen(cell) is None):
        cells[i] = batch.fault(i, column.key, Code.VALUE_UNKNOWN, detail="known", expected=known)
    _replace(cells, chosen)


def _replace(cells: list[Cell], value: Callable[[str], Cell | None]) -> None:
    """Put values in the place of texts, all of which are right."""
    values: dict[Cell, Cell] = {cell: value(cell) or cell for cell in set(cells) if isinstance(cell, str) and cell}
    cells[:] = [values.get(cell, cell) for cell in cells]


CHECKS: dict[str, Callable[[Batch, Column, list[Cell]], None]] = {
    "text": _text,
    "identifier": _identifier,
    "date": _date,
    "amount": _amount,
    "choice": _choice,
}


@lru_cache(maxsize=20_000)
def read_date(text: str) -> date | None:
    """YYYY/MM/DD or YYYY-MM-DD, a day that exists in the years 1900 to 2199; else None."""
    found = DATE.fullmatch(text)
    if found is None or not "1900" <= found[1] <= "2199":
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None
