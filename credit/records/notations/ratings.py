"""The reader that all rating files share: one row a subject, with the mark in the notation's own words."""

from collections.abc import Iterator

from credit.core.identifiers import IdentifierKind
from credit.records.notations.cells import Bad, Batch
from credit.records.notations.faults import Code
from credit.records.notations.shapes import Notation, Row, UnknownMark, plain
from credit.records.notations.tables import load

KINDS = {kind.value: kind for kind in IdentifierKind}


def rating(module_file: str) -> Notation:
    """The notation in the table beside `module_file`, with the seven columns of a rating."""
    return load(module_file, readers={"rating": read})


def read(batch: Batch, notation: Notation) -> Iterator[Row]:
    """The sound rows of a batch of ratings; faults go to the batch."""
    names, documents = batch.texts("name"), batch.texts("document")
    decided, ends = batch.dates("decided_on"), batch.dates("ends_on")
    for i, line in enumerate(batch.lines):
        kind = _kind(batch, i)
        identifier = batch.identify(i, kind, "identifier") if kind else None
        begun, end, mark = decided[i], ends[i], batch.columns["mark"][i]
        if begun and end and end <= begun:
            batch.fault(i, "ends_on", Code.DATE_ORDER, expected=begun.isoformat())
        value = _value(batch, i, notation)
        if i in batch.faulty or identifier is None or value is None or begun is None:
            continue
        yield Row(line, identifier.kind, identifier.value, names[i], documents[i], str(mark), value, begun, end, {})


def _kind(batch: Batch, i: int) -> IdentifierKind | None:
    cell = batch.columns["identifier_type"][i]
    if batch.columns["identifier"][i] == "":
        batch.fault(i, "identifier", Code.IDENTIFIER_MISSING)
    if isinstance(cell, Bad):
        return None
    kind = KINDS.get(plain(str(cell)))
    if kind is None:
        batch.fault(i, "identifier_type", Code.VALUE_UNKNOWN, detail="known", expected=", ".join(KINDS))
    return kind


def _value(batch: Batch, i: int, notation: Notation) -> int | None:
    mark, decided_on = batch.columns["mark"][i], batch.columns["decided_on"][i]
    if isinstance(mark, Bad):
        return None
    table = notation.tables[-1] if isinstance(decided_on, (str, Bad)) else notation.table_on(decided_on)
    try:
        return table.convert(str(mark))
    except UnknownMark as error:
        detail = ("points" if error.known else "number") if error.points else "known"
        batch.fault(i, "mark", Code.VALUE_UNKNOWN, detail=detail, expected=error.known)
        return None
