"""The shapes that files, columns, rows and notations take. Plain data."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from credit.core.identifiers import IdentifierKind

if TYPE_CHECKING:
    from credit.records.notations.cells import Batch

CellKind = Literal["text", "date", "amount", "choice", "identifier"]
RecordKind = Literal["rating", "event"]


def plain(text: str) -> str:
    """A value or heading without regard to case, width or surrounding and repeated space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def heading_key(heading: str) -> str:
    """A heading without regard to case, width or any space."""
    return plain(heading).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout.

    `key`: what the code calls it, its first heading. `headings`: all that it may be called. `length`: characters.
    `keep`: shown on the record under this English word, "" for what isn't kept.
    """

    key: str
    headings: tuple[str, ...]
    kind: CellKind = "text"
    required: bool = False
    needed: bool = False
    length: int = 500
    lines: bool = False
    keep: str = ""
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One set of headings that a notation takes (a generation of its format).

    `keys`: column keys by heading, as `heading_key` writes it. `read` turns a batch's sound rows into Rows.
    """

    name: str
    columns: tuple[Column, ...]
    keys: Mapping[str, str]
    name_key: str
    document_key: str
    read: Callable[["Batch", "Notation"], Iterator["Row"]]


class Row(NamedTuple):
    """One sound row, ready to become a record. `value` is in thousandths of the common scale, -1000 to 1000.

    `register`: the company's register number, where the row gives one beside its USCC.
    """

    line: int
    kind: IdentifierKind
    identifier: str
    name: str
    document: str
    mark: str
    value: int
    decided_on: date
    ends_on: date | None
    details: dict[str, str]
    register: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a notation is called, and what it is, for somebody who never heard of it."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One of a notation's own values: the values as published (English, Chinese…), and the common value."""

    names: tuple[str, ...]
    value: int


class UnknownMark(ValueError):
    """This value isn't one of the notation's. `known` says which are; `points` that a number is asked for."""

    def __init__(self, known: str, *, points: bool = False) -> None:
        super().__init__(known)
        self.known = known
        self.points = points


@dataclass(frozen=True, slots=True)
class Table:
    """A published conversion table, in force from a day on. `convert` raises UnknownMark.

    `source`: where it comes from, by language. `marks`: those that it lists by name. `lines`: the table as it is
    printed, own value ("" for any) and common value in thousandths; `linear`: straight lines run between them.
    """

    effective_from: date
    version: int
    source: Mapping[str, str]
    convert: Callable[[str], int]
    marks: tuple[Mark, ...]
    lines: tuple[tuple[str, str], ...]
    rules: Mapping[str, object]
    linear: bool = False


@dataclass(frozen=True, slots=True)
class Notation:
    """An agency's own way of marking. `category`: "" means the submitting agency's own field.

    `official`: False for what only subjects themselves may bring in. `identifiers`: the kinds of numbers by which it
    names subjects.
    """

    code: str
    kind: RecordKind
    category: str
    official: bool
    words: Mapping[str, Words]
    layouts: tuple[Layout, ...]
    tables: tuple[Table, ...]
    identifiers: tuple[IdentifierKind, ...]

    def table_on(self, day: date) -> Table:
        """The table in force on a day; before the first one, the first."""
        started = [table for table in self.tables if table.effective_from <= day]
        return started[-1] if started else self.tables[0]

    def value_of(self, mark: str, on: date) -> int:
        """The common value of a mark decided on a day, in thousandths. Raises UnknownMark."""
        return self.table_on(on).convert(mark)
