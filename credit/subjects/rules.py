"""Two files that may be about one and the same: where that can stand, and the moves. The table is the law. Pure.

Nobody joins two files alone: an official proposes, another confirms; and in the same way what was joined is parted.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a pair of files stands."""

    NOTED = "noted"  # somebody or something says that they may be one
    PROPOSED = "proposed"
    MERGED = "merged"
    DISMISSED = "dismissed"
    UNDO_PROPOSED = "undo-proposed"
    UNDONE = "undone"


class Move(StrEnum):
    """What officials can do with a pair of files."""

    PROPOSE = "propose"
    DISMISS = "dismiss"
    SEND_BACK = "send-back"
    CONFIRM = "confirm"
    PROPOSE_UNDO = "propose-undo"
    KEEP = "keep"
    CONFIRM_UNDO = "confirm-undo"


class Part(StrEnum):
    """Who may make a move: any official, or another than whoever proposed."""

    OFFICIAL = "official"
    SECOND_OFFICIAL = "second-official"


TRANSITIONS: dict[tuple[Status, Move], tuple[Part, Status]] = {
    (Status.NOTED, Move.PROPOSE): (Part.OFFICIAL, Status.PROPOSED),
    (Status.NOTED, Move.DISMISS): (Part.OFFICIAL, Status.DISMISSED),
    (Status.PROPOSED, Move.SEND_BACK): (Part.SECOND_OFFICIAL, Status.NOTED),
    (Status.PROPOSED, Move.CONFIRM): (Part.SECOND_OFFICIAL, Status.MERGED),
    (Status.MERGED, Move.PROPOSE_UNDO): (Part.OFFICIAL, Status.UNDO_PROPOSED),
    (Status.UNDO_PROPOSED, Move.KEEP): (Part.SECOND_OFFICIAL, Status.MERGED),
    (Status.UNDO_PROPOSED, Move.CONFIRM_UNDO): (Part.SECOND_OFFICIAL, Status.UNDONE),
    (Status.DISMISSED, Move.PROPOSE): (Part.OFFICIAL, Status.PROPOSED),
    (Status.UNDONE, Move.PROPOSE): (Part.OFFICIAL, Status.PROPOSED),
}
"""Every move that there is; all others are refused."""

WAITING = (Status.NOTED, Status.PROPOSED, Status.UNDO_PROPOSED)
"""Those that wait for somebody."""

JOINED = (Status.MERGED, Status.UNDO_PROPOSED)
"""While a pair stands so, the two files are one."""

PROPOSALS = (Move.PROPOSE, Move.PROPOSE_UNDO)


class Refusal(StrEnum):
    """Why a move is refused."""

    NOT_NOW = "not-now"
    NOT_OFFICIAL = "not-official"
    PARTY = "party"
    OWN_PROPOSAL = "own-proposal"


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a pair. `party`: one of the files is theirs, or of a company that they may act for."""

    official: bool
    party: bool = False
    proposer: bool = False


def after(status: Status, move: Move, standing: Standing) -> Status | Refusal:
    """Where a move leads, or why it is refused."""
    if not standing.official:
        return Refusal.NOT_OFFICIAL
    row = TRANSITIONS.get((status, move))
    if row is None:
        return Refusal.NOT_NOW
    part, following = row
    if standing.party:
        return Refusal.PARTY
    return Refusal.OWN_PROPOSAL if part is Part.SECOND_OFFICIAL and standing.proposer else following


def moves(status: Status, standing: Standing) -> list[Move]:
    """The moves that somebody can make now: the buttons of the page."""
    return [move for move in Move if isinstance(after(status, move, standing), Status)]
