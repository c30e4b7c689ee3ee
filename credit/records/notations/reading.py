"""From the bytes of a file to sound rows and faults, some thousand rows at a time."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from credit.records.notations.cells import Batch, fill
from credit.records.notations.csvfile import read_csv
from credit.records.notations.faults import Code, Fault, FileRefused, refuse
from credit.records.notations.formats import GB18030_MARK, Format, Limits, format_of, size
from credit.records.notations.headings import Where, find_layout
from credit.records.notations.jsonfile import read_json, read_ndjson
from credit.records.notations.shapes import Layout, Notation, Row
from credit.records.notations.xlsxfile import read_xlsx

BATCH_ROWS = 5_000


@dataclass(slots=True)
class Reading:
    """What one batch of a file says. `read` counts its rows; each is in `rows` or has at least one fault.

    `name_heading`: the file's own heading of the column with the subject's name.
    """

    read: int
    rows: list[Row]
    faults: list[Fault]
    name_heading: str


def read(
    data: bytes, *, filename: str, notation: Notation, limits: Limits | None = None, batch_rows: int = BATCH_ROWS
) -> Iterator[Reading]:
    """Read a file in a notation, in batches; faults are sorted by line.

    Raises FileRefused as soon as it is known that nothing of the file may be taken, which can be after some batches:
    whoever keeps batches must throw them away then.
    """
    limits = limits or Limits()
    data = data.removeprefix(GB18030_MARK)
    if not data.strip():
        raise refuse(Code.FILE_EMPTY)
    if len(data) > limits.file_bytes:
        raise refuse(Code.FILE_TOO_LARGE, expected=size(limits.file_bytes))
    numbered = _rows(data, format_of(data, filename), limits)
    _, headings = next(numbered, (0, []))
    if not any(heading.strip() for heading in headings):
        raise refuse(Code.FILE_EMPTY)
    table = _Table(*find_layout(headings, notation), notation)
    some = False
    while chunk := list(islice(numbered, batch_rows)):
        some = True
        yield table.read(chunk)
    if not some:
        raise refuse(Code.FILE_EMPTY)


def _rows(data: bytes, kind: Format, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows, blank ones left out; the first is the headings."""
    if kind is Format.XLSX:
        return _numbered(read_xlsx(data, limits))
    if kind is Format.CSV:
        return _numbered(read_csv(data))
    return _elements(read_json(data) if kind is Format.JSON else read_ndjson(data))


def _numbered(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, row) for line, row in enumerate(rows, start=1) if any(cell and not cell.isspace() for cell in row))


def _elements(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Elements of JSON: the first row is their keys, the first element is 1. Empty elements are rows with faults."""
    return enumerate(rows)


@dataclass(slots=True)
class _Table:
    """How one file's rows are laid out, and the documents and subjects that it has named so far."""

    layout: Layout
    where: Where
    own: dict[str, str]
    notation: Notation
    seen: dict[bytes, int] = field(default_factory=dict)

    def read(self, chunk: Sequence[tuple[int, list[str]]]) -> Reading:
        batch = Batch(self.layout, self.own, [line for line, _ in chunk])
        self._fill(batch, [row for _, row in chunk])
        rows = list(self.layout.read(batch, self.notation))
        self._find_duplicates(batch)
        if batch.faulty:
            bad = {batch.lines[i] for i in batch.faulty}
            rows = [row for row in rows if row.line not in bad]
            places = {heading: self.where[key] for key, heading in self.own.items()}
            batch.faults.sort(key=lambda fault: (fault.line, places.get(fault.column or "", len(places))))
        return Reading(len(chunk), rows, batch.faults, batch.heading(self.layout.name_key))

    def _fill(self, batch: Batch, rows: list[list[str]]) -> None:
        """Ragged rows are filled up; cells that stand under no heading are faults."""
        places = set(self.where.values())
        width = max(places) + 1
        for i, row in enumerate(rows):
            row.extend([""] * (width - len(row)))
            if len(row) > len(places):
                extra = next((cell for place, cell in enumerate(row) if place not in places and cell.strip()), None)
                if extra is not None:
                    batch.extra_cell(i, extra)
        for column in self.layout.columns:
            place = self.where.get(column.key)
            fill(batch, column, None if place is None else [row[place] for row in rows])

    def _find_duplicates(self, batch: Batch) -> None:
        """A fault for each row whose document and subject stood in an earlier row of the file."""
        documents = batch.columns[self.layout.document_key]
        for i, identifier in batch.identifiers.items():
            if document := documents[i]:
                name = f"{identifier.kind}\0{identifier.value}\0{document}"
                earlier = self.seen.setdefault(hashlib.blake2b(name.encode(), digest_size=16).digest(), batch.lines[i])
                if earlier != batch.lines[i]:
                    batch.fault(i, self.layout.document_key, Code.RECORD_DUPLICATE, expected=str(earlier))


__all__ = ["BATCH_ROWS", "FileRefused", "Limits", "Reading", "read"]
