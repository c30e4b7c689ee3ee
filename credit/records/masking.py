"""Official numbers in what is told of a faulty cell outside its agency's own page: masked wherever they stand.

A number in the wrong cell, cut by spaces, hyphens or invisible characters, in full-width or other figures, is still
somebody's number.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby

from credit.core.identifiers import HYPHENS, issuing_states, mask
from credit.records import notations
from credit.records.notations.shapes import heading_key

DIGITS = 8
"""Figures from which on a long run of letters and figures may be an official number."""

PIECES = re.compile(r"\\u[0-9a-f]{4}|.", re.DOTALL)
"""Characters of a value as faults show it: those that can't be seen are written out."""

OTHERS_NUMBERS = ("FR_ZJHM",)
"""Ends of columns that are read as any text and hold somebody's number: a legal representative's."""

LONG = re.compile(r"[0-9A-Z]{15,}")
PERMIT = re.compile(r"(?<![0-9A-Z])[A-Z][0-9]{8}(?:[0-9]{2})?(?![0-9A-Z])")
PASSPORT = re.compile(r"(?<![0-9A-Z])([A-Z]{3})[ -]?(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{5,15}(?![0-9A-Z])")
GROUPS = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]{4}[ -]){4}[0-9A-Z]{2}[0-9]{2}(?![0-9A-Z])")
SPREAD = tuple(map(re.compile, (r"[0-9]{15,}X?", r"[A-Z]{3}[0-9]{12}", r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")))
"""Numbers in one piece, a legal entity's in its groups, and those that are cut anywhere: each shape is looked for anew,
as one may begin inside another."""

ALONE = re.compile(r"[A-Z]?[0-9]{8}(?:[0-9]{2})?[A-Z]?")
DAY = re.compile(r"(?:19|20|21)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def masked_value(value: str, heading: str | None) -> str:
    """What stood in a cell: in the column of a number all of it is masked, elsewhere what looks like one."""
    if heading is not None and heading_key(heading) in number_headings():
        return mask(value)
    return masked_text(value)


def masked_text(text: str) -> str:
    """A text in which whatever may be an official number is masked."""
    if sum(character.isdecimal() for character in text) < min(DIGITS, 4):
        return text
    plain, places = _plain(text)
    spans = [found.span() for found in _numbers(plain)]
    for character_class in (" ", " -"):
        spans += _spread(plain, character_class)
    hidden = bytearray(len(text))
    for start, end in spans:
        begin, finish = places[start][0], places[end - 1][1]
        hidden[begin:finish] = b"\1" * (finish - begin)
    return "".join(
        mask("".join(letters)) if is_hidden else "".join(letters)
        for is_hidden, letters in (
            (key, [text[at] for at in group]) for key, group in groupby(range(len(text)), key=lambda at: hidden[at])
        )
    )


@cache
def number_headings() -> frozenset[str]:
    """The headings, as `heading_key` writes them, of every column that holds a number."""
    return frozenset(
        heading_key(heading)
        for notation in notations.all_notations().values()
        for layout in notation.layouts
        for column in layout.columns
        if column.kind == "identifier" or column.key.endswith(OTHERS_NUMBERS)
        for heading in column.headings
    )


def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Letters and figures as capitals and 0 to 9, spaces and hyphens as one each, and where each stood in the text."""
    plain: list[str] = []
    places: list[tuple[int, int]] = []
    for found in PIECES.finditer(text):
        piece = found[0]
        if len(piece) > 1 or unicodedata.category(piece) in ("Cf", "Cc", "Mn"):
            continue
        for letter in unicodedata.normalize("NFKC", piece):
            plain.append(_letter(letter))
            places.append(found.span())
    return "".join(plain), places


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if letter.translate(HYPHENS) == "":
        return "-"
    upper = letter.upper()
    return upper if upper.isascii() and len(upper) == 1 else "|"


def _numbers(plain: str) -> list[re.Match[str]]:
    """Numbers that stand in one piece."""
    found = [match for match in LONG.finditer(plain) if _has_digits(match[0])]
    found += [*PERMIT.finditer(plain), *GROUPS.finditer(plain)]
    return found + [match for match in PASSPORT.finditer(plain) if match[1] in issuing_states()]


def _spread(plain: str, separators: str) -> list[tuple[int, int]]:
    """Numbers that are cut by these."""
    kept = [at for at, letter in enumerate(plain) if letter not in separators]
    joined = "".join(plain[at] for at in kept)
    found = [match.span() for shape in SPREAD for match in shape.finditer(joined) if _has_digits(match[0])]
    if (ALONE.fullmatch(joined) and not DAY.fullmatch(joined)) or _is_passport(joined):
        found.append((0, len(joined)))
    return [(kept[start], kept[end - 1] + 1) for start, end in found]


def _is_passport(joined: str) -> bool:
    found = PASSPORT.fullmatch(joined)
    return found is not None and found[1] in issuing_states()


def _has_digits(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= DIGITS
