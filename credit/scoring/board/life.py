"""What may happen to a draft of a scheme, who may do it, and how long a published one is announced. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path


class Status(StrEnum):
    """Where a draft stands. What comes after publication, its dates say: see Phase."""

    DRAFT = "draft"
    ASSESSED = "assessed"
    APPROVED_ONCE = "approved-once"
    APPROVED = "approved"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


CLOSED = (Status.PUBLISHED, Status.ABANDONED)
OPEN = tuple(status for status in Status if status not in CLOSED)


class Move(StrEnum):
    """What can be done to a draft."""

    EDIT = "edit"
    ASSESS = "assess"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    ABANDON = "abandon"


class Part(StrEnum):
    """The part that somebody plays for one draft."""

    PORTAL = "portal"
    MEMBER = "member"
    APPROVER = "approver"


TRANSITIONS: Mapping[tuple[Status, Move], tuple[Part, Status]] = {
    (Status.DRAFT, Move.EDIT): (Part.MEMBER, Status.DRAFT),
    (Status.DRAFT, Move.ASSESS): (Part.PORTAL, Status.ASSESSED),
    (Status.DRAFT, Move.ABANDON): (Part.MEMBER, Status.ABANDONED),
    (Status.ASSESSED, Move.EDIT): (Part.MEMBER, Status.DRAFT),
    (Status.ASSESSED, Move.APPROVE): (Part.APPROVER, Status.APPROVED_ONCE),
    (Status.ASSESSED, Move.SEND_BACK): (Part.MEMBER, Status.DRAFT),
    (Status.ASSESSED, Move.ABANDON): (Part.MEMBER, Status.ABANDONED),
    (Status.APPROVED_ONCE, Move.EDIT): (Part.MEMBER, Status.DRAFT),
    (Status.APPROVED_ONCE, Move.APPROVE): (Part.APPROVER, Status.APPROVED),
    (Status.APPROVED_ONCE, Move.SEND_BACK): (Part.MEMBER, Status.DRAFT),
    (Status.APPROVED_ONCE, Move.ABANDON): (Part.MEMBER, Status.ABANDONED),
    (Status.APPROVED, Move.EDIT): (Part.MEMBER, Status.DRAFT),
    (Status.APPROVED, Move.SEND_BACK): (Part.MEMBER, Status.DRAFT),
    (Status.APPROVED, Move.PUBLISH): (Part.MEMBER, Status.PUBLISHED),
    (Status.APPROVED, Move.ABANDON): (Part.MEMBER, Status.ABANDONED),
}
"""Whatever leads back to DRAFT drops the assessment and the approvals: they were for what was written before."""


class Refusal(StrEnum):
    """Why a move is refused."""

    CLOSED = "closed"
    NOT_ASSESSED = "not-assessed"
    NOT_NOW = "not-now"
    NOT_PORTAL = "not-portal"
    NOT_MEMBER = "not-member"
    APPROVED_ALREADY = "approved-already"
    OWN_TEXT = "own-text"


SMALL_BOARD = 2
"""A board of so many members can't find two that wrote nothing of the draft: there its authors may approve too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to one draft. `board`: how many members the scheme board has now."""

    portal: bool = False
    member: bool = False
    author: bool = False
    approved: bool = False
    board: int = 0

    @property
    def bar(self) -> Refusal | None:
        """Why a member may not approve; None where they may."""
        if self.approved:
            return Refusal.APPROVED_ALREADY
        return Refusal.OWN_TEXT if self.author and self.board > SMALL_BOARD else None

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this somebody may play."""
        held = {Part.PORTAL} if self.portal else set()
        if self.member:
            held.add(Part.MEMBER)
            if self.bar is None:
                held.add(Part.APPROVER)
        return frozenset(held)


def after(status: Status, move: Move, standing: Standing) -> Status | Refusal:
    """The status that follows the move, or why the move is refused."""
    row = TRANSITIONS.get((status, move))
    if row is None:
        if status in CLOSED:
            return Refusal.CLOSED
        early = status is Status.DRAFT and move in (Move.APPROVE, Move.PUBLISH)
        return Refusal.NOT_ASSESSED if early else Refusal.NOT_NOW
    part, following = row
    if part in standing.parts:
        return following
    if part is Part.PORTAL:
        return Refusal.NOT_PORTAL
    return (standing.bar if standing.member else None) or Refusal.NOT_MEMBER


def moves(status: Status, standing: Standing) -> frozenset[Move]:
    """All moves that this somebody could make now: the buttons of the page."""
    return frozenset(move for move in Move if isinstance(after(status, move, standing), Status))


class Phase(StrEnum):
    """Where a published version stands on a day."""

    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    RETIRED = "retired"


def phase(starts: date, next_starts: date | None, on: date) -> Phase:
    """Announced until it starts, in force until the next one does (None: there is none yet), retired ever after."""
    if on < starts:
        return Phase.ANNOUNCED
    return Phase.RETIRED if next_starts is not None and next_starts <= on else Phase.IN_FORCE


@dataclass(frozen=True, slots=True)
class Notice:
    """One row of notice.toml: days from publication to the first day in force, at least; since when; by which rule."""

    days: int
    effective_from: date
    source_en: str
    source_zh: str

    def earliest(self, published_on: date) -> date:
        """The first day on which a version that is published on a day may come into force."""
        return published_on + timedelta(days=self.days)


@cache
def notices() -> tuple[Notice, ...]:
    """All rows of notice.toml, the earliest first."""
    rows = tomllib.loads(Path(__file__).with_name("notice.toml").read_text(encoding="utf-8"))["notice"]
    return tuple(sorted((Notice(**row) for row in rows), key=lambda row: row.effective_from))


def notice_on(day: date, rows: Iterable[Notice] | None = None) -> Notice:
    """The notice that is in force on a day. Raises LookupError where none is."""
    started = [row for row in (notices() if rows is None else rows) if row.effective_from <= day]
    if not started:
        raise LookupError(f"No notice period is in force on {day}.")
    return max(started, key=lambda row: row.effective_from)
