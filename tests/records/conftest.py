"""An agency with two officers, and what they do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from credit.identity.models import Organisation, User
from credit.records import actions
from credit.records.models import Record, RecordVersion, Submission
from tests import factories


@dataclass
class Office:
    """An agency and its two officers."""

    agency: Organisation
    first: User
    second: User
    notation: str
    now: datetime

    def deliver(self, data: bytes, *, filename: str = "file.csv", parse: bool = True) -> Submission:
        """The first officer delivers a file; it is parsed here."""
        made = actions.receive(
            data, filename=filename, agency=self.agency, notation=self.notation, by=self.first, now=self.now
        )
        if parse:
            actions.parse(made.pk, now=self.now)
            made.refresh_from_db()
        return made

    def release(self, submission: Submission, *, partial: bool = False, now: datetime | None = None) -> Submission:
        """The second officer releases it."""
        return actions.release(submission.public_id, by=self.second, now=now or self.now, partial=partial)

    def publish(self, data: bytes, *, now: datetime | None = None) -> Submission:
        """Deliver and release."""
        return self.release(self.deliver(data), now=now)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Passwords aren't what these tests are about, and each good one costs a quarter of a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def office(now: datetime) -> Callable[..., Office]:
    """Makes an agency's office for one of its notations."""

    def make(agency: str = "tax", notation: str = "tax-grade") -> Office:
        return Office(factories.agency(agency), factories.officer(agency), factories.officer(agency), notation, now)

    return make


def newest(**filters: object) -> RecordVersion:
    """The one newest version that fits."""
    return RecordVersion.objects.newest().get(**filters)


def versions_of(record: Record) -> list[RecordVersion]:
    """All versions of a record, the first first."""
    return list(RecordVersion.objects.filter(record=record).order_by("number"))
