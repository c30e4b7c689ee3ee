"""The states of a report, what moves it between them, and what it is worth afterwards. Pure."""

from datetime import timedelta
from enum import StrEnum


class Status(StrEnum):
    """Where a report stands on its way out."""

    ORDERED = "ordered"
    RENDERING = "rendering"
    WAITING = "waiting"
    ISSUED = "issued"
    FAILED = "failed"


class Move(StrEnum):
    """What happens to a report."""

    CLAIM = "claim"
    PUBLISH = "publish"
    WAIT = "wait"
    RETRY = "retry"
    GIVE_UP = "give-up"


TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (Status.ORDERED, Move.CLAIM): Status.RENDERING,
    (Status.WAITING, Move.CLAIM): Status.RENDERING,
    (Status.RENDERING, Move.CLAIM): Status.RENDERING,  # only once the claim before it is stale
    (Status.RENDERING, Move.PUBLISH): Status.ISSUED,
    (Status.RENDERING, Move.WAIT): Status.WAITING,
    (Status.RENDERING, Move.RETRY): Status.ORDERED,
    (Status.RENDERING, Move.GIVE_UP): Status.FAILED,
}

IN_FLIGHT = (Status.ORDERED, Status.RENDERING, Status.WAITING)
"""States in which somebody still waits for the document."""

LEASE = timedelta(minutes=11)
"""How long a claim is good: longer than the hard time limit of a task (10 minutes)."""

PATIENCE = timedelta(seconds=20)
"""After how long a message for an ordered report counts as lost."""

PAUSE = timedelta(seconds=30)
"""How long to leave a report alone that is waiting, or that failed, before it is tried again."""

MOMENTS_AT_ONCE = 5
"""How many reports of earlier moments may be in flight for one subject: there are more moments than kinds."""

TRIES = 5
"""After how many failures to give up; waiting for a key is no failure."""


class Standing(StrEnum):
    """What an issued report is worth now."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


def standing(*, revoked: bool, newer: bool, file_changed: bool) -> Standing:
    """Revoked before superseded; superseded by a newer one of its kind and language, or by any change of the file."""
    if revoked:
        return Standing.REVOKED
    return Standing.SUPERSEDED if newer or file_changed else Standing.CURRENT
