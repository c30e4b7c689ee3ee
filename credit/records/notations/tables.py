"""A notation from its table: dated TOML beside its file, so that an operator corrects it without a release."""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from credit.core.identifiers import IdentifierKind
from credit.records.notations import scale
from credit.records.notations.cells import Batch
from credit.records.notations.headings import forbidden_value
from credit.records.notations.shapes import Column, Layout, Mark, Notation, Row, Table, Words, heading_key, plain

Reader = Callable[[Batch, Notation], Iterator[Row]]

RATING_COLUMNS: tuple[Column, ...] = (
    Column("identifier_type", ("identifier_type",), required=True, needed=True, length=32),
    Column("identifier", ("identifier",), kind="identifier", required=True),
    Column("name", ("name",), required=True, needed=True, length=200),
    Column("mark", ("mark",), required=True, needed=True, length=64),
    Column("decided_on", ("decided_on",), kind="date", required=True, needed=True),
    Column("ends_on", ("ends_on",), kind="date"),
    Column("document", ("document",), required=True, needed=True, length=128),
)


def load(module_file: str, *, readers: Mapping[str, Reader]) -> Notation:
    """The notation described by the TOML file beside `module_file`. `readers`: one for each layout's name.

    What is left out: `code` is the file's name with hyphens, `kind` "rating", a table's `version` 1, `identifiers` all
    kinds; a file without `[[layout]]` has the seven columns of a rating. Raises KeyError, ValueError for a bad table,
    also for one that doesn't say in every language of the notation where it comes from.
    """
    path = Path(module_file)
    spec = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    words = {language: Words(text["name"], text["what"]) for language, text in spec["words"].items()}
    _refuse_category(spec.get("category", ""))
    layouts = [_layout(layout, readers[layout["name"]]) for layout in spec.get("layout", ())]
    if not layouts:
        layouts = [layout_of("rating", RATING_COLUMNS, "name", "document", readers["rating"])]
    return Notation(
        code=spec.get("code", path.stem.replace("_", "-")),
        kind=spec.get("kind", "rating"),
        category=spec.get("category", ""),
        official=spec.get("official", True),
        words=words,
        layouts=tuple(layouts),
        tables=tuple(sorted((_table(table, words) for table in spec["table"]), key=lambda table: table.effective_from)),
        identifiers=tuple(IdentifierKind(kind) for kind in spec.get("identifiers", IdentifierKind)),
    )


def _refuse_category(category: str) -> None:
    found = forbidden_value(category)
    if found is not None:
        raise ValueError(f"Data of this kind is never taken in: {found.name}")


def layout_of(name: str, columns: tuple[Column, ...], name_key: str, document_key: str, read: Reader) -> Layout:
    """A layout, with its headings indexed. Raises ValueError where two columns share a heading."""
    keys: dict[str, str] = {}
    for column in columns:
        for heading in column.headings:
            if keys.setdefault(heading_key(heading), column.key) != column.key:
                raise ValueError(f"{name}: {heading} is the heading of two columns")
    return Layout(name, columns, keys, name_key, document_key, read)


def _layout(spec: Mapping[str, Any], read: Reader) -> Layout:
    columns = tuple(_column(line) for line in spec["column"])
    return layout_of(spec["name"], columns, spec["name_key"], spec["document_key"], read)


def _column(spec: Mapping[str, Any]) -> Column:
    headings = tuple(spec["headings"])
    needed = spec.get("needed", False)
    choices = {plain(name): key for key, names in spec.get("choices", {}).items() for name in names}
    return Column(
        key=headings[0],
        headings=headings,
        kind=spec.get("kind", "text"),
        required=spec.get("required", needed),
        needed=needed,
        length=spec.get("length", 500),
        lines=spec.get("lines", False),
        keep=spec.get("keep", ""),
        choices=choices or None,
    )


def _table(spec: Mapping[str, Any], languages: Collection[str]) -> Table:
    started: date = spec["effective_from"]
    source = {language: str(spec["source"][language]) for language in languages}
    marks = [Mark(tuple(line["names"]), line["value"]) for line in spec.get("mark", ())]
    steps = [(line["from"], line["value"]) for line in spec.get("step", ())]
    corners = [(line["points"], line["value"]) for line in spec.get("corner", ())]
    lines = [(" / ".join(mark.names), f"{mark.value}") for mark in marks]
    if steps:
        convert = scale.by_steps(steps)
        lines = [(f"{line.get('name', '')} {_reach(line)}".strip(), f"{line['value']}") for line in spec["step"]]
    elif corners:
        convert = scale.by_line(corners)
        lines = [(f"{points}", f"{value}") for points, value in sorted(corners)]
    elif marks:
        convert = scale.by_list(marks)
    else:
        convert = scale.always(spec["value"])
        lines = [("", f"{spec['value']}")]
    _within_scale(*(int(value) for _, value in lines))
    version, rules = spec.get("version", 1), spec.get("rules", {})
    return Table(started, version, source, convert, tuple(marks), tuple(lines), rules, linear=bool(corners))


def _reach(step: Mapping[str, Any]) -> str:
    return f"≥ {step['from']}" if not step.get("lowest") else ""


def _within_scale(*values: int) -> None:
    if any(not -scale.LIMIT <= value <= scale.LIMIT for value in values):
        raise ValueError("A common value is outside -1000 to 1000.")
