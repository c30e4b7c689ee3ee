"""A submission is taken back as a whole: every record says again what it said before."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Invalid
from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import staging
from credit.records.deliveries import BATCH, after_move, locked, raise_revisions
from credit.records.models import RecordVersion, Submission
from credit.records.moves import Cause, Move, Status
from credit.records.officers import require_officer
from credit.records.statements import Content, content_of, last_statements
from credit.records.versioning import add_next, draft, newest_of


@transaction.atomic
def withdraw(submission_id: str, *, reason: str, by: User, now: datetime) -> Submission:
    """Take a submission back as a whole: every record says again what it said before it. Raises as `release`."""
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why it is withdrawn."))
    submission = locked(submission_id)
    require_officer(by, submission.agency, now=now)
    was_released = submission.status == Status.RELEASED
    submission.status = after_move(submission, Move.WITHDRAW)
    submission.withdrawn_by, submission.withdrawn_at, submission.withdrawn_why = by, now, reason
    changed = 0
    if was_released:
        changed = _take_back(submission, reason=reason, by=by, now=now)
    else:
        submission.save()
        staging.discard(submission)
    ledger.note("submission.withdrawn", by=by, about=submission, at=now, records=changed, released=was_released)
    return submission


def _take_back(submission: Submission, *, reason: str, by: User, now: datetime) -> int:
    """Give each record that this submission stated last what was stated before it. Saves the submission."""
    before = _stated_last_by(submission)
    submission.save()
    touched: set[int] = set()
    stated = sorted(before)
    for start in range(0, len(stated), BATCH):
        batch = {pk: before[pk] for pk in stated[start : start + BATCH]}
        steps = _steps_back(batch, reason=reason, by=by, now=now)
        add_next(steps, now=now)
        touched |= {old.subject_id for old, _new in steps}
    raise_revisions(touched)
    return len(touched)


def _stated_last_by(submission: Submission) -> dict[int, Content]:
    """By record: what this submission stated, where no later one has stated the record again."""
    mine = RecordVersion.objects.opened_to(System.INTAKE).filter(submission=submission, cause=Cause.SUBMISSION)
    confirmed = submission.confirmations.values_list("record", flat=True)
    ids = sorted({*mine.values_list("record", flat=True), *confirmed})
    found = {}
    for start in range(0, len(ids), BATCH):
        for pk, statement in last_statements(ids[start : start + BATCH]).items():
            if statement.submission_id == submission.pk:
                found[pk] = statement.content
    return found


def _steps_back(
    before: dict[int, Content], *, reason: str, by: User, now: datetime
) -> list[tuple[RecordVersion, RecordVersion]]:
    """The last version of each record, and the one that undoes the submission; none where nothing changes."""
    latest, remaining = newest_of(before), last_statements(before)
    steps = []
    for pk, withdrawn in before.items():
        old, statement = latest[pk], remaining.get(pk)
        unchanged = statement.content == withdrawn if statement else old.struck
        if unchanged:
            continue
        content = statement.content if statement else content_of(old)
        new = draft(old.record, content, old.number + 1, Cause.WITHDRAWAL, by=by, now=now, old=old, reason=reason)
        new.struck = statement is None
        if statement:
            new.submission_id, new.line = statement.submission_id, statement.line
        steps.append((old, new))
    return steps
