"""Official numbers of people and companies: their structure, their check digits, and how they are written here.

A number is normalised (NFKC, upper case, no spaces or hyphens inside) and then checked. python-stdnum does LEI; it is
not used for the Chinese numbers: its `cn.uscc` refuses registration authorities that are letters (N1…, A1…), and its
`cn.ric` refuses people who are older than their county's code, and every permanent residence card.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from operator import mul
from pathlib import Path
from typing import Literal, NamedTuple

from stdnum import lei
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

SubjectKind = Literal["individual", "company"]


class IdentifierKind(StrEnum):
    """Which official number it is; the TYPE of a subject written `TYPE:VALUE`."""

    USCC = "uscc"
    RESIDENT_ID = "resident-id"
    PR_CARD = "pr-card"
    PASSPORT = "passport"
    HMT_PERMIT = "hmt-permit"
    LEI = "lei"
    REGISTER = "register"


SUBJECT_KIND: dict[IdentifierKind, SubjectKind] = {
    IdentifierKind.USCC: "company",
    IdentifierKind.RESIDENT_ID: "individual",
    IdentifierKind.PR_CARD: "individual",
    IdentifierKind.PASSPORT: "individual",
    IdentifierKind.HMT_PERMIT: "individual",
    IdentifierKind.LEI: "company",
    IdentifierKind.REGISTER: "company",
}


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return message


class Reason(StrEnum):
    """Why a number is refused."""

    KIND = "kind"
    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    PROVINCE = "province"
    BIRTH_DATE = "birth-date"
    STATE = "state"
    CHECK = "check"


SENTENCES: dict[Reason, str] = {
    Reason.KIND: gettext_noop("There is no such type of identifier."),
    Reason.EMPTY: gettext_noop("The number is missing."),
    Reason.LENGTH: gettext_noop("The number doesn't have as many characters as it should."),
    Reason.CHARACTERS: gettext_noop("The number has a character in a place where there can't be one."),
    Reason.PROVINCE: gettext_noop("The number begins with a province that doesn't exist."),
    Reason.BIRTH_DATE: gettext_noop("The number holds a birth date that isn't a date."),
    Reason.STATE: gettext_noop("Write the issuing state's three letters, a hyphen and the number: FRA-12AB34567."),
    Reason.CHECK: gettext_noop("The last character doesn't fit the others: it should be %(expected)s."),
}


class BadIdentifier(ValueError):
    """A number that can't be right. `expected` is the check digit that would fit, where that is what is wrong."""

    def __init__(self, reason: Reason, expected: str | None = None) -> None:
        super().__init__(SENTENCES[reason] % {"expected": expected})
        self.reason = reason
        self.expected = expected


class Identifier(NamedTuple):
    """A number that passed its check, normalised. Its text is masked, so that a log can't betray it."""

    kind: IdentifierKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{mask(self.value)}"

    def __repr__(self) -> str:
        return str(self)


def check(kind: IdentifierKind | str, raw: str) -> Identifier:
    """Normalise and check a number. Raises BadIdentifier."""
    if not isinstance(kind, IdentifierKind):
        try:
            kind = IdentifierKind(kind)
        except ValueError:
            raise BadIdentifier(Reason.KIND) from None
    value = normalise(raw)
    if not value:
        raise BadIdentifier(Reason.EMPTY)
    return Identifier(kind, CHECKS[kind](value))


def check_structure(kind: IdentifierKind | str, raw: str) -> Identifier:
    """As `check`, but the check digit may be another one than is expected: such numbers exist. Raises BadIdentifier."""
    try:
        return check(kind, raw)
    except BadIdentifier as error:
        if error.reason is not Reason.CHECK:
            raise
    return Identifier(IdentifierKind(kind), re.sub(r"\([A-Z0-9]\)$", "", normalise(raw)).translate(HYPHENS))


def parse_subject(text: str) -> Identifier:
    """A subject written `TYPE:VALUE`. Raises BadIdentifier."""
    kind, _, value = text.partition(":")
    return check(kind.strip().lower(), value)


def parse_structure(text: str) -> Identifier:
    """As `parse_subject`, where nothing but the check digit may fail. Raises BadIdentifier."""
    kind, _, value = text.partition(":")
    return check_structure(kind.strip().lower(), value)


def normalise(raw: str) -> str:
    """NFKC, upper case, without any white space."""
    if raw.isascii():
        return raw.upper() if raw.isalnum() else "".join(raw.split()).upper()
    return "".join(unicodedata.normalize("NFKC", raw).split()).upper()


def mask(value: str) -> str:
    """The ends of a number, for whoever may know which one it is but not read it: 1101**********5771.

    Asterisks are as wide as figures in every typeface; a bullet is a full-width sign in Chinese ones.
    """
    shown = min(4, len(value) // 4)
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[len(value) - shown :]


# GB 32100-2015: alphabet without I O S V Z, weights 3^i mod 31.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORDERS = bytes(max(USCC_ALPHABET.find(chr(byte)), 0) for byte in range(256))
"""By byte, the place of a character in that alphabet; of a digit, the digit itself."""

USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
USCC_SHAPE = re.compile(f"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")

# ISO 7064 MOD 11-2, as GB 11643-1999 applies it.
RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RIC_CHECKS = "10X98765432"
RIC_SHAPE = re.compile(r"[0-9]{17}[0-9X]")

# GB/T 2260; 81 to 83: Hong Kong, Macao and Taiwan residents, 71: Taiwan.
BLOCKS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in BLOCKS for code in range(first, last + 1))
HMT_PROVINCES = frozenset({"81", "82", "83"})
EARLIEST_YEAR = 1850

PR_CARD_OLD = re.compile(r"[A-Z]{3}[0-9]{12}")
HMT_TRAVEL = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?|[0-9]{8}|[0-9]{10}[A-Z]?")
PASSPORT = re.compile(r"([A-Z]{1,3})-([A-Z0-9]{5,15})")
HYPHENS = str.maketrans("", "", "-‐‑‒–—")


def uscc_check_digit(first: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015: remainder 0 gives "0")."""
    return USCC_ALPHABET[-sum(map(mul, first.encode("ascii").translate(ORDERS), USCC_WEIGHTS)) % 31]


def ric_check_digit(first: str) -> str:
    """The 18th character for the first 17 digits (ISO 7064 MOD 11-2)."""
    return RIC_CHECKS[sum(map(mul, first.encode("ascii").translate(ORDERS), RIC_WEIGHTS)) % 11]


@cache
def issuing_states() -> frozenset[str]:
    """Codes of those who issue passports, from states.toml."""
    table = tomllib.loads(Path(__file__).with_name("states.toml").read_text(encoding="utf-8"))
    return frozenset(str(table["iso_3166"]).split()) | frozenset(str(table["icao_9303"]).split())


def _uscc(value: str) -> str:
    if not USCC_SHAPE.fullmatch(value):
        value = value.translate(HYPHENS)
        _length(value, 18)
        if not USCC_SHAPE.fullmatch(value):
            raise BadIdentifier(Reason.CHARACTERS)
    return _checked(value, uscc_check_digit(value))


def _eighteen_digits(value: str) -> str:
    _length(value, 18)
    if not RIC_SHAPE.fullmatch(value):
        raise BadIdentifier(Reason.CHARACTERS)
    if not _is_birth_date(value[6:14]):
        raise BadIdentifier(Reason.BIRTH_DATE)
    return _checked(value, ric_check_digit(value))


@lru_cache(maxsize=50_000)
def _is_birth_date(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= EARLIEST_YEAR
    except ValueError:
        return False


def _resident_id(value: str) -> str:
    if value[:2] not in PROVINCES and RIC_SHAPE.fullmatch(value):
        raise BadIdentifier(Reason.PROVINCE)
    return _eighteen_digits(value)


def _pr_card(value: str) -> str:
    """Since 2023: 9, province, ISO 3166 numeric country, birth date, sequence, check. Before: 3 letters, 12 digits."""
    value = value.translate(HYPHENS)
    if PR_CARD_OLD.fullmatch(value):
        return value
    if value[:1] != "9" and RIC_SHAPE.fullmatch(value):
        raise BadIdentifier(Reason.CHARACTERS)
    if value[1:3] not in PROVINCES and RIC_SHAPE.fullmatch(value):
        raise BadIdentifier(Reason.PROVINCE)
    return _eighteen_digits(value)


def _hmt_permit(value: str) -> str:
    """A travel permit (H or M and 8 or 10 digits; Taiwan: 8 or 10 digits), or an 18-digit residence permit."""
    value = re.sub(r"\([A-Z0-9]\)$", "", value)
    if HMT_TRAVEL.fullmatch(value):
        return value
    _length(value, 18)
    if value[:2] not in HMT_PROVINCES:
        raise BadIdentifier(Reason.PROVINCE)
    return _eighteen_digits(value)


def _passport(value: str) -> str:
    value = re.sub("[‐‑‒–—]", "-", value)
    found = PASSPORT.fullmatch(value)
    if found is None or found[1] not in issuing_states():
        raise BadIdentifier(Reason.STATE)
    return value


def _lei(value: str) -> str:
    value = value.translate(HYPHENS)
    _length(value, 20)
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", value):
        raise BadIdentifier(Reason.CHARACTERS)
    try:
        return str(lei.validate(value))
    except ValidationError:
        letters = "".join(str(int(character, 36)) for character in value[:18])
        raise BadIdentifier(Reason.CHECK, f"{98 - int(letters + '00') % 97:02d}") from None


def _register(value: str) -> str:
    """The number in the register of companies before the USCC: region, sequence, check (ISO 7064 MOD 11,10)."""
    value = value.translate(HYPHENS)
    _length(value, 15)
    if not re.fullmatch(r"[0-9]{15}", value):
        raise BadIdentifier(Reason.CHARACTERS)
    if value[:2] not in PROVINCES and value[:2] != "10":  # 10: the national register itself
        raise BadIdentifier(Reason.PROVINCE)
    return _checked(value, mod_11_10.calc_check_digit(value[:-1]))


def _length(value: str, length: int) -> None:
    if len(value) != length:
        raise BadIdentifier(Reason.LENGTH)


def _checked(value: str, expected: str) -> str:
    if value[-1] != expected:
        raise BadIdentifier(Reason.CHECK, expected)
    return value


CHECKS: dict[IdentifierKind, Callable[[str], str]] = {
    IdentifierKind.USCC: _uscc,
    IdentifierKind.RESIDENT_ID: _resident_id,
    IdentifierKind.PR_CARD: _pr_card,
    IdentifierKind.PASSPORT: _passport,
    IdentifierKind.HMT_PERMIT: _hmt_permit,
    IdentifierKind.LEI: _lei,
    IdentifierKind.REGISTER: _register,
}
