"""Recalculation documents: what a subject downloads to check their own mark. Read strictly, answered, written.

Format "plainmark-recalculation/1". A document is refused whole, with the path of the first field that is wrong.
"""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from credit.scoring.engine import FACTS, Marks, compute
from credit.scoring.fields import choice, day, fields_of, items, number, refuse_repeats, text
from credit.scoring.rules import (
    BAND_LIMIT,
    CATEGORY_LIMIT,
    RECORD_LIMIT,
    VALUE_LIMIT,
    Band,
    Category,
    SchemeRules,
    points,
)
from credit.scoring.strictjson import Malformed, read, refuse_faults

FORMAT = "plainmark-recalculation/1"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A valid recalculation document. facts: the columns of `engine.FACTS`, all of subject 0, in the order given.

    answer: what the input states, to be compared; None where it states nothing.
    """

    as_of: date
    scheme: SchemeRules
    facts: pl.DataFrame
    answer: Answer | None = None


def parse(data: bytes) -> Document:
    """Read a document. Raises Malformed with the path of the field that is wrong."""
    tree = read(data)
    refuse_faults(tree)
    top = fields_of(tree, "", ("format", "as_of", "scheme", "records"), optional=("answer",))
    if top["format"] != FORMAT:
        raise Malformed("format", f'must be "{FORMAT}"')
    scheme = parse_scheme(top["scheme"])
    codes = frozenset(category.code for category in scheme.categories)
    records = items(top["records"], "records", RECORD_LIMIT, lambda item, path: _record(item, path, codes))
    refuse_repeats([record["record"] for record in records], "records", "id")
    facts = pl.DataFrame(records, schema=FACTS, orient="row")
    return Document(day(top["as_of"], "as_of"), scheme, facts, _stated(top))


def parse_scheme(tree: Any, path: str = "scheme") -> SchemeRules:
    """The rules in a scheme's tree, as a document writes them; `path` is where it stands. Raises Malformed."""
    within = f"{path}." if path else ""
    known = ("code", "version", "base", "min", "max", "disputed", "bands", "categories")
    fields = fields_of(tree, path, known, optional=("threshold",))
    bands = items(fields["bands"], f"{within}bands", BAND_LIMIT, parse_band)
    refuse_repeats([band.name for band in bands], f"{within}bands", "name")
    refuse_repeats([band.start for band in bands], f"{within}bands", "from")
    categories = items(fields["categories"], f"{within}categories", CATEGORY_LIMIT, parse_category)
    refuse_repeats([category.code for category in categories], f"{within}categories", "code")
    scheme = SchemeRules(
        code=text(fields["code"], f"{within}code"),
        version=number(fields["version"], f"{within}version", lowest=1),
        base=number(fields["base"], f"{within}base"),
        minimum=number(fields["min"], f"{within}min"),
        maximum=number(fields["max"], f"{within}max"),
        disputed=choice(fields["disputed"], f"{within}disputed", ("count", "exclude")),
        bands=tuple(bands),
        categories=tuple(categories),
        threshold=number(fields.get("threshold", 0), f"{within}threshold", lowest=0, highest=RECORD_LIMIT),
    )
    if scheme.minimum > scheme.maximum:
        raise Malformed(f"{within}max", "is below min")
    return scheme


def recalculate(document: Document) -> Marks:
    """The engine's marks of the document's one subject, which is subject 0."""
    return compute(document.facts, document.scheme, document.as_of, pl.Series("subject", [0], pl.Int64))


def answer(marks: Marks) -> Answer:
    """The answer as the contract writes it, from marks of one subject."""
    lines = marks.contributions.sort("record").select("record", "category", "tenths")
    steps = marks.adjustments.select("category", "reason", "tenths")
    return {
        "score": marks.scores["score"].item(),
        "band": marks.scores["band"].item(),
        "contributions": [
            {"record": record, "category": category, "points": points(tenths)}
            for record, category, tenths in lines.iter_rows()
        ],
        "adjustments": [
            {"category": category, "reason": reason, "points": points(tenths)}
            for category, reason, tenths in steps.iter_rows()
        ],
        "factors": marks.factors["category"].to_list(),
    }


def differences(stated: Answer, right: Answer) -> list[str]:
    """The names of the answer's fields in which the stated one differs, in the contract's order; true is not 1."""
    return [name for name in right if name not in stated or _written(stated[name]) != _written(right[name])]


def without_disputed(document: Document) -> Document:
    """The same document under a scheme that leaves disputed records out."""
    return replace(document, scheme=replace(document.scheme, disputed="exclude"), answer=None)


def render(document: Document) -> dict[str, Any]:
    """The document as a tree that `json.dumps` writes and `parse` reads back, with its answer where it has one.

    The threshold is written where it decides: where too few records count for a mark.
    """
    rows = document.facts.sort("record").iter_rows(named=True)
    scheme = render_scheme(document.scheme)
    if document.scheme.threshold and recalculate(document).scores["score"].item() is None:
        scheme["threshold"] = document.scheme.threshold
    tree: dict[str, Any] = {
        "format": FORMAT,
        "as_of": document.as_of.isoformat(),
        "scheme": scheme,
        "records": [_record_tree(row) for row in rows],
    }
    return tree if document.answer is None else {**tree, "answer": document.answer}


def render_scheme(scheme: SchemeRules) -> dict[str, Any]:
    """The scheme's tree, as `parse_scheme` reads it."""
    return {
        "code": scheme.code,
        "version": scheme.version,
        "base": scheme.base,
        "min": scheme.minimum,
        "max": scheme.maximum,
        "disputed": scheme.disputed,
        "bands": [{"name": band.name, "from": band.start} for band in scheme.bands],
        "categories": [
            {"code": c.code, "weight": c.weight, "floor": c.floor, "cap": c.cap, "decay": c.decay}
            for c in scheme.categories
        ],
    }


def _record_tree(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["record"],
        "category": row["category"],
        "kind": row["kind"],
        "source": row["source"],
        "value": row["value"],
        "decided_on": row["decided_on"].isoformat(),
        "ends_on": row["ends_on"] and row["ends_on"].isoformat(),
        "disputed": row["disputed"],
    }


def _record(tree: Any, path: str, codes: Set[str]) -> dict[str, Any]:
    known = ("id", "category", "kind", "source", "value", "decided_on", "ends_on", "disputed")
    fields = fields_of(tree, path, known)
    category = text(fields["category"], f"{path}.category")
    if category not in codes:
        raise Malformed(f"{path}.category", "is not a category of the scheme")
    decided_on = day(fields["decided_on"], f"{path}.decided_on")
    ends_on = None if fields["ends_on"] is None else day(fields["ends_on"], f"{path}.ends_on")
    if ends_on is not None and ends_on <= decided_on:
        raise Malformed(f"{path}.ends_on", "is not after decided_on")
    if not isinstance(fields["disputed"], bool):
        raise Malformed(f"{path}.disputed", "must be true or false")
    return {
        "subject": 0,
        "record": text(fields["id"], f"{path}.id"),
        "category": category,
        "kind": choice(fields["kind"], f"{path}.kind", ("rating", "event")),
        "source": text(fields["source"], f"{path}.source"),
        "value": number(fields["value"], f"{path}.value", lowest=-VALUE_LIMIT, highest=VALUE_LIMIT),
        "decided_on": decided_on,
        "ends_on": ends_on,
        "disputed": fields["disputed"],
    }


def parse_band(tree: Any, path: str) -> Band:
    """A band, as a document writes it; `path` is where it stands. Raises Malformed."""
    fields = fields_of(tree, path, ("name", "from"))
    return Band(text(fields["name"], f"{path}.name"), number(fields["from"], f"{path}.from"))


def parse_category(tree: Any, path: str) -> Category:
    """A category's numbers, as a document writes them; `path` is where it stands. Raises Malformed."""
    fields = fields_of(tree, path, ("code", "weight", "floor", "cap", "decay"))
    category = Category(
        code=text(fields["code"], f"{path}.code"),
        weight=number(fields["weight"], f"{path}.weight"),
        floor=number(fields["floor"], f"{path}.floor"),
        cap=number(fields["cap"], f"{path}.cap"),
        decay=choice(fields["decay"], f"{path}.decay", ("none", "linear")),
    )
    if category.floor > category.cap:
        raise Malformed(f"{path}.cap", "is below floor")
    return category


def _stated(top: dict[str, Any]) -> Answer | None:
    if "answer" not in top:
        return None
    known = ("score", "band", "contributions", "adjustments", "factors")
    return fields_of(top["answer"], "answer", (), optional=known)


def _written(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True)
