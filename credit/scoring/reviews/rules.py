"""What may happen when somebody asks that a human looks at their mark, who may do it, and until when. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path


class Status(StrEnum):
    """Where a review stands."""

    ASKED = "asked"
    TAKEN = "taken"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


OPEN = (Status.ASKED, Status.TAKEN)
CLOSED = (Status.ANSWERED, Status.WITHDRAWN)


class Move(StrEnum):
    """What can be done to a review."""

    WITHDRAW = "withdraw"
    TAKE = "take"
    HAND_BACK = "hand-back"
    ANSWER = "answer"


class Part(StrEnum):
    """The part that somebody plays in one review."""

    SUBJECT = "subject"
    OFFICIAL = "official"
    REVIEWER = "reviewer"


TRANSITIONS: Mapping[tuple[Status, Move], tuple[Part, Status]] = {
    (Status.ASKED, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.ASKED, Move.TAKE): (Part.OFFICIAL, Status.TAKEN),
    (Status.TAKEN, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.TAKEN, Move.HAND_BACK): (Part.REVIEWER, Status.ASKED),
    (Status.TAKEN, Move.ANSWER): (Part.REVIEWER, Status.ANSWERED),
}


class Finding(StrEnum):
    """What a human found."""

    STANDS = "stands"  # the mark is as it should be
    RECORD_WRONG = "record-wrong"  # a record looks wrong: it is for its subject to dispute it
    CORRECTED = "corrected"  # what was wrong has been put right meanwhile


class Bar(StrEnum):
    """Why an official is party to a review, and so may not touch it."""

    OWN_FILE = "own-file"
    OWN_COMPANY = "own-company"
    OWN_ASKING = "own-asking"
    OWN_SUBMISSION = "own-submission"
    OWN_RELEASE = "own-release"


class Refusal(StrEnum):
    """Why a move is refused, beside the bars."""

    CLOSED = "closed"
    NOT_NOW = "not-now"
    NOT_SUBJECT = "not-subject"
    NOT_OFFICIAL = "not-official"
    NOT_REVIEWER = "not-reviewer"


@dataclass(frozen=True)
class Standing:
    """How one person stands to one review: what they may speak for and hold."""

    subject: bool = False
    official: bool = False
    reviewer: bool = False
    bars: frozenset[Bar] = frozenset()

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this person may play; a party never plays an official one."""
        held = {Part.SUBJECT} if self.subject else set()
        if self.official and not self.bars:
            held |= {Part.OFFICIAL, Part.REVIEWER} if self.reviewer else {Part.OFFICIAL}
        return frozenset(held)


def after(status: Status, move: Move, standing: Standing) -> Status | Refusal | Bar:
    """The status that follows the move, or why the move is refused."""
    row = TRANSITIONS.get((status, move))
    if row is None:
        return Refusal.CLOSED if status in CLOSED else Refusal.NOT_NOW
    part, following = row
    if part in standing.parts:
        return following
    if part is Part.SUBJECT:
        return Refusal.NOT_SUBJECT
    if not standing.official:
        return Refusal.NOT_OFFICIAL
    return first_bar(standing.bars) if standing.bars else Refusal.NOT_REVIEWER


def first_bar(bars: frozenset[Bar]) -> Bar:
    """The bar that is told, where there are several. Raises ValueError where there is none."""
    return min(bars, key=list(Bar).index)


def moves(status: Status, standing: Standing) -> frozenset[Move]:
    """All moves that this person could make now: the buttons of the page."""
    return frozenset(move for move in Move if isinstance(after(status, move, standing), Status))


@dataclass(frozen=True)
class Limit:
    """One row of reviews.toml: how many days an answer may take, in force from when, by which rule."""

    days: int
    effective_from: date
    source_en: str
    source_zh: str


@cache
def limits() -> tuple[Limit, ...]:
    """All rows of reviews.toml, the latest first."""
    tree = tomllib.loads(Path(__file__).with_name("reviews.toml").read_text(encoding="utf-8"))
    return tuple(sorted((Limit(**row) for row in tree["limit"]), key=lambda row: row.effective_from, reverse=True))


def limit_on(day: date, rows: Iterable[Limit] | None = None) -> Limit:
    """The limit in force on a business date. Raises LookupError where none is."""
    for row in sorted(limits() if rows is None else rows, key=lambda row: row.effective_from, reverse=True):
        if row.effective_from <= day:
            return row
    raise LookupError(f"No limit for reviews is in force on {day}.")


def due_on(asked_on: date, limit: Limit) -> date:
    """The last day on which the limit is kept; the day of asking isn't counted."""
    return asked_on + timedelta(days=limit.days)
