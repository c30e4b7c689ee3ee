"""The court list of judgment debtors, as the courts publish it."""

from collections.abc import Iterator
from typing import cast

from credit.core.identifiers import IdentifierKind
from credit.records.notations.cells import Bad, Batch
from credit.records.notations.days import add_months
from credit.records.notations.details import kept
from credit.records.notations.shapes import Notation, Row

LISTED = "listed"


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
    """Companies by their USCC; people by their resident ID, or by the card of foreigners, which begins with 9."""
    kind, number = batch.columns["type"][i], batch.columns["cardNum"][i]
    if kind == "company" or (isinstance(kind, Bad) and isinstance(number, Bad)):
        return IdentifierKind.USCC
    foreign = str(number).startswith("9") and len(str(number)) == 18
    return IdentifierKind.PR_CARD if foreign else IdentifierKind.RESIDENT_ID
