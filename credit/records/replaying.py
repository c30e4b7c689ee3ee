"""What a record would say had some deliveries never been: its history, told again without them. Pure.

An agency states, officials decide. A statement that differs from what stood before makes the record say what the agency
says; one that doesn't changes nothing, so that a decision isn't undone by sending the same again. A decision (a
correction, a repair, a removal) changes what it changed, whichever statement stands. Where nothing stands at the moment
of a statement, decisions made on just such a statement still hold; unless all had been taken back by then, and the
agency delivered it anew.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Stated(Generic[Content]):
    """A delivery said this of the record. `source`: where, for the version that takes it up again.

    `anew`: all that had been said before had been taken back already, so that it was delivered anew.
    """

    submission: int
    content: Content
    source: tuple[int, int]
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """Officials changed these fields; `struck`: they removed the record."""

    changes: Mapping[str, Any]
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Replayed(Generic[Content]):
    """What stands at the end: the last statement (None: none stands), what was decided on it, whether it is removed."""

    statement: Stated[Content] | None
    changes: Mapping[str, Any]
    struck: bool


def replay(events: Iterable[Stated[Content] | Decided], *, without: Collection[int]) -> Replayed[Content]:
    """The end of a history without some deliveries, given by their submissions' ids."""
    standing: Stated[Content] | None = None
    said: Content | None = None  # last, in a delivery that stands or in another
    decisions: list[tuple[Content | None, Decided]] = []
    for event in events:
        if isinstance(event, Decided):
            decisions.append((said, event))
            continue
        said = event.content
        if event.submission in without:
            continue
        if event.anew:
            decisions = []
        elif standing is None:
            decisions = [(about, decided) for about, decided in decisions if about == event.content]
        elif standing.content != event.content:
            decisions = []
        standing = event
    changes = {name: value for _about, decided in decisions for name, value in decided.changes.items()}
    return Replayed(standing, changes, standing is None or any(decided.struck for _about, decided in decisions))
