"""A published scheme, files with records, and looks at them."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Permit, Purpose
from credit.identity.models import Organisation, User
from credit.records.models import Record, RecordVersion
from credit.scoring import actions
from credit.scoring.models import Scheme
from credit.subjects.actions import raise_revision
from credit.subjects.models import Subject
from tests import factories

OPEN_1 = Path(actions.__file__).parent / "schemes" / "open-1.toml"
DOCUMENTS = count(1)


@pytest.fixture
def scheme(db: None, now: datetime) -> Scheme:
    return actions.publish(OPEN_1, by="test", now=factories.SINCE)


@pytest.fixture
def state(db: None, now: datetime) -> Callable[..., Record]:
    """An agency states something on a subject: `state(subject, value=-500, category="market", …)`."""
    return stating(now)


def stating(now: datetime) -> Callable[..., Record]:
    """The same, for tests without a transaction around them."""

    @transaction.atomic
    def stated(
        subject: Subject, *, agency: str = "market-supervision", at: datetime | None = None, **facts: Any
    ) -> Record:
        body, _ = Organisation.objects.get_or_create(
            code=agency, defaults={"name_en": agency, "name_zh": agency, "kind": "agency"}
        )
        notation = facts.pop("notation", "double-publicity-penalty")
        record = Record.objects.create(
            subject=subject, agency=body, notation=notation, document=f"D-{next(DOCUMENTS)}", created_at=at or now
        )
        usual = {
            "kind": "event",
            "category": "market",
            "value": -500,
            "mark": "general",
            "valid_from": date(2026, 1, 1),
        }
        fixed = {"number": 1, "recorded_at": at or now, "cause": "dispute", "subject": subject}
        RecordVersion.objects.create(record=record, **fixed, **{**usual, **facts})
        raise_revision([subject.pk])
        return record

    return stated


@pytest.fixture
def look(db: None, now: datetime) -> Callable[[Subject], Permit]:
    """The subject looks at their own file."""
    return looking(now)


def looking(now: datetime) -> Callable[[Subject], Permit]:
    """The same, for tests without a transaction around them."""
    users: dict[int, User] = {}

    def looked(subject: Subject) -> Permit:
        user = users.get(subject.pk) or users.setdefault(subject.pk, factories.user(subject=subject))
        return access.disclose(command_actor(user, now=now), subject, Purpose.OWN_RECORD, now=now)

    return looked
