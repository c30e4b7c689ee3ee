"""The sum of made-up records as a page shows it: every line that the engine added, and nothing computed twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from credit.records.notations import all_notations
from credit.records.words import CATEGORIES, common_value, in_language, mark_in_words
from credit.scoring.document import Document, answer, recalculate, render, without_disputed
from credit.scoring.engine import Marks
from credit.scoring.madeup import Example, MadeUp, document_of
from credit.scoring.mark import WHY_NOT, Adjustment, Standing, signed
from credit.scoring.rules import SchemeRules
from credit.scoring.saying import SaysHow
from credit.scoring.words import CategoryWords


@dataclass(frozen=True, slots=True)
class SumLine:
    """One made-up record and what it did. `tenths` is None where it doesn't count."""

    record: MadeUp
    category: CategoryWords | None
    weight: int
    tenths: int | None
    fades: bool
    standing: Standing

    @property
    def what(self) -> str:
        """What it is called: the notation, or that it is a value of one's own."""
        notation = all_notations().get(self.record.notation)
        return in_language(notation.words).name if notation else ""

    @property
    def stated(self) -> str:
        """The agency's own mark, in the language of the moment."""
        notation = all_notations().get(self.record.notation)
        return mark_in_words(notation, self.record.mark) if notation else ""

    @property
    def category_name(self) -> str:
        """The category's name, also of one that the scheme doesn't have."""
        return self.category.name if self.category else str(CATEGORIES.get(self.record.category, ""))

    @property
    def common(self) -> str:
        """The common value from −1 to +1."""
        return common_value(self.record.value)

    @property
    def signed(self) -> str:
        """What it adds or costs; empty where it doesn't count."""
        return "" if self.tenths is None else signed(self.tenths)

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force; None: no end."""
        return self.record.ends_on and self.record.ends_on - timedelta(days=1)

    @property
    def why_not(self) -> str:
        """Why it doesn't count, in a sentence; empty where it does."""
        return str(WHY_NOT[self.standing])


@dataclass(frozen=True, slots=True)
class Sum:
    """How a scheme marks made-up records on a day. base + lines + adjustments = score, unless there is no mark (None).

    `without_disputed`: the score if disputed records were left out; None where none counts, or none would be left.
    """

    scheme: SaysHow
    rules: SchemeRules
    as_of: date
    lines: Sequence[SumLine]
    adjustments: Sequence[Adjustment]
    score: int | None
    band: str | None
    factors: Sequence[CategoryWords]
    without_disputed: int | None
    document: dict[str, Any]

    @property
    def band_meaning(self) -> str:
        """What the band means, in a sentence of the scheme."""
        return self.scheme.meaning_of(self.band)

    @property
    def minimum(self) -> int:
        """The lowest mark there is."""
        return self.rules.minimum

    @property
    def maximum(self) -> int:
        """The highest mark there is."""
        return self.rules.maximum


def added_up(scheme: SaysHow, kind: str, records: Sequence[MadeUp], as_of: date) -> Sum:
    """The sum of records under a scheme, for somebody of a kind (Subject.Kind), as of a day."""
    rules = scheme.rules_for(kind)
    document = document_of(records, rules, as_of)
    marks = recalculate(document)
    right = answer(marks)
    most = {category.code: {"cap": category.cap, "floor": -category.floor} for category in rules.categories}
    steps = marks.adjustments.select("category", "reason", "tenths").iter_rows()
    return Sum(
        scheme=scheme,
        rules=rules,
        as_of=as_of,
        lines=_lines(scheme, records, marks),
        adjustments=[
            Adjustment(scheme.categories.get(category), reason, tenths, most.get(category, {}).get(reason, 0))
            for category, reason, tenths in steps
        ],
        score=right["score"],
        band=right["band"],
        factors=[scheme.categories[code] for code in right["factors"]],
        without_disputed=_without_disputed(document, marks),
        document={**render(document), "answer": right},
    )


@dataclass(frozen=True, slots=True)
class Worked:
    """An example with its sum."""

    title: str
    text: str
    kind: str
    sum: Sum


def worked(scheme: SaysHow, example: Example, day: date) -> Worked:
    """An example of examples.toml as a scheme marks it on a day."""
    words = in_language(example.words)
    return Worked(words["title"], words["text"], example.kind, added_up(scheme, example.kind, example.on(day), day))


def _lines(scheme: SaysHow, records: Sequence[MadeUp], marks: Marks) -> list[SumLine]:
    """One line a record, in the order given."""
    counted = {
        record: (tenths, fades)
        for record, tenths, fades in marks.contributions.select("record", "tenths", "fades").iter_rows()
    }
    weights = {category.code: category.weight for category in marks.scheme.categories}
    lines = []
    for number, record in enumerate(records, start=1):
        tenths, fades = counted.get(f"r{number:02d}", (None, False))
        standing = Standing.COUNTS if tenths is not None else _standing(record, marks)
        weight = weights.get(record.category, 0)
        lines.append(SumLine(record, scheme.categories.get(record.category), weight, tenths, fades, standing))
    return lines


def _standing(record: MadeUp, marks: Marks) -> Standing:
    """Why a record that the engine didn't count doesn't."""
    if record.category not in {category.code for category in marks.scheme.categories}:
        return Standing.OUTSIDE
    if record.decided_on > marks.as_of:
        return Standing.NOT_YET
    if record.ends_on is not None and record.ends_on <= marks.as_of:
        return Standing.ENDED
    if record.disputed and marks.scheme.disputed == "exclude":
        return Standing.LEFT_OUT
    return Standing.REPLACED


def _without_disputed(document: Document, marks: Marks) -> int | None:
    disputed = document.facts.filter(document.facts["disputed"])["record"].to_list()
    if not marks.contributions.filter(marks.contributions["record"].is_in(disputed)).height:
        return None
    score: int | None = recalculate(without_disputed(document)).scores["score"].item()
    return score
