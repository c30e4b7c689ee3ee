"""Notations as the public pages show them: what they are, and their tables as dated data. No record is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from credit.core.identifiers import IdentifierKind
from credit.records import notations
from credit.records.notations.headings import ForbiddenList, forbidden_list
from credit.records.notations.limits import Limit, limits
from credit.records.notations.shapes import Notation, Table
from credit.records.words import CATEGORIES, common_value, in_language, words_of

IDENTIFIERS = {
    IdentifierKind.USCC: _("Unified social credit code"),
    IdentifierKind.RESIDENT_ID: _("Resident ID"),
    IdentifierKind.PR_CARD: _("Permanent residence card"),
    IdentifierKind.PASSPORT: _("Passport"),
    IdentifierKind.HMT_PERMIT: _("Hong Kong, Macao or Taiwan resident's permit"),
    IdentifierKind.LEI: _("Legal entity identifier"),
    IdentifierKind.REGISTER: _("Company register number"),
}
PENALTIES = {"minor": _("minor"), "general": _("general"), "serious": _("serious")}


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One version of a conversion table. `lines`: own value ("" for any) and common value from −1 to +1, as text."""

    effective_from: date
    version: int
    source: str
    lines: tuple[tuple[str, str], ...]
    linear: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownNotation:
    """A notation in the language of the moment; its tables, the newest first."""

    code: str
    name: str
    what: str
    is_event: bool
    category: str
    identifiers: tuple[str, ...]
    tables: tuple[ShownTable, ...]


def shown(code: str) -> ShownNotation:
    """A notation for a page. Raises KeyError."""
    notation = notations.get(code)
    words = words_of(code)
    return ShownNotation(
        code=code,
        name=words.name,
        what=words.what,
        is_event=notation.kind == "event",
        category=str(CATEGORIES.get(notation.category, notation.category)),
        identifiers=tuple(str(IDENTIFIERS[kind]) for kind in notation.identifiers),
        tables=tuple(_shown_table(table) for table in reversed(notation.tables)),
    )


def brought_by_subjects() -> tuple[ShownNotation, ...]:
    """Notations that no agency submits: only whom they are about may bring such a mark in."""
    return tuple(shown(code) for code, notation in notations.all_notations().items() if not notation.official)


def never_taken() -> tuple[ForbiddenList, tuple[str, ...], str]:
    """The list of data that is never taken in: as dated data, its categories and its source in words."""
    found = forbidden_list()
    names = ({"en": category.name, "zh-hans": category.name_zh} for category in found.categories)
    return found, tuple(in_language(name) for name in names), in_language(found.source)


def longest_kept() -> tuple[tuple[Limit, str], ...]:
    """How long what speaks against a subject counts at most: each row with its source in words, the newest first."""
    return tuple((limit, in_language(limit.source)) for limit in reversed(limits()))


def as_data(notation: Notation) -> dict[str, Any]:
    """A notation as open data, in both languages; common values in thousandths."""
    return {
        "code": notation.code,
        "kind": notation.kind,
        "category": notation.category or None,
        "submitted_by": "agency" if notation.official else "subject",
        "name": {language: words.name for language, words in notation.words.items()},
        "description": {language: words.what for language, words in notation.words.items()},
        "identifiers": [kind.value for kind in notation.identifiers],
        "tables": [
            {
                "effective_from": table.effective_from.isoformat(),
                "version": table.version,
                "source": dict(table.source),
                "linear_between": table.linear,
                "values": [{"own": own or None, "common": int(common)} for own, common in table.lines],
                "rules": _plain(table.rules),
            }
            for table in notation.tables
        ],
    }


def never_taken_as_data() -> dict[str, Any]:
    """The list of data that is never taken in, as open data."""
    found = forbidden_list()
    return {
        "effective_from": found.effective_from.isoformat(),
        "version": found.version,
        "source": dict(found.source),
        "categories": [{"en": category.name, "zh-hans": category.name_zh} for category in found.categories],
    }


def longest_kept_as_data() -> list[dict[str, Any]]:
    """The limits of what speaks against a subject, as open data."""
    return [
        {"effective_from": limit.effective_from.isoformat(), "years": limit.years, "source": dict(limit.source)}
        for limit in limits()
    ]


def _shown_table(table: Table) -> ShownTable:
    lines = [(own, int(common)) for own, common in table.lines]
    if table.marks:
        lines = [(_in_one_language(mark.names), mark.value) for mark in table.marks]
    return ShownTable(
        effective_from=table.effective_from,
        version=table.version,
        source=in_language(table.source),
        lines=tuple((own, common_value(common)) for own, common in lines),
        linear=table.linear,
        rules=tuple(_rules(table.rules)),
    )


def _in_one_language(names: tuple[str, ...]) -> str:
    """Of all that a mark is called, what fits the page; letters are read by everybody."""
    chinese = (get_language() or "").startswith("zh")
    fitting = [name for name in names if name.isascii() != chinese or (len(name) == 1 and name.isascii())]
    return " / ".join(fitting or names)


def _rules(rules: Mapping[str, Any]) -> list[str]:
    """What a table rules beside values, in sentences: how long a record is published, and how it is classed."""
    said = []
    if months := rules.get("months"):
        said.append(
            gettext(
                "It is published for at most %(minor)s months where the penalty is minor, %(general)s where it is "
                "general, %(serious)s where it is serious, counted from the decision. Then it ends by itself."
            )
            % months
        )
    if years := rules.get("years"):
        said.append(gettext("It ends by itself %(years)s years after it was published.") % {"years": years})
    if last := rules.get("no_end"):
        said.append(gettext("Valid until %(day)s means: without an end.") % {"day": date_format(last)})
    for gravity, kinds in rules.get("kinds", {}).items():
        values = {"gravity": PENALTIES[gravity], "kinds": gettext(", ").join(kinds)}
        said.append(gettext("Without an end of publication these kinds are %(gravity)s: %(kinds)s.") % values)
    if otherwise := rules.get("otherwise"):
        said.append(
            gettext("With neither an end of publication nor a kind it is %(gravity)s.")
            % {"gravity": PENALTIES[otherwise]}
        )
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
