"""To which groups somebody belongs, as far as their official numbers say it: nobody's name is read for that.

A group is worked out, counted and forgotten; it is never kept beside a subject. What no number says stays unknown.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from credit.core.identifiers import HMT_PROVINCES, IdentifierKind

UNKNOWN = "unknown"
RESIDENT, HMT, FOREIGNER = "resident", "hong-kong-macao-taiwan", "foreigner"
CHINESE_PASSPORTS = {"CHN": RESIDENT, "HKG": HMT, "MAC": HMT, "TWN": HMT}

AGE_BANDS = ((18, "under-18"), (30, "18-29"), (45, "30-44"), (60, "45-59"), (200, "60-and-over"))
"""The first age that isn't in a band any more, in full years, and the band."""


class Groups(NamedTuple):
    """Codes: where somebody's number comes from, a province (two digits), an age band; each may be `unknown`."""

    origin: str
    region: str
    age: str


NOBODY_KNOWS = Groups(UNKNOWN, UNKNOWN, UNKNOWN)
OF_KIND: Mapping[str, tuple[str, ...]] = {"individual": ("origin", "region", "age"), "company": ("region",)}
"""In which groups subjects of a kind are counted; a company has neither an age nor an origin here."""


def groups_of(numbers: Iterable[tuple[str, str]], on: date) -> Groups:
    """The groups of one subject on a day, from its numbers: pairs of an IdentifierKind and the number in clear."""
    found: list[str] = list(NOBODY_KNOWS)
    for kind, value in sorted(numbers, key=_trust):
        for place, said in enumerate(_said(kind, value, on)):
            if found[place] == UNKNOWN:
                found[place] = said
    return Groups(*found)


def age_band(born: date, on: date) -> str:
    """The age band on a day; unknown for whoever isn't born yet."""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((name for limit, name in AGE_BANDS if 0 <= years < limit), UNKNOWN)


@cache
def provinces() -> Mapping[str, Mapping[str, str]]:
    """The names of provinces in both languages, by code."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_name("provinces.toml").read_text(encoding="utf-8"))
    names: dict[str, dict[str, str]] = table["names"]
    return names


def _trust(number: tuple[str, str]) -> tuple[int, str]:
    kind, value = number
    return (TRUST.index(kind) if kind in TRUST else len(TRUST), value)


def _said(kind: str, value: str, on: date) -> Groups:
    """What one number says. It passed its check when it came in, but for a digit that an officer let pass."""
    reader = READERS.get(kind)
    return reader(value, on) if reader else NOBODY_KNOWS


def _of_resident(value: str, on: date) -> Groups:
    return Groups(HMT if value[:2] in HMT_PROVINCES else RESIDENT, _province(value[:2]), _age(value, on))


def _of_permit(value: str, on: date) -> Groups:
    """A residence permit is numbered like a resident ID; of a travel permit only H and M say whence."""
    if len(value) == 18:
        return Groups(HMT, _province(value[:2]), _age(value, on))
    return Groups(HMT, {"H": "81", "M": "82"}.get(value[:1], UNKNOWN), UNKNOWN)


def _of_card(value: str, on: date) -> Groups:
    """Those from before 2023 are shorter, and what their digits mean was never published."""
    if len(value) == 18:
        return Groups(FOREIGNER, _province(value[1:3]), _age(value, on))
    return Groups(FOREIGNER, UNKNOWN, UNKNOWN)


def _of_passport(value: str, _on: date) -> Groups:
    return Groups(CHINESE_PASSPORTS.get(value.partition("-")[0], FOREIGNER), UNKNOWN, UNKNOWN)


def _of_uscc(value: str, _on: date) -> Groups:
    """GB 32100-2015: characters 3 to 8 are the division of the authority that registered it."""
    return Groups(UNKNOWN, _province(value[2:4]), UNKNOWN)


def _of_register(value: str, _on: date) -> Groups:
    return Groups(UNKNOWN, _province(value[:2]), UNKNOWN)


def _province(code: str) -> str:
    return code if code in provinces() else UNKNOWN


def _age(value: str, on: date) -> str:
    try:
        return age_band(date(int(value[6:10]), int(value[10:12]), int(value[12:14])), on)
    except ValueError:
        return UNKNOWN


READERS: Mapping[str, Callable[[str, date], Groups]] = {
    IdentifierKind.RESIDENT_ID: _of_resident,
    IdentifierKind.HMT_PERMIT: _of_permit,
    IdentifierKind.PR_CARD: _of_card,
    IdentifierKind.PASSPORT: _of_passport,
    IdentifierKind.USCC: _of_uscc,
    IdentifierKind.REGISTER: _of_register,
}
"""Of several numbers of one subject the first here that says something is believed. A LEI says nothing of a region."""

TRUST = tuple(READERS)
