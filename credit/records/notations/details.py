"""What is kept of a row beside its facts, under plain English words that pages translate."""

import json

from credit.records.notations.cells import Batch
from credit.records.notations.faults import Code, refuse
from credit.records.notations.headings import forbidden_value, refuse_forbidden
from credit.records.notations.jsonfile import inner_keys
from credit.records.notations.shapes import Column


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return message


LABELS: dict[str, str] = {
    "authority": gettext_noop("Decided by"),
    "offence": gettext_noop("What was done wrong"),
    "facts": gettext_noop("Facts"),
    "law": gettext_noop("Legal basis"),
    "penalty": gettext_noop("Kind of penalty"),
    "second penalty": gettext_noop("Second kind of penalty"),
    "content": gettext_noop("Content of the decision"),
    "fine": gettext_noop("Fine (10,000 yuan)"),
    "confiscated": gettext_noop("Confiscated (10,000 yuan)"),
    "licence withdrawn": gettext_noop("Licence suspended or revoked"),
    "valid until": gettext_noop("Penalty valid until"),
    "valid from": gettext_noop("Valid from"),
    "document title": gettext_noop("Document"),
    "licence type": gettext_noop("Kind of licence"),
    "certificate": gettext_noop("Certificate"),
    "licence number": gettext_noop("Licence number"),
    "source": gettext_noop("Source of the data"),
    "area": gettext_noop("Area"),
    "judgment": gettext_noop("Judgment"),
    "judging court": gettext_noop("Judgment by"),
    "duty": gettext_noop("What the judgment orders"),
    "performance": gettext_noop("How far it was obeyed"),
    "performed": gettext_noop("What was done"),
    "not performed": gettext_noop("What was not done"),
    "conduct": gettext_noop("Why it was listed"),
    "case opened": gettext_noop("Case opened"),
}

CATEGORIES = frozenset({"licence type", "penalty", "second penalty", "offence", "conduct"})
"""Those that say of which category a row is, in its agency's own words."""

DAYS = frozenset({"valid until", "valid from", "case opened"})
"""Those that are kept as YYYY-MM-DD, so that a page can write them as it writes its other days."""


def kept(batch: Batch) -> list[dict[str, str]]:
    """For each row of a batch, the filled cells of the columns that are kept, by their English word.

    Raises FileRefused for a cell that names a forbidden category, or that is JSON with a key which does.
    """
    details: list[dict[str, str]] = [{} for _ in batch.lines]
    for column in batch.layout.columns:
        if column.keep:
            _refuse_forbidden(batch, column)
            for row, cell in zip(details, batch.columns[column.key], strict=True):
                if cell:
                    row[column.keep] = str(cell)
    return details


def _refuse_forbidden(batch: Batch, column: Column) -> None:
    """Each different cell is looked at once."""
    for cell in set(batch.columns[column.key]):
        if not isinstance(cell, str):
            continue
        if column.keep in CATEGORIES and (category := forbidden_value(cell)) is not None:
            heading = batch.heading(column.key)
            raise refuse(Code.FILE_FORBIDDEN, column=heading, value=cell, expected=category.name)
        if cell.startswith(("{", "[")):
            refuse_forbidden(_keys(cell))


def _keys(cell: str) -> set[str]:
    try:
        return inner_keys(json.loads(cell))
    except (ValueError, RecursionError):
        return set()
