"""Events that haven't happened, as the facts that they would be. No Django."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from credit.records import notations
from credit.records.notations.days import add_months

PENALTY = "double-publicity-penalty"
LISTING = "court-judgment-debtors"
LISTED = "listed"
RECORD = -1
"""The record that doesn't exist."""


class Sort(StrEnum):
    """What kinds of events one can ask about."""

    PENALTY = "penalty"
    LISTING = "listing"
    BAND = "band"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: "penalty:serious" (by an agency), "listing", "band:D"."""

    sort: Sort
    what: str = ""

    @classmethod
    def read(cls, code: str) -> "Event":
        """From its code. Raises ValueError."""
        sort, _colon, what = code.partition(":")
        return cls(Sort(sort), what)

    @property
    def code(self) -> str:
        """As addresses write it."""
        return f"{self.sort}:{self.what}" if self.what else self.sort.value


def severities(on: date) -> tuple[str, ...]:
    """How severe a penalty can be, the mildest first."""
    table = notations.get(PENALTY).table_on(on)
    return tuple(mark.names[0] for mark in sorted(table.marks, key=lambda mark: -mark.value))


def fact_of(event: Event, *, subject: int, company: bool, agency: int, category: str, on: date) -> dict[str, Any]:
    """The record that an event of today would leave, with the columns of `matching.FACTS`.

    `agency` and `category`: of who imposes a penalty. A penalty lasts as long as the law lets it at most.
    """
    notation = notations.get(LISTING if event.sort is Sort.LISTING else PENALTY)
    table = notation.table_on(on)
    rules: Any = table.rules
    if event.sort is Sort.LISTING:
        value, months, category = table.convert(LISTED), 12 * int(rules["years"]), notation.category
    else:
        value, months = table.convert(event.what), int(rules["months"][event.what])
    return {
        "subject": subject,
        "company": company,
        "record": RECORD,
        "public_id": "",
        "category": category,
        "kind": notation.kind,
        "agency": agency,
        "notation": notation.code,
        "value": value,
        "valid_from": on,
        "valid_to": add_months(on, months),
    }
