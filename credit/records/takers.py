"""A large submission that an officer withdrew is taken back by a worker: one transaction, whole or not at all.

The order is a claim, as with a release (publishers.py): each worker that begins raises `publishers`, and its work
counts only if it is still the last one. While it works it holds the submission's row, which tells others that it lives:
a killed worker's transaction is rolled back by the database, its lock is gone, and the next one begins anew.
"""

from datetime import datetime

from django.db import transaction

from credit.core.clock import Clock
from credit.core.policy import System
from credit.ledger import actions as ledger
from credit.ledger import sets
from credit.records.deliveries import after_move, wait_for_others
from credit.records.intake import MAX_CLAIMS, ClaimLost
from credit.records.models import Submission
from credit.records.moves import Move, Status
from credit.records.publishers import DEAD_CLIENT
from credit.records.takingback import take_back


def take_back_ordered(submission_pk: int, *, now: datetime) -> Submission | None:
    """Take a submission back whose withdrawal was ordered; None where somebody else does or did."""
    claim = _claim(submission_pk, now)
    if claim is None:
        return None
    try:
        return _give_up(submission_pk, claim, now=now) if claim > MAX_CLAIMS else _take(submission_pk, claim, now=now)
    except ClaimLost:
        return None


@transaction.atomic
def _claim(pk: int, now: datetime) -> int | None:
    """The number of this claim; None where there is nothing to do or a worker holds the row."""
    found = Submission.objects.to_take_back(now).filter(pk=pk).select_for_update(skip_locked=True, no_key=True).first()
    if found is None:
        return None
    found.publishers, found.claimed_at = found.publishers + 1, now
    found.save(update_fields=["publishers", "claimed_at"])
    return found.publishers


@transaction.atomic
def _take(pk: int, claim: int, *, now: datetime) -> Submission:
    """Raises ClaimLost."""
    clock = Clock(now)
    sets.run(DEAD_CLIENT)
    submission = _held(pk, claim)
    wait_for_others(submission)
    by, reason = submission.withdrawn_by, submission.withdrawn_why
    if by is None:  # never: the constraint submission_withdrawal_is_whole
        raise ClaimLost
    submission.status = after_move(submission, Move.TAKE_BACK)
    changed = take_back(submission, reason=reason, by=by, clock=clock)
    at = submission.withdrawn_at or clock.now()
    ledger.note("submission.withdrawn", by=by, about=submission, at=at, records=changed, released=True)
    return submission


@transaction.atomic
def _give_up(pk: int, claim: int, *, now: datetime) -> Submission:
    """Every worker died on it: it stays released, and an officer may try again. Raises ClaimLost."""
    submission = _held(pk, claim)
    submission.status = after_move(submission, Move.KEEP)
    submission.withdrawn_by = submission.withdrawn_through = submission.claimed_at = None
    submission.withdrawn_why, submission.publishers = "", 0
    submission.save()
    ledger.note("submission.withdrawal-given-up", by=f"system:{System.INTAKE}", about=submission, at=now)
    return submission


def _held(pk: int, claim: int) -> Submission:
    """The submission, locked. Raises ClaimLost."""
    mine = Submission.objects.filter(pk=pk, status=Status.WITHDRAWING, publishers=claim)
    found = mine.select_for_update(of=("self",), no_key=True).select_related("agency").first()
    if found is None:
        raise ClaimLost
    return found
