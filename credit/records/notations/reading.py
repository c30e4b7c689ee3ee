"""From the bytes of a file to sound rows and faults, some thousand rows at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice

from credit.core.identifiers import Identifier, IdentifierKind
from credit.records.notations.cells import Batch, fill
from credit.records.notations.csvfile import read_csv
from credit.records.notations.faults import Code, Fault, FileRefused, refuse, shown
from credit.records.notations.formats import GB18030_MARK, Format, Limits, format_of, size
from credit.records.notations.headings import Where, find_layout
from credit.records.notations.jsonfile import read_json, read_ndjson
from credit.records.notations.shapes import Layout, Notation, Row
from credit.records.notations.xlsxfile import read_xlsx

BATCH_ROWS = 10_000
KIND_LETTERS = {kind: chr(ord("a") + place) for place, kind in enumerate(IdentifierKind)}


@dataclass(slots=True)
class Reading:
    """What one batch of a file says. `read` counts its rows; each is in `rows` or has at least one fault.

    `name_heading`, `document_heading`: the file's own headings of the columns with the subject's name and the document.
    `places`: of the file's own headings, in its order. `named`: line, identifier and document of each row that names
    both and has a fault all the same.
    """

    read: int
    rows: list[Row]
    faults: list[Fault]
    name_heading: str
    document_heading: str
    places: Mapping[str, int]
    named: list[tuple[int, Identifier, str]]


def read(
    data: bytes,
    *,
    filename: str,
    notation: Notation,
    limits: Limits | None = None,
    batch_rows: int = BATCH_ROWS,
    accepted: Mapping[int, frozenset[Code]] | None = None,
) -> Generator[Reading, None, None]:
    """Read a file in a notation, in batches; faults are sorted by line. `accepted`: by line, faults that don't count.

    Raises FileRefused as soon as it is known that nothing of the file may be taken, which can be after some batches:
    whoever keeps batches must throw them away then.
    """
    once, limits = Once(), limits or Limits()
    for batch in batches(data, filename, notation, limits, accepted or {}, batch_rows=batch_rows):
        yield once.of(batch)


def batches(
    data: bytes,
    filename: str,
    notation: Notation,
    limits: Limits,
    accepted: Mapping[int, frozenset[Code]],
    *,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Reading]:
    """As `read`, without a look at what stood in the file before (`Once`)."""
    data = data.removeprefix(GB18030_MARK)
    if not data or data.isspace():
        raise refuse(Code.FILE_EMPTY)
    if len(data) > limits.file_bytes:
        raise refuse(Code.FILE_TOO_LARGE, expected=size(limits.file_bytes))
    numbered = _rows(data, format_of(data, filename), limits)
    _, headings = next(numbered, (0, []))
    if not any(heading.strip() for heading in headings):
        raise refuse(Code.FILE_EMPTY)
    table = _Table(*find_layout(headings, notation), notation, accepted)
    some = False
    while chunk := list(islice(numbered, batch_rows)):
        some = True
        yield table.read(chunk)
    if not some:
        raise refuse(Code.FILE_EMPTY)


@dataclass(slots=True)
class Once:
    """The documents and subjects that a file has named so far, each with the line that named it first."""

    lines: dict[bytes, int] = field(default_factory=dict)

    def of(self, batch: Reading) -> Reading:
        """The next batch, with a fault for each row whose document and subject stood in an earlier row of the file."""
        named = [
            (row.line, f"{KIND_LETTERS[row.kind]}{row.identifier}\0{row.document}", row.document) for row in batch.rows
        ]
        if batch.named:
            named += [(line, f"{KIND_LETTERS[kind]}{value}\0{doc}", doc) for line, (kind, value), doc in batch.named]
            named.sort()
        again: set[int] = set()
        for line, name, document in named:
            earlier = self.lines.setdefault(blake2b(name.encode(), digest_size=12).digest(), line)
            if earlier != line:
                again.add(line)
                stands = {"value": shown(document), "expected": str(earlier)}
                batch.faults.append(Fault(line, batch.document_heading, Code.RECORD_DUPLICATE, **stands))
        if again:
            batch.rows = [row for row in batch.rows if row.line not in again]
            batch.faults.sort(key=_in_order_of(batch.places))
        return batch


def _in_order_of(places: Mapping[str, int]) -> Callable[[Fault], tuple[int, int]]:
    return lambda fault: (fault.line or 0, places.get(fault.column or "", len(places)))


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
    """How one file's rows are laid out."""

    layout: Layout
    where: Where
    own: dict[str, str]
    notation: Notation
    accepted: Mapping[int, frozenset[Code]]

    def read(self, chunk: Sequence[tuple[int, list[str]]]) -> Reading:
        batch = Batch(self.layout, self.own, [line for line, _ in chunk], self.accepted)
        self._fill(batch, [row for _, row in chunk])
        rows = list(self.layout.read(batch, self.notation))
        places = {heading: self.where[key] for key, heading in self.own.items()}
        named: list[tuple[int, Identifier, str]] = []
        if batch.faulty:
            bad = {batch.lines[i] for i in batch.faulty}
            rows = [row for row in rows if row.line not in bad]
            named = list(self._named(batch))
            batch.faults.sort(key=_in_order_of(places))
        name, document = batch.heading(self.layout.name_key), batch.heading(self.layout.document_key)
        return Reading(len(chunk), rows, batch.faults, name, document, places, named)

    def _named(self, batch: Batch) -> Iterator[tuple[int, Identifier, str]]:
        documents = batch.columns[self.layout.document_key]
        for i in sorted(batch.faulty):
            if (identifier := batch.identifiers.get(i)) and (document := documents[i]):
                yield batch.lines[i], identifier, str(document)

    def _fill(self, batch: Batch, rows: list[list[str]]) -> None:
        """Ragged rows are filled up; cells that stand under no heading are faults."""
        places = set(self.where.values())
        width = max(places) + 1
        ragged = set(map(len, rows)) != {width} or width > len(places)
        for i, row in enumerate(rows if ragged else ()):
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


__all__ = ["BATCH_ROWS", "FileRefused", "Limits", "Reading", "read"]
