"""One case's world: a person, a record about them, their own user, three officials."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Permit, Purpose
from credit.disputes import actions
from credit.disputes.actions import Proposal
from credit.disputes.models import Dispute
from credit.disputes.rules import Complaint, Method, Outcome
from credit.identity.models import User
from credit.records.models import Record
from credit.scoring import actions as scoring
from credit.subjects.models import Subject
from tests import factories
from tests.disputes.records import penalty

SCHEME = Path(scoring.__file__).with_name("schemes") / "open-1.toml"
REMOVE = Proposal(Outcome.REMOVE, "The decision was annulled in court.", Method.ORIGINAL_DOCUMENT)
KEEP = Proposal(Outcome.KEEP, "The agency showed the decision.", Method.ASKED_AGENCY)


@dataclass
class World:
    """Each method does one move as a person would: with a look of their own."""

    now: datetime
    subject: Subject
    owner: User
    submitter: User
    releaser: User
    record: Record
    officials: list[User] = field(default_factory=list)

    def own_permit(self, user: User | None = None) -> Permit:
        return access.disclose(command_actor(user or self.owner), self.subject, Purpose.OWN_RECORD, now=self.now)

    def review_permit(self, user: User, dispute: Dispute) -> Permit:
        actor = command_actor(user)
        return access.disclose(actor, self.subject, Purpose.DISPUTE_REVIEW, about=dispute, now=self.now)

    def file(self, record: Record | None = None, statement: str = "I paid before the decision.") -> Dispute:
        return actions.file(
            (record or self.record).public_id,
            permit=self.own_permit(),
            complaint=Complaint.WRONG_FACT,
            statement=statement,
            by=self.owner,
            now=self.now,
        )

    def take(self, dispute: Dispute, user: User | None = None) -> Dispute:
        return actions.take(dispute.public_id, by=user or self.officials[0], now=self.now)

    def propose(self, dispute: Dispute, proposal: Proposal = REMOVE, user: User | None = None) -> Dispute:
        by = user or self.officials[0]
        permit = self.review_permit(by, dispute)
        return actions.propose(dispute.public_id, permit=permit, proposal=proposal, by=by, now=self.now)

    def check(self, dispute: Dispute, user: User | None = None) -> Dispute:
        return actions.check(dispute.public_id, by=user or self.officials[1], now=self.now)

    def confirm(self, dispute: Dispute, user: User | None = None) -> Dispute:
        by = user or self.officials[1]
        return actions.confirm(dispute.public_id, permit=self.review_permit(by, dispute), by=by, now=self.now)

    def send_back(self, dispute: Dispute, user: User | None = None) -> Dispute:
        by = user or self.officials[1]
        permit = self.review_permit(by, dispute)
        return actions.send_back(dispute.public_id, permit=permit, reason="Ask the court too.", by=by, now=self.now)

    def withdraw(self, dispute: Dispute) -> Dispute:
        return actions.withdraw(dispute.public_id, permit=self.own_permit(), by=self.owner, now=self.now)

    def proposed(self, proposal: Proposal = REMOVE) -> Dispute:
        dispute = self.file()
        self.take(dispute)
        return self.propose(dispute, proposal)

    def decided(self, proposal: Proposal = REMOVE) -> Dispute:
        dispute = self.proposed(proposal)
        self.check(dispute)
        return self.confirm(dispute)


def make_world(now: datetime) -> World:
    scoring.publish(SCHEME, by="test", now=now)
    subject = factories.person()
    submitter, releaser = factories.officer(), factories.officer()
    record = penalty(subject, submitted_by=submitter, released_by=releaser, now=now)
    officials = [factories.official() for _ in range(3)]
    return World(now, subject, factories.user(subject=subject), submitter, releaser, record, officials)


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    """Each world has seven people; nobody here signs in by password."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db, now) -> World:
    return make_world(now)
