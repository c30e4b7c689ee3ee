"""Where a submission can stand, and the moves between: the table is the law. Pure."""

from enum import StrEnum


class Status(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    PARSING = "parsing"
    PARSED = "parsed"
    REFUSED = "refused"
    RELEASING = "releasing"
    RELEASED = "released"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can be done with a submission."""

    CLAIM = "claim"
    STAGE = "stage"
    REFUSE = "refuse"
    CHECK_AGAIN = "check-again"
    RELEASE = "release"
    ORDER = "order"
    PUBLISH = "publish"
    GIVE_UP = "give-up"
    WITHDRAW = "withdraw"
    ORDER_BACK = "order-back"
    TAKE_BACK = "take-back"
    KEEP = "keep"


TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (Status.RECEIVED, Move.CLAIM): Status.PARSING,
    (Status.PARSING, Move.CLAIM): Status.PARSING,  # a worker died; its claim has run out
    (Status.PARSING, Move.STAGE): Status.PARSED,
    (Status.PARSING, Move.REFUSE): Status.REFUSED,
    (Status.PARSED, Move.CHECK_AGAIN): Status.RECEIVED,  # what is on file has changed since
    (Status.PARSED, Move.RELEASE): Status.RELEASED,
    (Status.PARSED, Move.ORDER): Status.RELEASING,  # a large one: a worker publishes it
    (Status.RELEASING, Move.CLAIM): Status.RELEASING,  # by its first worker, or after one died
    (Status.RELEASING, Move.PUBLISH): Status.RELEASED,
    (Status.RELEASING, Move.CHECK_AGAIN): Status.RECEIVED,
    (Status.RELEASING, Move.GIVE_UP): Status.PARSED,  # every worker died on it
    (Status.RELEASING, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.RECEIVED, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.PARSING, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.PARSED, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.RELEASED, Move.WITHDRAW): Status.WITHDRAWN,
    (Status.RELEASED, Move.ORDER_BACK): Status.WITHDRAWING,  # a large one: a worker takes it back
    (Status.WITHDRAWING, Move.CLAIM): Status.WITHDRAWING,
    (Status.WITHDRAWING, Move.TAKE_BACK): Status.WITHDRAWN,
    (Status.WITHDRAWING, Move.KEEP): Status.RELEASED,  # every worker died on it
}
"""Every move that there is; all others are refused."""

STANDING = (Status.RELEASED, Status.WITHDRAWING)
"""Submissions whose records say what it stated, until they are taken back."""

DELIVERED = (Status.RECEIVED, Status.PARSING, Status.PARSED, Status.RELEASING, *STANDING)
"""Submissions whose bytes can't be delivered again."""


class Cause(StrEnum):
    """Why a record has a new version."""

    SUBMISSION = "submission"  # an agency stated it
    WITHDRAWAL = "withdrawal"  # an agency took back what it had stated
    DISPUTE = "dispute"  # it is disputed, or no longer
    CORRECTION = "correction"  # officials gave it the right mark or the right end
    REMOVAL = "removal"  # officials removed it
    REPAIR = "repair"  # it was right, and has been made good: it ends
    EXPIRY = "expiry"  # its end has come
    WITHHOLDING = "withholding"  # it is withheld from everyone but its subject, or no longer
    MERGING = "merging"  # its file was joined with another, or parted from it again


BY_ITSELF = (Cause.EXPIRY, Cause.WITHHOLDING)
"""What the portal may do by itself, by published rules: such a version may have no author."""

NEEDS_NO_REASON = (Cause.SUBMISSION, Cause.DISPUTE, Cause.EXPIRY)
"""The delivery, the case and the date say why; every other version says it in words."""


def after(status: Status, move: Move) -> Status | None:
    """Where a move leads, None where it isn't possible."""
    return TRANSITIONS.get((status, move))
