"""Double publicity (双公示): licences and penalties, current and older generation of the exchange format."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

from credit.core.identifiers import BadIdentifier, Identifier, IdentifierKind, check
from credit.records.notations.cells import Bad, Batch
from credit.records.notations.days import add_months
from credit.records.notations.details import kept
from credit.records.notations.faults import Code
from credit.records.notations.shapes import Notation, Row, Table, plain

SEPARATORS = re.compile(r"[、;；,，/|]+")
OTHER = "其他"
GRAVITY = ("serious", "general", "minor")
DAY = timedelta(days=1)


def read_penalties(batch: Batch, notation: Notation) -> Iterator[Row]:
    """The sound penalties of a batch: severity is the mark, publication ends the record."""
    subjects = list(_subjects(batch, "CF"))
    names, documents = batch.texts("CF_XDR_MC"), batch.texts("CF_WSH")
    decided, published = batch.dates("CF_JDRQ"), batch.dates("CF_GSJZQ") if "CF_GSJZQ" in batch.columns else None
    details = kept(batch)
    for i, line in enumerate(batch.lines):
        begun, until = decided[i], published[i] if published else None
        if begun and until and until <= begun:
            batch.fault(i, "CF_GSJZQ", Code.DATE_ORDER, expected=begun.isoformat())
            until = None
        table = notation.table_on(begun) if begun else notation.tables[-1]
        severity = _severity(batch, i, table, begun, until)
        identifier = subjects[i]
        if i in batch.faulty or identifier is None or begun is None or severity is None:
            continue
        ends = _end_of_publication(table, begun, until, severity)
        value = table.convert(severity)
        known = (line, identifier.kind, identifier.value, names[i], documents[i], severity, value, begun, ends)
        yield Row(*known, details[i], _register(batch, i, identifier, "CF"))


def read_licences(batch: Batch, notation: Notation) -> Iterator[Row]:
    """The sound licences of a batch: held from the decision until the day after `XK_YXQZI` (older: `XK_JZQ`)."""
    subjects = list(_subjects(batch, "XK"))
    current = "XK_XDR_MC" in batch.columns
    name_key, end_key = ("XK_XDR_MC", "XK_YXQZI") if current else ("XK_XDR", "XK_JZQ")
    names, documents = batch.texts(name_key), batch.texts("XK_WSH")
    decided, ends = batch.dates("XK_JDRQ"), batch.dates(end_key)
    details = kept(batch)
    for i, line in enumerate(batch.lines):
        begun, last, identifier = decided[i], ends[i], subjects[i]
        if begun and last and last <= begun:
            batch.fault(i, end_key, Code.DATE_ORDER, expected=begun.isoformat())
        if i in batch.faulty or identifier is None or begun is None:
            continue
        table = notation.table_on(begun)
        end = None if last is None or last >= cast(date, table.rules["no_end"]) else last + DAY
        value = table.convert("held")
        known = (line, identifier.kind, identifier.value, names[i], documents[i], "held", value, begun, end)
        yield Row(*known, details[i], _register(batch, i, identifier, "XK"))


def _subjects(batch: Batch, prefix: str) -> Iterator[Identifier | None]:
    kind_key, uscc_key = f"{prefix}_XDR_LB", f"{prefix}_XDR_SHXYM"
    if kind_key not in batch.columns:
        yield from (_older_subject(batch, i, uscc_key, f"{prefix}_XDR_SFZ") for i in range(len(batch.lines)))
        return
    for i, kind in enumerate(batch.columns[kind_key]):
        if isinstance(kind, Bad):
            yield None
        elif kind == "individual":
            yield _person(batch, i, f"{prefix}_XDR_ZJLX", f"{prefix}_XDR_ZJHM")
        else:
            yield batch.identify(i, IdentifierKind.USCC, uscc_key)


def _register(batch: Batch, i: int, identifier: Identifier, prefix: str) -> str:
    """The company's register number, "" where the row has none that is sound: it isn't what the row is found by."""
    if identifier.kind is not IdentifierKind.USCC:
        return ""
    for key in (f"{prefix}_XDR_GSZC", f"{prefix}_XDR_GSDJ"):
        cell = batch.columns[key][i] if key in batch.columns else ""
        if cell and not isinstance(cell, Bad):
            try:
                return check(IdentifierKind.REGISTER, str(cell)).value
            except BadIdentifier:
                return ""
    return ""


def _person(batch: Batch, i: int, paper_key: str, number_key: str) -> Identifier | None:
    paper = batch.columns[paper_key][i]
    if paper == "":
        paper = batch.fault(i, paper_key, Code.FIELD_MISSING)
    if isinstance(paper, Bad):
        if batch.columns[number_key][i] == "":
            batch.fault(i, number_key, Code.IDENTIFIER_MISSING)
        return None
    return batch.identify(i, IdentifierKind(str(paper)), number_key)


def _older_subject(batch: Batch, i: int, uscc_key: str, person_key: str) -> Identifier | None:
    """The older generation doesn't say the kind of subject: a USCC makes a company, else an ID card a person."""
    if batch.columns[uscc_key][i] == "" and batch.columns[person_key][i] != "":
        return batch.identify(i, IdentifierKind.RESIDENT_ID, person_key)
    return batch.identify(i, IdentifierKind.USCC, uscc_key)


def _severity(batch: Batch, i: int, table: Table, begun: date | None, until: date | None) -> str | None:
    """By the length of publication; without it, by the kind of penalty. None with a fault for an unknown kind."""
    months = cast(Mapping[str, int], table.rules["months"])
    if begun and until:
        return next((name for name in ("minor", "general") if until <= add_months(begun, months[name])), "serious")
    keys = [key for key in ("CF_CFLB", "CF_CFLB1", "CF_CFLB2") if key in batch.columns]
    cells = [(key, batch.columns[key][i]) for key in keys]
    found = {_by_kind(table, str(cell), key) for key, cell in cells if cell and not isinstance(cell, Bad)}
    publication = batch.columns.get("CF_GSJZQ")
    if None in found and begun and (publication is None or publication[i] == ""):
        key = next(key for key, cell in cells if cell and _by_kind(table, str(cell), key) is None)
        known = ", ".join(name for names in _kinds(table).values() for name in names)
        batch.fault(i, key, Code.VALUE_UNKNOWN, detail="known", expected=known)
        return None
    return next((name for name in GRAVITY if name in found), cast(str, table.rules["otherwise"]))


def _kinds(table: Table) -> Mapping[str, list[str]]:
    return cast(Mapping[str, list[str]], cast(Mapping[str, Any], table.rules)["kinds"])


@lru_cache(maxsize=1_000)
def _parts(text: str) -> tuple[str, ...]:
    whole = plain(text).replace(" ", "")
    return whole, *(part for part in SEPARATORS.split(whole) if part)


def _by_kind(table: Table, text: str, key: str) -> str | None:
    whole, *parts = _parts(text)
    found = []
    for part in parts or [whole]:
        kind = OTHER if part.startswith(OTHER) else part
        found.append(next((name for name in GRAVITY if kind in _kinds(table)[name]), None))
    if None in found:
        return None
    return next(name for name in GRAVITY if name in found)


def _end_of_publication(table: Table, begun: date, until: date | None, severity: str) -> date:
    """The day after the last day of publication, never later than the legal maximum after the decision."""
    months = cast(Mapping[str, int], table.rules["months"])
    if until is None:
        return add_months(begun, months[severity])
    return min(until + DAY, add_months(begun, months["serious"]))
