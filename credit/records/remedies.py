"""How a record ends by itself, and what its subject can do about it, under the rules of remedies.toml."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from credit.records import notations
from credit.records.models import RecordVersion
from credit.records.notations.days import add_months
from credit.records.notations.shapes import Notation, plain
from credit.records.words import in_language


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the file, in force from a day on. `repair_months`: by the first name of an agency's mark."""

    applies_to: tuple[str, ...]
    effective_from: date
    ends_en: str
    ends_zh: str
    source_en: str
    source_zh: str
    repair_en: str = ""
    repair_zh: str = ""
    repair_months: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remedy:
    """The rule of one record on a day, in the language of the moment.

    `repair` is empty where there is nothing to repair; `repair_from` is the first day on which one can ask for it
    (None: no day is set), `repair_open` whether that has come.
    """

    ends: str
    source: str
    repair: str
    repair_from: date | None
    repair_open: bool


@cache
def rules() -> tuple[Rule, ...]:
    """All rows of remedies.toml, the latest first."""
    tree: dict[str, Any] = tomllib.loads(Path(__file__).with_name("remedies.toml").read_text(encoding="utf-8"))
    rows = [Rule(**{**row, "applies_to": tuple(row["applies_to"])}) for row in tree["rule"]]
    return tuple(sorted(rows, key=lambda row: row.effective_from, reverse=True))


def rule_for(notation: Notation, on: date, among: Iterable[Rule] | None = None) -> Rule:
    """The rule of a notation on a day: its own before that of its kind, the first one before any has come."""
    rows = tuple(rules() if among is None else among)
    for name in (notation.code, notation.kind):
        named = [row for row in rows if name in row.applies_to]
        in_force = [row for row in named if row.effective_from <= on]
        if named:
            return in_force[0] if in_force else named[-1]
    raise LookupError(f"No rule says how records of {notation.code!r} end.")


def remedy_of(version: RecordVersion, on: date) -> Remedy:
    """What the rule in force on a day says of a record. Only what was bad can be repaired."""
    notation = notations.get(version.record.notation)
    return remedy_for(notation, mark=version.mark, value=version.value, decided_on=version.valid_from, on=on)


def remedy_for(notation: Notation, *, mark: str, value: int, decided_on: date, on: date) -> Remedy:
    """The same for what an agency stated: its mark, with the value on the common scale, decided on a day."""
    rule = rule_for(notation, on)
    repair = in_language({"en": rule.repair_en, "zh-hans": rule.repair_zh}) if value < 0 else ""
    months = rule.repair_months.get(_first_name(notation, mark)) if repair else None
    first = None if months is None else add_months(decided_on, months)
    return Remedy(
        ends=in_language({"en": rule.ends_en, "zh-hans": rule.ends_zh}),
        source=in_language({"en": rule.source_en, "zh-hans": rule.source_zh}),
        repair=repair,
        repair_from=first,
        repair_open=first is None or first <= on,
    )


def _first_name(notation: Notation, mark: str) -> str:
    for table in notation.tables:
        for known in table.marks:
            if plain(mark) in [plain(name) for name in known.names]:
                return known.names[0]
    return mark
