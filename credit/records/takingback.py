"""A submission is taken back as a whole: every record says what it would, had the submission never been."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from credit.core.clock import Clock
from credit.core.errors import NotAllowed
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import queue, staging
from credit.records.deliveries import BATCH, after_move, locked, next_turn, raise_revisions, soon
from credit.records.histories import content_after, histories
from credit.records.models import ApiClient, RecordVersion, Submission
from credit.records.moves import Cause, Move, Status
from credit.records.numbers import drop_joins
from credit.records.officers import require_officer
from credit.records.reasons import without_number
from credit.records.replaying import replay
from credit.records.statements import content_of
from credit.records.unsaying import unsay
from credit.records.versioning import add_next, draft, newest_of
from credit.subjects import othernames

AT_ONCE = 5_000
"""Sound rows up to which a withdrawal doesn't need a worker."""


def withdraw(
    submission_id: str, *, reason: str, by: User, now: datetime, through: ApiClient | None = None, here: bool = False
) -> Submission:
    """Take a submission back as a whole: every record says what it would without it (see replaying.py).

    What officials decided meanwhile still holds; disputes stay open, what is withheld stays so. One with more than
    AT_ONCE sound rows that was released is taken back by a worker, and is `withdrawing` until then, unless `here` asks
    for it now. Raises as `release`. `through`: the program of `by` that does it. What was released, only a person
    takes back: raises NotAllowed.
    """
    reason = without_number(reason)
    clock = Clock(now)
    with soon(patient=here):
        return _withdraw(submission_id, reason=reason, by=by, clock=clock, through=through, here=here)


def _withdraw(
    submission_id: str, *, reason: str, by: User, clock: Clock, through: ApiClient | None, here: bool
) -> Submission:
    now = clock.now()
    submission = locked(submission_id)
    require_officer(by, submission.agency, now=now)
    was_released = submission.status == Status.RELEASED
    if was_released and through is not None:
        raise NotAllowed(_("It was released. An officer takes it back, on the agency's page."))
    submission.withdrawn_by, submission.withdrawn_why, submission.withdrawn_through = by, reason, through
    if was_released and submission.accepted > AT_ONCE and not here:
        return _order_back(submission, by=by, now=now)
    submission.status = after_move(submission, Move.WITHDRAW)
    submission.withdrawn_at = now
    changed = 0
    if was_released:
        changed = take_back(submission, reason=reason, by=by, clock=clock)
        now = submission.withdrawn_at
    else:
        submission.save()
        staging.discard(submission)
    who = through.actor if through else by
    ledger.note("submission.withdrawn", by=who, about=submission, at=now, records=changed, released=was_released)
    return submission


def _order_back(submission: Submission, *, by: User, now: datetime) -> Submission:
    submission.status = after_move(submission, Move.ORDER_BACK)
    submission.queued_at, submission.claimed_at, submission.publishers = now, None, 0
    submission.save()
    ledger.note("submission.withdrawal-ordered", by=by, about=submission, at=now)
    queue.take_back_soon(submission.pk)
    return submission


def take_back(submission: Submission, *, reason: str, by: User, clock: Clock) -> int:
    """Let each record that this submission stated say what it would without it.

    Saves the submission as withdrawn, at the end's moment: what is taken back is known from then on.
    """
    now = submission.withdrawn_at = clock.now()
    submission.withdrawal_turn = next_turn()
    othernames.drop(submission.public_id, now=now)
    drop_joins(submission, now=now)
    submission.save()
    changed, left = unsay(submission, reason=reason, by=by, now=now)
    touched: set[int] = set()
    for start in range(0, len(left), BATCH):
        steps = _steps_back(left[start : start + BATCH], reason=reason, by=by, now=now)
        for _old, new in steps:
            new.withdrawn = submission
        add_next(steps, now=now)
        changed += len(steps)
        touched |= {old.subject_id for old, _new in steps}
    raise_revisions(touched)
    submission.withdrawn_at = clock.now()
    submission.save(update_fields=["withdrawn_at"])
    return changed


def _steps_back(
    records: list[int], *, reason: str, by: User, now: datetime
) -> list[tuple[RecordVersion, RecordVersion]]:
    """The last version of each record, and the one that undoes the submission; none where nothing changes."""
    latest, pasts = newest_of(records), histories(records)
    steps = []
    for pk in records:
        old = latest[pk]
        found = replay(pasts[pk].events, without=pasts[pk].withdrawn)
        content = content_after(found, old.record.notation, otherwise=content_of(old))
        if content == content_of(old) and found.struck == old.struck:
            continue
        new = draft(old.record, content, old.number + 1, Cause.WITHDRAWAL, by=by, now=now, old=old, reason=reason)
        new.struck = found.struck
        if found.statement is not None:
            new.submission_id, new.line = found.statement.source
        steps.append((old, new))
    return steps
