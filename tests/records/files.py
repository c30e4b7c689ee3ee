"""Small files that agencies could send."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from credit.records import notations
from credit.records.notations.formats import Limits
from credit.records.notations.reading import FileRefused, read
from tests import factories

Told = tuple[int | None, str | None, str]
"""A fault: line, column, code."""

RATING = ("identifier_type", "identifier", "name", "mark", "decided_on", "ends_on", "document")
PENALTY = (
    "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WSH,CF_CFLB,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG"
).split(",")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def rating(number: int = 1, **changed: str) -> list[str]:
    """A row of a rating file."""
    row = {
        "identifier_type": "uscc",
        "identifier": factories.uscc(number).value,
        "name": f"示例{number}公司",
        "mark": "A",
        "decided_on": "2026-06-01",
        "ends_on": "2027-06-01",
        "document": f"doc{number}",
    }
    return list((row | changed).values())


def ratings(*rows: Sequence[str]) -> bytes:
    """A rating file."""
    return as_csv(RATING, rows)


def penalty(number: int = 1, **changed: str) -> list[str]:
    """A row of a penalty file, current generation."""
    row = dict.fromkeys(PENALTY, "") | {
        "CF_XDR_MC": f"示例{number}公司",
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": factories.uscc(number).value,
        "CF_WSH": f"罚{number}号",
        "CF_CFLB": "罚款",
        "CF_NR_FK": "1.5",
        "CF_JDRQ": "2026/06/01",
        "CF_GSJZQ": "2026/12/01",
        "CF_CFJG": "示例局",
    }
    return list((row | changed).values())


def penalties(*rows: Sequence[str]) -> bytes:
    """A penalty file, current generation."""
    return as_csv(PENALTY, rows)


DECIDED = date(2026, 6, 1)


def faults(data: bytes, notation: str, filename: str = "file.csv", **limits: int) -> list[Told]:
    """(line, column, code) of every fault of a file."""
    readings = read(data, filename=filename, notation=notations.get(notation), limits=Limits(**limits))
    try:
        return [(f.line, f.column, f.code.value) for batch in list(readings) for f in batch.faults]
    except FileRefused as refused:
        return [(f.line, f.column, f.code.value) for f in refused.faults]
