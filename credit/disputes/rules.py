"""What may happen to a dispute, who may do it, and until when. Plain data in, plain data out."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any


class Status(StrEnum):
    """Where a case stands."""

    FILED = "filed"
    IN_REVIEW = "in-review"
    PROPOSED = "proposed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


OPEN = (Status.FILED, Status.IN_REVIEW, Status.PROPOSED)
CLOSED = (Status.DECIDED, Status.WITHDRAWN)


class Move(StrEnum):
    """What somebody can do to a case."""

    ADD_INFORMATION = "add-information"
    WITHDRAW = "withdraw"
    TAKE = "take"
    HAND_BACK = "hand-back"
    PROPOSE = "propose"
    CHECK = "check"
    CONFIRM = "confirm"
    SEND_BACK = "send-back"


class Part(StrEnum):
    """The part that somebody plays in one case."""

    SUBJECT = "subject"
    OFFICIAL = "official"
    REVIEWER = "reviewer"
    SECOND_OFFICIAL = "second-official"


TRANSITIONS: Mapping[tuple[Status, Move], tuple[Part, Status]] = {
    (Status.FILED, Move.ADD_INFORMATION): (Part.SUBJECT, Status.FILED),
    (Status.FILED, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.FILED, Move.TAKE): (Part.OFFICIAL, Status.IN_REVIEW),
    (Status.IN_REVIEW, Move.ADD_INFORMATION): (Part.SUBJECT, Status.IN_REVIEW),
    (Status.IN_REVIEW, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.IN_REVIEW, Move.HAND_BACK): (Part.REVIEWER, Status.FILED),
    (Status.IN_REVIEW, Move.PROPOSE): (Part.REVIEWER, Status.PROPOSED),
    (Status.PROPOSED, Move.ADD_INFORMATION): (Part.SUBJECT, Status.PROPOSED),
    (Status.PROPOSED, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.PROPOSED, Move.CHECK): (Part.SECOND_OFFICIAL, Status.PROPOSED),
    (Status.PROPOSED, Move.CONFIRM): (Part.SECOND_OFFICIAL, Status.DECIDED),
    (Status.PROPOSED, Move.SEND_BACK): (Part.SECOND_OFFICIAL, Status.IN_REVIEW),
}


class Complaint(StrEnum):
    """What the subject says is wrong with the record."""

    NOT_MINE = "not-mine"
    WRONG_FACT = "wrong-fact"
    WRONG_DATE = "wrong-date"
    ALREADY_ENDED = "already-ended"
    OTHER = "other"


class Outcome(StrEnum):
    """What becomes of the record. All but KEEP uphold the dispute."""

    REMOVE = "remove"
    CORRECT_MARK = "correct-mark"
    CORRECT_END = "correct-end"
    KEEP = "keep"


class Method(StrEnum):
    """How the officials verified what the subject says."""

    ASKED_AGENCY = "asked-agency"
    ORIGINAL_DOCUMENT = "original-document"
    SUBJECT_EVIDENCE = "subject-evidence"
    PUBLIC_REGISTER = "public-register"


class Bar(StrEnum):
    """Why an official is party to a case, and so may not touch it."""

    OWN_FILE = "own-file"
    OWN_COMPANY = "own-company"
    OWN_FILING = "own-filing"
    OWN_SUBMISSION = "own-submission"
    OWN_RELEASE = "own-release"


class Refusal(StrEnum):
    """Why a move is refused, beside the bars."""

    CLOSED = "closed"
    NOT_NOW = "not-now"
    NOT_SUBJECT = "not-subject"
    NOT_OFFICIAL = "not-official"
    NOT_REVIEWER = "not-reviewer"
    OWN_PROPOSAL = "own-proposal"


@dataclass(frozen=True)
class Standing:
    """How one person stands to one case: what they may speak for, hold and have done."""

    subject: bool = False
    official: bool = False
    reviewer: bool = False
    proposer: bool = False
    bars: frozenset[Bar] = frozenset()

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this person may play; a party to the case never plays an official one."""
        held = {Part.SUBJECT} if self.subject else set()
        if self.official and not self.bars:
            held.add(Part.OFFICIAL)
            if self.reviewer:
                held.add(Part.REVIEWER)
            if not self.proposer:
                held.add(Part.SECOND_OFFICIAL)
        return frozenset(held)


def after(status: Status, move: Move, standing: Standing) -> Status | Refusal | Bar:
    """The status that follows the move, or why the move is refused."""
    row = TRANSITIONS.get((status, move))
    if row is None:
        return Refusal.CLOSED if status in CLOSED else Refusal.NOT_NOW
    part, following = row
    return following if part in standing.parts else _why_not(part, standing)


def _why_not(part: Part, standing: Standing) -> Refusal | Bar:
    if part is Part.SUBJECT:
        return Refusal.NOT_SUBJECT
    if not standing.official:
        return Refusal.NOT_OFFICIAL
    if standing.bars:
        return first_bar(standing.bars)
    return Refusal.NOT_REVIEWER if part is Part.REVIEWER else Refusal.OWN_PROPOSAL


def first_bar(bars: frozenset[Bar]) -> Bar:
    """The bar that is told, where there are several. Raises ValueError where there is none."""
    return min(bars, key=list(Bar).index)


def moves(status: Status, standing: Standing) -> frozenset[Move]:
    """All moves that this person could make now: the buttons of the page."""
    return frozenset(move for move in Move if isinstance(after(status, move, standing), Status))


@dataclass(frozen=True)
class Deadline:
    """One row of deadlines.toml: how many days, counted how, in force from when, by which rule."""

    code: str
    days: int
    working: bool
    effective_from: date
    source_en: str
    source_zh: str


@dataclass(frozen=True)
class WorkCalendar:
    """Days that break the rule "Monday to Friday": public holidays, and weekend days worked instead."""

    holidays: frozenset[date]
    worked: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.holidays)


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("deadlines.toml").read_text(encoding="utf-8"))


@cache
def deadlines() -> tuple[Deadline, ...]:
    """All rows of deadlines.toml, the earliest first."""
    rows = (Deadline(**row) for row in _document()["deadline"])
    return tuple(sorted(rows, key=lambda row: row.effective_from))


@cache
def work_calendar() -> WorkCalendar:
    """The days in deadlines.toml that break the rule of the week."""
    years = _document()["calendar"]
    return WorkCalendar(
        holidays=frozenset(day for year in years for day in year["holidays"]),
        worked=frozenset(day for year in years for day in year["worked"]),
    )


def deadline(code: str, on: date, rows: Iterable[Deadline] | None = None) -> Deadline:
    """The deadline in force on a business date. Raises LookupError where none is."""
    for row in sorted(deadlines() if rows is None else rows, key=lambda row: row.effective_from, reverse=True):
        if row.code == code and row.effective_from <= on:
            return row
    raise LookupError(f"No deadline {code!r} is in force on {on}.")


def due_on(start: date, limit: Deadline, calendar: WorkCalendar | None = None) -> date:
    """The last day on which the limit is kept; the starting day itself isn't counted."""
    if not limit.working:
        return start + timedelta(days=limit.days)
    calendar = calendar or work_calendar()
    day, left = start, limit.days
    while left:
        day += timedelta(days=1)
        left -= calendar.works(day)
    return day
