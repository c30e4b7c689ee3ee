"""From the bytes of a file to sound rows and faults, some thousand rows at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice

from credit.records.notations.cells import Batch, fill
from credit.records.notations.csvfile import read_csv
from credit.records.notations.faults import Code, Fault, FileRefused, refuse
from credit.records.notations.formats import GB18030_MARK, Format, Limits, format_of, size
from credit.records.notations.headings import Where, find_layout
from credit.records.notations.jsonfile import read_json, read_ndjson
from credit.records.notations.shapes import Layout, Notation, Row
from credit.records.notations.xlsxfile import read_xlsx

BATCH_ROWS = 10_000


@dataclass(slots=True)
class Reading:
    """What one batch of a file says. `read` counts its rows; each is in `rows` or has at least one fault.

    `name_heading`, `document_heading`: the file's own headings of the columns with the subject's name and the document.
    """

    read: int
    rows: list[Row]
    faults: list[Fault]
    name_heading: str
    document_heading: str


def read(
    data: bytes,
    *,
    filename: str,
    notation: Notation,
    limits: Limits | None = None,
    batch_rows: int = BATCH_ROWS,
    accepted: Mapping[int, frozenset[Code]] | None = None,
) -> Iterator[Reading]:
    """Read a file in a notation, in batches; faults are sorted by line. `accepted`: by line, faults that don't count.

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
    table = _Table(*find_layout(headings, notation), notation, accepted or {})
    some = False
    while chunk := list(islice(numbered, batch_rows)):
        some = True
        yield table.read(chunk)
    if not some:
        raise refuse(Code.FILE_EMPTY)


def own_rows(data: bytes, *, filename: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """The file's own cells, unchecked: headings first, then each row with its line. Raises FileRefused."""
    return _rows(data, format_of(data, filename), limits)


def _rows(data: bytes, kind: Format, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows, blank ones left out; the first is the headings."""
    if kind is Format.XLSX:
        return _numbered(read_xlsx(data, limits))
    if kind is Format.CSV:
        return _numbered(read_csv(data))
    return _elements(read_json(data) if kind is Format.JSON else read_ndjson(data))


def _numbered(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, row) for line, row in enumerate(rows, start=1) if "".join(row).strip())


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
    accepted: Mapping[int, frozenset[Code]]
    seen: dict[bytes, int] = field(default_factory=dict)

    def read(self, chunk: Sequence[tuple[int, list[str]]]) -> Reading:
        batch = Batch(self.layout, self.own, [line for line, _ in chunk], self.accepted)
        self._fill(batch, [row for _, row in chunk])
        rows = list(self.layout.read(batch, self.notation))
        self._find_duplicates(batch)
        if batch.faulty:
            bad = {batch.lines[i] for i in batch.faulty}
            rows = [row for row in rows if row.line not in bad]
            places = {heading: self.where[key] for key, heading in self.own.items()}
            batch.faults.sort(key=lambda fault: (fault.line, places.get(fault.column or "", len(places))))
        name, document = batch.heading(self.layout.name_key), batch.heading(self.layout.document_key)
        return Reading(len(chunk), rows, batch.faults, name, document)

    def _fill(self, batch: Batch, rows: list[list[str]]) -> None:
        """Ragged rows are filled up; cells that stand under no heading are faults."""
        places = set(self.where.values())
        width = max(places) + 1
        for i, row in enumerate(rows):
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            if len(row) > len(places):
                extra = next((cell for place, cell in enumerate(row) if place not in places and cell.strip()), None)
                if extra is not None:
                    batch.extra_cell(i, extra)
        cells = list(zip(*rows, strict=False)) if rows else [()] * width
        for column in self.layout.columns:
            place = self.where.get(column.key)
            fill(batch, column, None if place is None else cells[place])

    def _find_duplicates(self, batch: Batch) -> None:
        """A fault for each row whose document and subject stood in an earlier row of the file."""
        documents = batch.columns[self.layout.document_key]
        for i, identifier in batch.identifiers.items():
            if document := documents[i]:
                name = f"{identifier.kind}\0{identifier.value}\0{document}"
                line = batch.lines[i]
                earlier = self.seen.setdefault(blake2b(name.encode(), digest_size=12).digest(), line)
                if earlier != line:
                    batch.fault(i, self.layout.document_key, Code.RECORD_DUPLICATE, expected=str(earlier))


__all__ = ["BATCH_ROWS", "FileRefused", "Limits", "Reading", "read"]
