"""The reader that all rating files share: one row a subject, with the mark in the notation's own words."""

from collections.abc import Iterator
from datetime import date
from functools import cache, partial

from credit.core.identifiers import IdentifierKind
from credit.records.notations.cells import BAD, Bad, Batch, Cell
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
    identifiers = batch.identify_all(_kinds(batch), "identifier")
    decided, ends = batch.dates("decided_on"), batch.dates("ends_on")
    texts = batch.texts("name"), batch.texts("document")
    convert, held, faulty = cache(partial(_convert, notation)), cache(held_end), batch.faulty
    columns = zip(batch.lines, identifiers, batch.columns["mark"], decided, ends, *texts, strict=True)
    for i, (line, identifier, mark, begun, end, name, document) in enumerate(columns):
        if end and begun and end <= begun:
            batch.fault(i, "ends_on", Code.DATE_ORDER, expected=begun.isoformat())
        value = None if mark is BAD else convert(mark, begun)
        if isinstance(value, UnknownMark):
            detail = ("points" if value.known else "number") if value.points else "known"
            batch.fault(i, "mark", Code.VALUE_UNKNOWN, detail=detail, expected=value.known)
        elif identifier and value is not None and begun and i not in faulty:
            kind, number = identifier
            yield Row(line, kind, number, name, document, str(mark), value, begun, held(value, begun, end), {})


def _kinds(batch: Batch) -> list[IdentifierKind | None]:
    """Which number each row says that it has; None where it can't be known."""
    papers, numbers = batch.columns["identifier_type"], batch.columns["identifier"]
    known: dict[Cell, IdentifierKind | None] = {
        paper: None if isinstance(paper, Bad) else KINDS.get(plain(str(paper))) for paper in set(papers)
    }
    kinds = [known[paper] for paper in papers]
    for i, kind in enumerate(kinds if None in kinds or "" in numbers else ()):
        if numbers[i] == "":
            batch.fault(i, "identifier", Code.IDENTIFIER_MISSING)
            kinds[i] = None
        if kind is None and papers[i] is not BAD:
            batch.fault(i, "identifier_type", Code.VALUE_UNKNOWN, detail="known", expected=", ".join(KINDS))
    return kinds


def _convert(notation: Notation, mark: Cell, decided_on: date | None) -> int | UnknownMark:
    """The common value of a mark, or why there is none. Without a day, by the table in force now."""
    table = notation.table_on(decided_on) if decided_on else notation.tables[-1]
    try:
        return table.convert(str(mark))
    except UnknownMark as unknown:
        # Not the one that was raised: it holds on to the frames that it came through, and they to the whole batch.
        return UnknownMark(unknown.known, points=unknown.points)
