"""A checked submission becomes records: whole, or not at all. A small one at once, a large one by a worker."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.core.clock import Clock
from credit.core.errors import Conflict, NotAllowed
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import queue
from credit.records.deliveries import after_move, check_again, locked, next_turn, soon
from credit.records.models import ApiClient, Submission
from credit.records.moves import Move, Status, after
from credit.records.officers import require_officer, require_registered
from credit.records.overriding import accepted_in, reasons_in, require_accepted_by_others
from credit.records.publishing import NamesChanged, publish, raise_revisions

AT_ONCE = 5_000
"""Sound rows up to which a release doesn't need a worker: about a second."""


def release(
    submission_id: str,
    *,
    by: User,
    now: datetime,
    partial: bool = False,
    through: ApiClient | None = None,
    here: bool = False,
) -> Submission:
    """Publish a checked submission as records, in one transaction. `submission_id` is its public id.

    One with more than AT_ONCE sound rows is published by a worker, and is `releasing` until then, unless `here` asks
    for it now. With faults only when `partial` says so: then the sound rows. `through`: the program of `by` that does
    it. Raises NotFound, NotAllowed (not an officer, or whoever delivered it), Conflict (not checked yet, released or
    withdrawn already, faults, nothing sound, what is on file changed since: then it is checked again, or another
    delivery is in the way: code "busy").
    """
    clock = Clock(now)
    try:
        with soon(patient=here):
            return _release(submission_id, by=by, clock=clock, partial=partial, through=through, here=here)
    except NamesChanged:
        check_names_again(submission_id, now=now)
        raise Conflict(
            _("What is on file has changed meanwhile. The file is being checked again; release it after that.")
        ) from None


def _release(
    submission_id: str, *, by: User, clock: Clock, partial: bool, through: ApiClient | None, here: bool
) -> Submission:
    now = clock.now()
    submission = locked(submission_id)
    require_officer(by, submission.agency, now=now)
    if submission.submitted_by_id == by.pk:
        raise NotAllowed(_("Another officer must release it: nobody releases what they delivered themselves."))
    require_registered(submission.agency, submission.notation, now=now)
    require_accepted_by_others(submission, by, through=through)
    status = after_move(submission, Move.RELEASE)
    if submission.faults_found and not partial:
        raise Conflict(_("This file has faults. Mend it and deliver it again, or release only its sound rows."))
    if not submission.accepted:
        raise Conflict(_("This file has no sound row. Mend it and deliver it again."))
    submission.partial, submission.released_by, submission.released_through = partial, by, through
    if submission.accepted > AT_ONCE and not here:
        return _order(submission, now=now)
    submission.status, submission.release_turn = status, next_turn()
    publish(submission, by=by, now=clock.now(), accepted=accepted_in(submission), reasons=reasons_in(submission))
    raise_revisions("touched")
    submission.released_at = clock.now()
    submission.save()
    note_release(submission, now=submission.released_at)
    return submission


def _order(submission: Submission, *, now: datetime) -> Submission:
    submission.status = after_move(submission, Move.ORDER)
    submission.queued_at, submission.claimed_at, submission.publishers, submission.published = now, None, 0, 0
    submission.save()
    ledger.note("submission.release-ordered", by=_who(submission), about=submission, at=now, partial=submission.partial)
    queue.publish_soon(submission.pk)
    return submission


def note_release(submission: Submission, *, now: datetime) -> None:
    """Journal that a submission was released, in the transaction that releases it."""
    ledger.note(
        "submission.released",
        by=_who(submission),
        about=submission,
        at=now,
        sha256=submission.sha256,
        partial=submission.partial,
        new=submission.records_new,
        changed=submission.records_changed,
        same=submission.records_same,
    )


@transaction.atomic
def check_names_again(submission_id: str, *, now: datetime) -> None:
    """Have it checked once more, where it still can be."""
    submission = locked(submission_id)
    if after(Status(submission.status), Move.CHECK_AGAIN) is not None:
        check_again(submission, now=now)


def _who(submission: Submission) -> "User | str":
    through, by = submission.released_through, submission.released_by
    if through is not None:
        return through.actor
    if by is None:
        raise ValueError("Whoever releases it must be named first.")
    return by
