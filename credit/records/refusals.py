"""A file that isn't taken in, with its faults."""

import re
from collections.abc import Sequence

from django.utils.translation import get_language, gettext

from credit.core.errors import Invalid
from credit.core.identifiers import mask
from credit.records.notations.faults import Code, Fault
from credit.records.notations.headings import forbidden

LIKE_A_NUMBER = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]{15,}")
DIGITS = 8


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


def _without_numbers(text: str) -> str:
    """A cell in the wrong place may hold somebody's official number: long runs with many digits are masked."""

    def hidden(found: re.Match[str]) -> str:
        return mask(found[0]) if sum(character.isdigit() for character in found[0]) >= DIGITS else found[0]

    return LIKE_A_NUMBER.sub(hidden, text)


def as_json(fault: Fault) -> dict[str, str | int | None]:
    """A fault as commands print it; what stood in an identifier's cell is masked, and a number that stood elsewhere."""
    value = mask(fault.value) if fault.code is Code.IDENTIFIER_INVALID else _without_numbers(fault.value)
    return {
        "line": fault.line,
        "column": fault.column,
        "code": fault.code.value,
        "value": value,
        "message": sentence(fault),
    }
