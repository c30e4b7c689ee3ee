"""What a report says, frozen: plain data in the report's own language, and its canonical JSON.

A report is made once and may be rendered more than once (a worker that died, a key that came back late);
what it says must not change in between. No Django here, no tables.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

FORMAT = "plainmark-report/1"


class Kind(StrEnum):
    """How much a report tells: everything, the mark with its categories, or only what a counterparty needs."""

    FULL = "full"
    SUMMARY = "summary"
    COUNTERPARTY = "counterparty"


class Language(StrEnum):
    """The languages that a report can be written in, as Django names them."""

    ENGLISH = "en"
    CHINESE = "zh-hans"


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band and the whole points that it begins at."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record: `stated` is the agency's own mark, `common` in thousandths, `points` as "-12.5".

    One that doesn't count has no points (None) and says why in `note`. Dates are ISO 8601; `ends_on` is the first day
    on which it isn't in force any more (None: no end).
    """

    record: str
    agency: str
    what: str
    category: str
    stated: str
    common: int
    points: str | None
    decided_on: str
    ends_on: str | None
    disputed: bool
    note: str


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category: how many records of it count, what it adds as "-12.5", and whether floor or cap held it there."""

    category: str
    records: int
    points: str
    held: bool


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A category that cost most, and what to say about it."""

    category: str
    points: str
    words: str


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """A step of the sum that belongs to no category: the scale's limit, or the rounding."""

    reason: str
    points: str


@dataclass(frozen=True, slots=True)
class IdentifierLine:
    """The name of an identifier's kind, and its masked value."""

    label: str
    masked: str


@dataclass(frozen=True, slots=True)
class MarkWithout:
    """The mark if disputed records were left out. No `score`: too few would be left for one."""

    score: int | None
    band: str | None


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that one report says. Strings are in `language`; `issued_at` and `known_at` are ISO 8601 with zone.

    `known_at` before `issued_at`: it tells what was known then. No `score`: too few records count for a mark.
    `without_disputed`: None where no disputed record counts, and in contents that were kept before reports told it.
    """

    serial: str
    code: str
    kind: str
    language: str
    subject_name: str
    subject_kind: str
    identifiers: tuple[IdentifierLine, ...]
    as_of: str
    issued_at: str
    known_at: str
    revision: int
    scheme_name: str
    scheme_code: str
    scheme_version: int
    base: int
    minimum: int
    maximum: int
    score: int | None
    band: str | None
    band_meaning: str
    bands: tuple[BandLine, ...]
    disputed: int
    records: int
    lines: tuple[RecordLine, ...]
    categories: tuple[CategoryLine, ...]
    adjustments: tuple[AdjustmentLine, ...]
    factors: tuple[FactorLine, ...]
    recalculation: dict[str, Any] | None
    without_disputed: MarkWithout | None = None

    @property
    def earlier(self) -> bool:
        """Whether it tells what was known at an earlier moment, and not what was known when it was issued."""
        return self.known_at != self.issued_at

    def for_kind(self) -> Self:
        """Without what this kind doesn't tell: a summary has no records, a counterparty sees only the mark."""
        if self.kind == Kind.FULL:
            return self
        told = replace(self, lines=(), recalculation=None)
        return told if self.kind == Kind.SUMMARY else replace(told, categories=(), adjustments=(), factors=())

    def to_json(self) -> bytes:
        """Canonical: sorted keys, no spaces, UTF-8; equal contents give equal bytes."""
        tree = {"format": FORMAT, **asdict(self)}
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """What `to_json` wrote. Raises ValueError for another format."""
        tree = json.loads(data)
        if tree.pop("format", None) != FORMAT:
            raise ValueError(f"This isn't a {FORMAT}.")
        for name, line in LINES.items():
            tree[name] = tuple(line(**entry) for entry in tree[name])
        without = tree.get("without_disputed")
        tree["without_disputed"] = None if without is None else MarkWithout(**without)
        if set(tree) != {field.name for field in fields(cls)}:
            raise ValueError(f"This {FORMAT} has other fields.")
        return cls(**tree)


@dataclass(frozen=True, slots=True)
class Printed:
    """Content as a signed PDF, and how many pages that has."""

    pdf: bytes
    pages: int


LINES: dict[str, Any] = {
    "identifiers": IdentifierLine,
    "bands": BandLine,
    "lines": RecordLine,
    "categories": CategoryLine,
    "adjustments": AdjustmentLine,
    "factors": FactorLine,
}


def recalculation_json(content: ReportContent) -> bytes | None:
    """The recalculation document as the file that a full report carries; None where it carries none."""
    if content.recalculation is None:
        return None
    return json.dumps(content.recalculation, ensure_ascii=False, indent=1).encode() + b"\n"
