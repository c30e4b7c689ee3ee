"""What may happen to a measure and to an objection, and who may do it. Plain data in, plain data out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Whether a measure is against its subject or for them."""

    ADVERSE = "adverse"
    FAVOURABLE = "favourable"


class State(StrEnum):
    """Where a measure stands. The last two are for ever."""

    ANNOUNCED = "announced"  # notice is given, and its time runs
    IN_FORCE = "in-force"  # the agency applies it
    ENDED = "ended"  # it was applied, and is over
    CALLED_OFF = "called-off"  # it was announced, and never applied


STANDING = (State.ANNOUNCED, State.IN_FORCE)
OVER = (State.ENDED, State.CALLED_OFF)


class Happening(StrEnum):
    """What can happen to a measure."""

    START = "start"  # its notice has run, and no objection is open
    CAUSE_ENDS = "cause-ends"  # its record no longer counts, or the band was left
    UPHOLD = "uphold"  # an official found that the objection is right


MEASURE_MOVES: Mapping[tuple[State, Happening], State] = {
    (State.ANNOUNCED, Happening.START): State.IN_FORCE,
    (State.ANNOUNCED, Happening.CAUSE_ENDS): State.CALLED_OFF,
    (State.ANNOUNCED, Happening.UPHOLD): State.CALLED_OFF,
    (State.IN_FORCE, Happening.CAUSE_ENDS): State.ENDED,
    (State.IN_FORCE, Happening.UPHOLD): State.ENDED,
}
"""Every move that there is; all others are refused."""


class Because(StrEnum):
    """Why a measure is over."""

    REPAIRED = "repaired"  # the record was made good
    EXPIRED = "expired"  # the record's end has come
    REMOVED = "removed"  # the record was removed or withdrawn
    WITHHELD = "withheld"  # the record can't be confirmed, and is shown to nobody else
    CHANGED = "changed"  # the record says something else now, or a newer one has replaced it
    MOVED = "moved"  # the record is in another file now
    BAND = "band"  # the mark is in another band
    OBJECTION = "objection"  # an official upheld the objection


class Status(StrEnum):
    """Where an objection stands."""

    FILED = "filed"
    IN_REVIEW = "in-review"
    UPHELD = "upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the measure ended by itself meanwhile


OPEN = (Status.FILED, Status.IN_REVIEW)
DECIDED = (Status.UPHELD, Status.REFUSED)
CLOSED = (*DECIDED, Status.WITHDRAWN, Status.LAPSED)


class Move(StrEnum):
    """What somebody can do to an objection."""

    WITHDRAW = "withdraw"
    TAKE = "take"
    HAND_BACK = "hand-back"
    UPHOLD = "uphold"
    REFUSE = "refuse"
    LAPSE = "lapse"


class Part(StrEnum):
    """The part that somebody plays in one objection."""

    SUBJECT = "subject"
    OFFICIAL = "official"
    REVIEWER = "reviewer"
    PORTAL = "portal"


TRANSITIONS: Mapping[tuple[Status, Move], tuple[Part, Status]] = {
    (Status.FILED, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.FILED, Move.TAKE): (Part.OFFICIAL, Status.IN_REVIEW),
    (Status.FILED, Move.LAPSE): (Part.PORTAL, Status.LAPSED),
    (Status.IN_REVIEW, Move.WITHDRAW): (Part.SUBJECT, Status.WITHDRAWN),
    (Status.IN_REVIEW, Move.HAND_BACK): (Part.REVIEWER, Status.FILED),
    (Status.IN_REVIEW, Move.UPHOLD): (Part.REVIEWER, Status.UPHELD),
    (Status.IN_REVIEW, Move.REFUSE): (Part.REVIEWER, Status.REFUSED),
    (Status.IN_REVIEW, Move.LAPSE): (Part.PORTAL, Status.LAPSED),
}
"""Every move that there is; all others are refused."""


class Bar(StrEnum):
    """Why somebody is party to an objection, and so never decides on it."""

    OWN_FILE = "own-file"
    OWN_COMPANY = "own-company"
    OWN_OBJECTION = "own-objection"
    OWN_SUBMISSION = "own-submission"
    OWN_RELEASE = "own-release"


class Refusal(StrEnum):
    """Why a move is refused, beside the bars."""

    CLOSED = "closed"
    NOT_NOW = "not-now"
    NOT_SUBJECT = "not-subject"
    NOT_OFFICIAL = "not-official"
    NOT_REVIEWER = "not-reviewer"
    NOT_PORTAL = "not-portal"


@dataclass(frozen=True)
class Standing:
    """How one person (or the portal itself) stands to one objection."""

    subject: bool = False
    official: bool = False
    reviewer: bool = False
    portal: bool = False
    bars: frozenset[Bar] = frozenset()

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this person may play; a party never plays an official one."""
        held = {Part.SUBJECT} if self.subject else set()
        if self.portal:
            held.add(Part.PORTAL)
        if self.official and not self.bars:
            held.add(Part.OFFICIAL)
            if self.reviewer:
                held.add(Part.REVIEWER)
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
    if part is Part.PORTAL:
        return Refusal.NOT_PORTAL
    if not standing.official:
        return Refusal.NOT_OFFICIAL
    return first_bar(standing.bars) if standing.bars else Refusal.NOT_REVIEWER


def first_bar(bars: frozenset[Bar]) -> Bar:
    """The bar that is told, where there are several. Raises ValueError where there is none."""
    return min(bars, key=list(Bar).index)


def moves(status: Status, standing: Standing) -> frozenset[Move]:
    """All moves that this person could make now: the buttons of the page."""
    return frozenset(move for move in Move if isinstance(after(status, move, standing), Status))


def objectable(kind: Kind, state: State, objections: tuple[Status, ...]) -> bool:
    """Whether one may object: to what is against one and stands, once; whoever took an objection back, again."""
    return kind is Kind.ADVERSE and state in STANDING and all(one is Status.WITHDRAWN for one in objections)


def starts_on(kind: Kind, noticed_on: date, notice_days: int) -> date:
    """The first day of a measure: what is for its subject starts at once, what is against them after the notice."""
    return noticed_on if kind is Kind.FAVOURABLE else noticed_on + timedelta(days=notice_days)


def put_off(announced_for: date, decided_on: date) -> date:
    """When a measure starts whose objection is over: on the day announced, but never before the day after."""
    return max(announced_for, decided_on + timedelta(days=1))
