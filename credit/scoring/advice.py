"""What costs most, in plain words: which records, what would help, and when each weighs less by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from credit.records.remedies import Remedy, remedy_for
from credit.scoring.fading import Fading, fading
from credit.scoring.mark import CategoryTotal, Line, Mark

SHOWN = 3
"""Records told for one factor; the sum below has all."""


@dataclass(frozen=True, slots=True)
class Costly:
    """One record that costs points. `remedy`: None where its notation isn't known any more."""

    line: Line
    fading: Fading
    remedy: Remedy | None

    @property
    def is_rating(self) -> bool:
        """Whether the agency's next rating replaces it."""
        return self.line.kind == "rating"


@dataclass(frozen=True, slots=True)
class Advice:
    """One factor. `more`: costly records that aren't told here; `held`: its category costs the most that it can."""

    total: CategoryTotal
    records: Sequence[Costly]
    more: int
    held: bool


def advice_of(mark: Mark) -> list[Advice]:
    """What to say of each factor of a mark, the most costly first."""
    held = {step.category.code for step in mark.adjustments if step.category and step.reason == "floor"}
    found = []
    for total in mark.factors:
        code = total.category.code
        lines = [line for line in mark.lines if line.category and line.category.code == code and (line.tenths or 0) < 0]
        records = [_costly(line, mark) for line in lines[:SHOWN]]
        found.append(Advice(total, records, max(len(lines) - SHOWN, 0), code in held))
    return found


def _costly(line: Line, mark: Mark) -> Costly:
    how = fading(fades=line.fades, as_of=mark.as_of, ends_on=line.ends_on)
    if line.notation is None:
        return Costly(line, how, None)
    remedy = remedy_for(line.notation, mark=line.given, value=line.value, decided_on=line.decided_on, on=mark.as_of)
    return Costly(line, how, remedy)
