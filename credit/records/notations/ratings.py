"""The reader that all rating files share: one row a subject, with the mark in the notation's own words."""

from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache, partial

from credit.core.identifiers import IdentifierKind
from credit.records.notations.cells import Bad, Batch, Cell
from credit.records.notations.faults import Code
from credit.records.notations.limits import held_end
from credit.records.notations.shapes import Notation, Row, UnknownMark, plain
from credit.records.notations.tables import load

KINDS = {kind.value: kind for kind in IdentifierKind}


def rating(module_file: str) -> Notation:
    """The notation in the table beside `module_file`, with the seven columns of a rating."""
    return load(module_file, readers={"rating": read})


def read(batch: Batch, notation: Notation) -> Iterator[Row]:
    """The sound rows of a batch of ratings; faults go to the batch."""
    columns = [batch.columns[key] for key in ("identifier_type", "identifier", "mark")]
    decided, ends = batch.dates("decided_on"), batch.dates("ends_on")
    texts = batch.texts("name"), batch.texts("document")
    convert, held = cache(partial(_convert, notation)), cache(held_end)
    places = zip(batch.lines, *columns, decided, ends, *texts, strict=True)
    for i, (line, paper, number, mark, begun, end, name, document) in enumerate(places):
        kind = _kind(batch, i, paper, number)
        identifier = batch.identify(i, kind, "identifier") if kind else None
        if begun and end and end <= begun:
            batch.fault(i, "ends_on", Code.DATE_ORDER, expected=begun.isoformat())
        value = None if isinstance(mark, Bad) else convert(mark, begun)
        if isinstance(value, UnknownMark):
            detail = ("points" if value.known else "number") if value.points else "known"
            batch.fault(i, "mark", Code.VALUE_UNKNOWN, detail=detail, expected=value.known)
        elif identifier and value is not None and begun and i not in batch.faulty:
            until = held(value, begun, end)
            yield Row(line, identifier.kind, identifier.value, name, document, str(mark), value, begun, until, {})


def _kind(batch: Batch, i: int, paper: Cell, number: Cell) -> IdentifierKind | None:
    if number == "":
        batch.fault(i, "identifier", Code.IDENTIFIER_MISSING)
    if isinstance(paper, Bad):
        return None
    kind = _read_kind(str(paper))
    if kind is None:
        batch.fault(i, "identifier_type", Code.VALUE_UNKNOWN, detail="known", expected=", ".join(KINDS))
    return kind


@lru_cache(maxsize=1_000)
def _read_kind(text: str) -> IdentifierKind | None:
    return KINDS.get(plain(text))


def _convert(notation: Notation, mark: Cell, decided_on: date | None) -> int | UnknownMark:
    """The common value of a mark, or why there is none. Without a day, by the table in force now."""
    table = notation.table_on(decided_on) if decided_on else notation.tables[-1]
    try:
        return table.convert(str(mark))
    except UnknownMark as unknown:
        return unknown
