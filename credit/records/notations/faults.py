"""What can be wrong with a file that an agency sends. A bad line is data, never an exception."""

import re
from dataclasses import dataclass
from enum import StrEnum

VALUE_SHOWN = 200
"""Characters of a faulty cell that are kept and shown."""

# Control characters but tab and line ends, invisible and direction-changing marks, half surrogates, non-characters.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def shown(text: str) -> str:
    """A faulty cell as it can be stored and printed anywhere: its beginning, control characters written out."""
    start = text[: VALUE_SHOWN * 2].strip()[:VALUE_SHOWN]
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", start)[:VALUE_SHOWN]


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return message


class Code(StrEnum):
    """The codes that agencies script against. Those of a whole file begin with `file.`."""

    IDENTIFIER_MISSING = "identifier.missing"
    IDENTIFIER_INVALID = "identifier.invalid"
    FIELD_MISSING = "field.missing"
    FIELD_TOO_LONG = "field.too_long"
    DATE_INVALID = "date.invalid"
    DATE_ORDER = "date.order"
    AMOUNT_INVALID = "amount.invalid"
    VALUE_UNKNOWN = "value.unknown"
    RECORD_DUPLICATE = "record.duplicate"
    NOT_AUTHORISED = "agency.not_authorised"
    CONTROL_CHARACTERS = "text.control_characters"
    NAME_CONFLICT = "name.conflict"
    FILE_EMPTY = "file.empty"
    FILE_ENCODING = "file.encoding"
    FILE_FORMAT = "file.format"
    FILE_TOO_LARGE = "file.too_large"
    FILE_DUPLICATE = "file.duplicate"
    FILE_FORBIDDEN = "file.forbidden_column"
    HEADING_UNKNOWN = "file.heading_unknown"
    HEADING_MISSING = "file.heading_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one cell, or of the whole file (`line` None).

    `column` is the file's own heading, None where there is none. `detail` picks the sentence where a code has several;
    `expected` is what would have fitted (a check digit, a limit, the values that are known).
    """

    line: int | None
    column: str | None
    code: Code
    value: str = ""
    detail: str = ""
    expected: str = ""

    @property
    def sentence(self) -> str:
        """The English sentence, with %(expected)s not yet filled in: translate it, then fill it in."""
        return SENTENCES.get(f"{self.code}:{self.detail}") or SENTENCES[self.code]


class FileRefused(Exception):
    """Nothing of this file can be taken. `faults` says why; each has `line` None."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def refuse(
    code: Code, *, column: str | None = None, value: str = "", detail: str = "", expected: str = ""
) -> FileRefused:
    """The exception for one fault of the whole file."""
    return FileRefused(Fault(None, column, code, shown(value), detail, expected))


SENTENCES: dict[str, str] = {
    "identifier.missing": gettext_noop("The number of the person or company is missing. Fill it in."),
    "identifier.invalid": gettext_noop("This isn't a valid number. Check it against the document."),
    "identifier.invalid:check": gettext_noop(
        "The last character doesn't fit the others: it should be %(expected)s. Check the number against the document."
    ),
    "identifier.invalid:length": gettext_noop("The number has too few or too many characters."),
    "identifier.invalid:characters": gettext_noop("The number has a character in a place where there can't be one."),
    "identifier.invalid:province": gettext_noop("The number begins with a province that doesn't exist."),
    "identifier.invalid:birth-date": gettext_noop("The number holds a birth date that isn't a date."),
    "identifier.invalid:state": gettext_noop(
        "Write the issuing state's three letters, a hyphen and the number: FRA-12AB34567."
    ),
    "field.missing": gettext_noop("This must be filled in."),
    "field.too_long": gettext_noop("This is too long: at most %(expected)s characters."),
    "date.invalid": gettext_noop("This isn't a date. Write it as 2026/11/23 or 2026-11-23."),
    "date.order": gettext_noop("The end must be later than the decision (%(expected)s)."),
    "amount.invalid": gettext_noop("Write the amount as a number of 10,000 yuan, not negative: 1.5 is 15,000 yuan."),
    "value.unknown": gettext_noop("This value isn't one that this notation knows."),
    "value.unknown:known": gettext_noop("This value isn't one that this notation knows: %(expected)s."),
    "value.unknown:number": gettext_noop("Write points as a number with at most two decimals."),
    "value.unknown:points": gettext_noop("Write points as a number with at most two decimals, from %(expected)s."),
    "value.unknown:extra": gettext_noop("This row has more cells than the heading row."),
    "record.duplicate": gettext_noop("The same document on the same subject stands in line %(expected)s already."),
    "agency.not_authorised": gettext_noop("This agency isn't registered for this notation."),
    "agency.not_authorised:author": gettext_noop(
        "Another agency has delivered this document on this subject, and its record stands. Only its author states it"
        " anew. An officer must look at it."
    ),
    "text.control_characters": gettext_noop("There are invisible control characters in this cell. Type it anew."),
    "name.conflict": gettext_noop("This number is on file under another name. An officer must look at it."),
    "file.empty": gettext_noop("There is nothing in this file."),
    "file.encoding": gettext_noop("The text of this file is neither UTF-8 nor GB 18030."),
    "file.format": gettext_noop("This file can't be read as CSV, XLSX, JSON or NDJSON."),
    "file.format:quotes": gettext_noop("A quotation mark is opened in this file and never closed."),
    "file.format:spreadsheet": gettext_noop("This file isn't a spreadsheet that can be read (XLSX)."),
    "file.format:json": gettext_noop("This file isn't JSON that can be read: a list of objects is expected."),
    "file.too_large": gettext_noop("This file is too large: at most %(expected)s. Split it."),
    "file.duplicate": gettext_noop("These very bytes were delivered before, as submission %(expected)s."),
    "file.forbidden_column": gettext_noop("Data of this kind is never taken in: %(expected)s. Remove the column."),
    "file.heading_unknown": gettext_noop("This heading isn't one of this notation."),
    "file.heading_unknown:twice": gettext_noop("This heading stands here twice."),
    "file.heading_missing": gettext_noop("This column must be there."),
}
