"""Where a submission can stand, and the moves between: the table is the law. Pure."""

from enum import StrEnum


class Status(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    PARSING = "parsing"
    PARSED = "parsed"
    REFUSED = "refused"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can be done with a submission."""

    CLAIM = "claim"
    STAGE = "stage"
    REFUSE = "refuse"
    CHECK_AGAIN = "check-again"
    RELEASE = "release"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (Status.RECEIVED, Move.CLAIM): Status.PARSING,
    (Status.PARSING, Move.CLAIM): Status.PARSING,  # a worker died; its claim has run out
    (Status.PARSING, Move.STAGE): Status.PARSED,
    (Status.PARSING, Move.REFUSE): Status.REFUSED,
    (Status.PARSED, Move.CHECK_AGAIN): Status.RECEIVED,  # what is on file has changed since
    (Status.PARSED, Move.RELEASE): Status.RELEASED,
    (Status.RECEIVED, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.PARSING, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.PARSED, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.RELEASED, Move.WITHDRAW): Status.WITHDRAWN,
}
"""Every move that there is; all others are refused."""

DELIVERED = (Status.RECEIVED, Status.PARSING, Status.PARSED, Status.RELEASED)
"""Submissions whose bytes can't be delivered again."""


class Cause(StrEnum):
    """Why a record has a new version."""

    SUBMISSION = "submission"
    WITHDRAWAL = "withdrawal"
    DISPUTE = "dispute"
    CORRECTION = "correction"
    REMOVAL = "removal"


def after(status: Status, move: Move) -> Status | None:
    """Where a move leads, None where it isn't possible."""
    return TRANSITIONS.get((status, move))
