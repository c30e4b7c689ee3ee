"""The court list of judgment debtors, as the courts publish it."""

import re
from collections.abc import Iterator
from typing import cast

from credit.core.identifiers import BadIdentifier, IdentifierKind, check, normalise
from credit.records.notations.cells import Bad, Batch
from credit.records.notations.days import add_months
from credit.records.notations.details import kept
from credit.records.notations.shapes import Notation, Row

LISTED = "listed"
FOREIGN = re.compile(r"9[0-9]{16}[0-9X]$|[A-Z]{3}[0-9]")


def read(batch: Batch, notation: Notation) -> Iterator[Row]:
    """The sound entries of a batch: listed from publication for as long as the rules say."""
    names, documents, published = batch.texts("iname"), batch.texts("caseCode"), batch.dates("publishDate")
    details = kept(batch)
    for i, line in enumerate(batch.lines):
        identifier = batch.identify(i, _kind(batch, i), "cardNum")
        begun = published[i]
        if i in batch.faulty or identifier is None or begun is None:
            continue
        table = notation.table_on(begun)
        ends = add_months(begun, 12 * cast(int, table.rules["years"]))
        value = table.convert(LISTED)
        yield Row(
            line, identifier.kind, identifier.value, names[i], documents[i], LISTED, value, begun, ends, details[i]
        )


def _kind(batch: Batch, i: int) -> IdentifierKind:
    """Companies by their USCC; people by their resident ID, or by the card of foreigners: 9 and 17 digits, or letters.

    Where an entry doesn't say which it is about, its number does, so that a good one isn't called a bad one too.
    """
    kind, cell = batch.columns["type"][i], batch.columns["cardNum"][i]
    number = normalise(cell) if isinstance(cell, str) else ""
    if kind == "company" or (isinstance(kind, Bad) and _is_uscc(number)):
        return IdentifierKind.USCC
    return IdentifierKind.PR_CARD if FOREIGN.match(number) else IdentifierKind.RESIDENT_ID


def _is_uscc(number: str) -> bool:
    try:
        check(IdentifierKind.USCC, number)
    except BadIdentifier:
        return False
    return True
