"""A person with a record, who orders copies; the worker is called in place of the queue."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Permit, Purpose
from credit.identity.models import User
from credit.records.models import Record
from credit.reports import actions
from credit.reports.content import Kind, Language
from credit.reports.models import Report
from credit.scoring import actions as scoring
from credit.subjects.models import Subject
from tests import factories
from tests.disputes.records import penalty

SCHEME = Path(scoring.__file__).with_name("schemes") / "open-1.toml"


@dataclass
class World:
    now: datetime
    subject: Subject
    owner: User
    record: Record

    def permit(self, user: User | None = None) -> Permit:
        return access.disclose(command_actor(user or self.owner), self.subject, Purpose.OWN_RECORD, now=self.now)

    def order(
        self,
        key: str = "k1",
        kind: Kind = Kind.COUNTERPARTY,
        language: Language = Language.ENGLISH,
        known_at: datetime | None = None,
    ) -> Report:
        return actions.order(
            self.permit(), kind=kind, language=language, key=key, by=self.owner, now=self.now, known_at=known_at
        )

    def issued(
        self,
        key: str = "k1",
        kind: Kind = Kind.COUNTERPARTY,
        language: Language = Language.ENGLISH,
        known_at: datetime | None = None,
    ) -> Report:
        report = actions.issue(self.order(key, kind, language, known_at).public_id, now=self.now)
        assert report is not None
        return report

    def standing(self, report: Report) -> str:
        return str(Report.objects.in_public().get(pk=report.pk).standing)


def make_world(now: datetime, name: str = "喆翀") -> World:
    scoring.publish(SCHEME, by="test", now=now)
    subject = factories.person(name)
    record = penalty(subject, submitted_by=factories.officer(), released_by=factories.officer(), now=now)
    return World(now, subject, factories.user(subject=subject), record)
