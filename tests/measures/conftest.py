"""A published list, a scheme, a person and a company with records, their users and officials."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Permit, Purpose
from credit.identity.models import Organisation, User
from credit.measures import actions
from credit.measures.models import Measure, Objection
from credit.records.models import Record
from credit.scoring import actions as scoring
from credit.subjects.models import Subject
from tests import factories
from tests.disputes.records import penalty
from tests.scoring.conftest import state

__all__ = ["state"]

SCHEME = Path(scoring.__file__).with_name("schemes") / "open-1.toml"
LIST = Path(actions.__file__).with_name("lists") / "national-1.toml"
AGENCIES = (
    "market-supervision",
    "tax",
    "courts",
    "customs",
    "environment",
    "labour",
    "immigration",
    "company-register",
    "rongcheng",
)


def publish_all(now: datetime) -> None:
    """The scheme and the list, with the agencies that apply it."""
    for code in AGENCIES:
        factories.agency(code)
    scoring.publish(SCHEME, by="test", now=now)
    actions.publish(LIST, by="test", now=now)


@dataclass
class World:
    """A company with a serious penalty of market supervision, from which measures follow."""

    now: datetime
    subject: Subject
    owner: User
    submitter: User
    releaser: User
    record: Record
    officials: list[User] = field(default_factory=list)

    def later(self, **days: float) -> datetime:
        return self.now + timedelta(**days)

    def permit(self, user: User | None = None, *, now: datetime | None = None) -> Permit:
        return access.disclose(command_actor(user or self.owner), self.subject, Purpose.OWN_RECORD, now=now or self.now)

    def review_permit(self, user: User, objection: Objection, *, now: datetime | None = None) -> Permit:
        actor = command_actor(user)
        return access.disclose(actor, self.subject, Purpose.OBJECTION_REVIEW, about=objection, now=now or self.now)

    def asked(self, now: datetime | None = None) -> list[Measure]:
        """What the subject's page would show, as it was brought up to date at a moment."""
        moment = now or self.now
        permit = self.permit(now=moment)
        actions.bring_up_to_date(permit, now=moment)
        return list(Measure.objects.opened_by(permit).for_list())

    def measure(self, code: str = "market-inspections", *, now: datetime | None = None) -> Measure:
        return next(one for one in self.asked(now) if one.entry.code == code)

    def file(
        self, measure: Measure | None = None, *, now: datetime | None = None, user: User | None = None
    ) -> Objection:
        moment = now or self.now
        by = user or self.owner
        return actions.file(
            (measure or self.measure(now=moment)).public_id,
            permit=self.permit(by, now=moment),
            reason="The inspections would stop my work.",
            by=by,
            now=moment,
        )

    def take(self, objection: Objection, user: User | None = None, *, now: datetime | None = None) -> Objection:
        return actions.take(objection.public_id, by=user or self.officials[0], now=now or self.now)

    def decide(
        self, objection: Objection, *, uphold: bool, user: User | None = None, now: datetime | None = None
    ) -> Objection:
        by, moment = user or self.officials[0], now or self.now
        return actions.decide(
            objection.public_id,
            permit=self.review_permit(by, objection, now=moment),
            uphold=uphold,
            reason="I have read it.",
            by=by,
            now=moment,
        )


def make_world(now: datetime) -> World:
    publish_all(now)
    subject = factories.company()
    submitter, releaser = factories.officer(), factories.officer()
    record = penalty(subject, submitted_by=submitter, released_by=releaser, now=now)
    officials = [factories.official() for _ in range(2)]
    return World(now, subject, factories.user(subject=subject), submitter, releaser, record, officials)


@pytest.fixture
def world(db: None, now: datetime) -> World:
    return make_world(now)


@pytest.fixture
def fact(state: Callable[..., Record]) -> Callable[..., Record]:
    """An agency of the list states something: `fact(subject, "tax", "tax-grade", 1000, kind="rating")`."""

    def stated(subject: Subject, agency: str, notation: str, value: int, **facts: Any) -> Record:
        body = Organisation.objects.get(code=agency)
        usual = {"category": body.profile.category, "mark": str(value), "valid_from": date(2026, 1, 1)}
        return state(subject, agency=agency, notation=notation, value=value, **{**usual, **facts})

    return stated
