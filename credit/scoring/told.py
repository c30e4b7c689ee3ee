"""One line of a change as a person reads it: what it is about, why it is another, and by how much."""

from collections.abc import Iterable
from dataclasses import dataclass

from credit.records.words import Entry
from credit.scoring.changes import Cause, Difference
from credit.scoring.mark import signed
from credit.scoring.words import CategoryWords


@dataclass(frozen=True, slots=True)
class Told:
    """A line with its words. `entry`: what the record said; None for a step of the sum.

    `linked`: whether the record is in this file now, so that it has a page there.
    """

    line: Difference
    entry: Entry | None
    category: CategoryWords | None
    why: str
    linked: bool = False

    @property
    def signed(self) -> str:
        """What it adds to the mark or takes from it."""
        return signed(self.line.tenths)

    @property
    def before(self) -> str:
        """The line's own points before; "–" where it wasn't there."""
        return "–" if self.line.before is None else signed(self.line.before)

    @property
    def after(self) -> str:
        """The line's own points after; "–" where it isn't there."""
        return "–" if self.line.after is None else signed(self.line.after)


def in_order(lines: Iterable[Told]) -> list[Told]:
    """Where everybody starts, then records from the most costly change to the most helpful, then steps of the sum."""
    return sorted(lines, key=lambda one: (_rank(one.line), one.line.tenths))


def _rank(line: Difference) -> int:
    return 0 if line.cause is Cause.BASE else 1 if line.record else 2
