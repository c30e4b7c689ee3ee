"""Records as a released submission leaves them, without a file: what a dispute is about."""

import hashlib
from datetime import datetime, timedelta
from itertools import count

from django.db import transaction

from credit.identity.models import User
from credit.records.deliveries import next_turn
from credit.records.models import Record, RecordVersion, Submission
from credit.subjects.actions import raise_revision
from credit.subjects.models import Subject
from tests import factories

_numbers = count(1)


@transaction.atomic
def penalty(subject: Subject, *, submitted_by: User, released_by: User, now: datetime) -> Record:
    """A serious penalty of a year ago that two officers submitted and released; it ends in two years."""
    number = next(_numbers)
    agency = factories.agency()
    submission = Submission.objects.create(
        agency=agency,
        notation="double-publicity-penalty",
        filename="penalties.csv",
        sha256=hashlib.sha256(f"{subject.pk} {number} {now}".encode()).hexdigest(),
        size=1,
        status="released",
        rows=1,
        accepted=1,
        queued_at=now - timedelta(hours=2),
        submitted_by=submitted_by,
        submitted_at=now - timedelta(hours=2),
        released_by=released_by,
        released_at=now - timedelta(hours=1),
        release_turn=next_turn(),
    )
    record = Record.objects.create(
        subject=subject,
        agency=agency,
        notation="double-publicity-penalty",
        document=f"罚字〔2025〕{number}号",
        created_at=now - timedelta(hours=1),
    )
    decided_on = now.date() - timedelta(days=365)
    RecordVersion.objects.create(
        record=record,
        number=1,
        subject=subject,
        kind="event",
        category=agency.profile.category,
        value=-1000,
        mark="serious",
        valid_from=decided_on,
        valid_to=decided_on + timedelta(days=3 * 365),
        details={},
        recorded_at=now - timedelta(hours=1),
        cause="submission",
        submission=submission,
        line=2,
    )
    raise_revision([subject.pk])
    return record
