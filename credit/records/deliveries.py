"""A delivery that is about to move: locked, and asked whether it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from credit.core.errors import Conflict, NotFound
from credit.ledger import sets
from credit.records import queue
from credit.records.models import Registration, Submission
from credit.records.moves import Move, Status, after
from credit.subjects import actions as subjects

BATCH = 5_000
BUSY = "busy"
"""Code of a refusal that passes by itself: a worker is at it."""

PATIENCE = "SET LOCAL lock_timeout = '3s'"
"""How long somebody at a page waits for others: far less than a request may take."""


@contextmanager
def soon(*, patient: bool = False) -> Iterator[None]:
    """A transaction that gives up when it would have to wait for another delivery. Raises Conflict.

    `patient`: it waits as long as it takes, for commands.
    """
    try:
        with transaction.atomic():
            if not patient:
                sets.run(PATIENCE)
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Conflict(
            _("Another delivery is being published or withdrawn now. Nothing was changed; try again in a minute."),
            code=BUSY,
        ) from None


def locked(public_id: str) -> Submission:
    """A submission, locked until the transaction ends, and with it what its agency has of its notation.

    Not with that while a worker publishes it, who holds it: whoever withdraws it then doesn't wait. Raises NotFound.
    """
    found = (
        Submission.objects.select_for_update(of=("self",)).select_related("agency").filter(public_id=public_id).first()
    )
    if found is None:
        raise NotFound(_("There is no such submission."))
    if found.status != Status.RELEASING:
        wait_for_others(found)
    return found


def wait_for_others(submission: Submission) -> None:
    """Lock what the submission's agency has of its notation, until the transaction ends.

    Only deliveries of one agency and notation can touch the same records, and they wait for each other here.
    """
    registrations = Registration.objects.filter(agency=submission.agency_id, notation=submission.notation)
    list(registrations.order_by("pk").select_for_update().values_list("pk", flat=True))


def next_turn() -> int:
    """The number of a release, or of the withdrawal of what was released, in the order in which they take effect.

    Ask for it after `locked` or `wait_for_others`: who holds that lock is alone with the records until its commit, so
    that the order of the numbers is the order of what anybody sees. Clocks aren't: two hosts have two.
    """
    return sets.number("SELECT nextval('records_turn')")


def after_move(submission: Submission, move: Move) -> Status:
    """Where a move leads. Raises Conflict, saying why it isn't possible."""
    following = after(Status(submission.status), move)
    if following is None:
        code = BUSY if submission.is_working else None
        raise Conflict(REFUSED[Status(submission.status)], code=code)
    return following


def check_again(submission: Submission, *, now: datetime) -> None:
    """Have a locked, checked submission parsed once more: what is on file, or what was accepted, has changed.

    Raises Conflict where it can't be.
    """
    submission.status = after_move(submission, Move.CHECK_AGAIN)
    submission.queued_at, submission.parsed_at, submission.claims_done = now, None, submission.claim
    forget_order(submission)
    submission.save()
    queue.parse_soon(submission.pk)


def forget_order(submission: Submission) -> None:
    """Nobody has released it, and no worker is about to publish it (not saved)."""
    submission.released_by = submission.released_through = None
    submission.partial, submission.publishers, submission.published = False, 0, 0


REFUSED = {
    Status.RECEIVED: _("This file is still being checked. Wait a moment."),
    Status.PARSING: _("This file is still being checked. Wait a moment."),
    Status.PARSED: _("This can't be done with this file now."),
    Status.REFUSED: _("This file was refused; nothing of it was taken in."),
    Status.RELEASING: _("This file is being released. Wait a moment."),
    Status.RELEASED: _("This file was released already."),
    Status.WITHDRAWING: _("This file is being withdrawn. Wait a moment."),
    Status.WITHDRAWN: _("This file was withdrawn already."),
}


def raise_revisions(touched: set[int]) -> None:
    """Say that these subjects' files have changed; in one order, so that two deliveries never deadlock."""
    ordered = sorted(touched)
    for start in range(0, len(ordered), BATCH):
        subjects.raise_revision(ordered[start : start + BATCH])
