"""A file that isn't taken in, with its faults."""

from collections.abc import Sequence

from django.utils.translation import get_language, gettext

from credit.core.errors import Invalid
from credit.records.masking import masked_text, masked_value
from credit.records.notations.faults import Code, Fault
from credit.records.notations.headings import forbidden


class Refused(Invalid):
    """Nothing of the file is kept. `faults` has at least one; the message is the first one's. HTTP 422."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(sentence(faults[0]), code=faults[0].code.value)
        self.faults = tuple(faults)


def sentence(fault: Fault) -> str:
    """What is wrong and what to do, in the language of the moment."""
    text = gettext(fault.sentence)
    return text % {"expected": _expected(fault)} if "%(expected)s" in text else text


def _expected(fault: Fault) -> str:
    if fault.code is Code.FILE_FORBIDDEN and (get_language() or "").startswith("zh"):
        return next((category.name_zh for category in forbidden() if category.name == fault.expected), fault.expected)
    return fault.expected


def as_json(fault: Fault) -> dict[str, str | int | None]:
    """A fault as it is told outside its agency's own page: official numbers are masked (masking.py).

    A heading of a file that is refused whole can be anything, a number too where the heading row was left out.
    """
    column = fault.column
    return {
        "line": fault.line,
        "column": masked_text(column) if column is not None and fault.line is None else column,
        "code": fault.code.value,
        "value": masked_value(fault.value, column if fault.line is not None else None),
        "message": sentence(fault),
    }
