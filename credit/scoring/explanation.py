"""From the engine's columns to the lines that a person reads. Nothing is computed here a second time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from credit.records.models import RecordVersion
from credit.scoring.document import Document, answer, recalculate, render, without_disputed
from credit.scoring.engine import Marks
from credit.scoring.facts import lines_of
from credit.scoring.mark import Adjustment, CategoryTotal, Line, Mark
from credit.scoring.models import Scheme


def explain(
    scheme: Scheme,
    versions: Sequence[RecordVersion],
    document: Document,
    marks: Marks,
    *,
    known_at: datetime | None = None,
) -> Mark:
    """The mark of one subject, with every line of its sum."""
    lines, idle = lines_of(versions, scheme, marks)
    right = answer(marks)
    totals = _totals(scheme, marks, lines, right["factors"])
    most = {category.code: {"cap": category.cap, "floor": -category.floor} for category in marks.scheme.categories}
    by_code = {total.category.code: total for total in totals}
    return Mark(
        scheme=scheme,
        rules=marks.scheme,
        as_of=document.as_of,
        known_at=known_at,
        score=right["score"],
        band=right["band"],
        lines=lines,
        idle=idle,
        adjustments=[
            Adjustment(scheme.categories.get(category), reason, tenths, most.get(category, {}).get(reason, 0))
            for category, reason, tenths in marks.adjustments.select("category", "reason", "tenths").iter_rows()
        ],
        categories=totals,
        factors=[by_code[code] for code in right["factors"]],
        without_disputed=_without_disputed(document, lines),
        document={**render(document), "answer": right},
    )


def _totals(scheme: Scheme, marks: Marks, lines: Sequence[Line], factors: Sequence[str]) -> list[CategoryTotal]:
    """Every category of the scheme, in its order, with what it adds after floor and cap."""
    held = dict(marks.by_category.select("category", "held").iter_rows())
    counted = Counter(line.category.code for line in lines if line.category)
    return [
        CategoryTotal(category, counted[code], held[code], code in factors)
        for code, category in scheme.categories.items()
    ]


def _without_disputed(document: Document, lines: Sequence[Line]) -> tuple[int | None, str | None] | None:
    """The mark if disputed records were left out (None: too few for one); None where none counts."""
    if not any(line.disputed for line in lines):
        return None
    score, band = recalculate(without_disputed(document)).scores.select("score", "band").row(0)
    return score, band
