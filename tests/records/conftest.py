"""An agency with two officers, and what they do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from credit.identity.models import Organisation, User
from credit.records import actions
from credit.records.models import Record, RecordVersion, Submission
from credit.records.programs import Kind
from tests import factories

if TYPE_CHECKING:
    from tests.records.pairs import Files

LIST = "/api/v1/submissions"


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


def parsed(public_id: str) -> Submission:
    """A submission after its worker."""
    found = Submission.objects.get(public_id=public_id)
    actions.parse(found.pk, now=timezone.now())
    found.refresh_from_db()
    return found


def newest(**filters: object) -> RecordVersion:
    """The one newest version that fits."""
    return RecordVersion.objects.newest().get(**filters)


def versions_of(record: Record) -> list[RecordVersion]:
    """All versions of a record, the first first."""
    return list(RecordVersion.objects.filter(record=record).order_by("number"))


@dataclass
class Program:
    """A program of an agency that holds a token, and how it calls."""

    agency: Organisation
    officer: User
    public_id: str
    secret: str
    token: str = ""
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def headers(self) -> dict[str, str]:
        """Its token."""
        return {"authorization": f"Bearer {self.token}"}

    def ask_for_a_token(self, *, remote: str = "127.0.0.1", **more: str) -> HttpResponse:
        """The answer of the token endpoint."""
        asked = {"grant_type": "client_credentials", "client_id": self.public_id, "client_secret": self.secret}
        return self.client.post("/oauth/token", asked | more, REMOTE_ADDR=remote)

    def with_scope(self, scope: str) -> "Program":
        """The same program with a token for less."""
        return replace(self, token=self.ask_for_a_token(scope=scope).json()["access_token"])

    def again(self) -> "Program":
        """The same program over another connection."""
        return replace(self, client=Client(enforce_csrf_checks=True))

    def get(self, url: str) -> HttpResponse:
        """Ask."""
        return self.client.get(url, headers=self.headers)

    def post(self, url: str, body: dict[str, object], **headers: str) -> HttpResponse:
        """Say something as JSON."""
        return self.client.post(url, body, content_type="application/json", headers=self.headers | headers)

    def deliver(
        self,
        body: bytes,
        *,
        kind: str = "text/csv",
        notation: str | None = "tax-grade",
        filename: str = "file.csv",
        key: str | None = None,
    ) -> HttpResponse:
        """Hand over a file."""
        asked = {name: value for name, value in {"notation": notation, "filename": filename}.items() if value}
        headers = self.headers | ({"idempotency-key": key} if key is not None else {})
        return self.client.generic("POST", LIST, body, CONTENT_TYPE=kind, query_params=asked, headers=headers)


@pytest.fixture
def program(settings: Any) -> Callable[..., Program]:
    """Registers a program of an agency and gets its first token."""
    settings.API_TOKENS_A_MINUTE = 10_000

    def make(
        kind: Kind = Kind.SUBMIT, *, agency: str = "tax", officer: User | None = None, name: str = "grades"
    ) -> Program:
        body, by = factories.agency(agency), officer or factories.officer(agency)
        made, secret = actions.admit_program(body, name=name, kind=kind, by=by, now=timezone.now())
        caller = Program(body, by, made.public_id, secret)
        caller.token = caller.ask_for_a_token().json()["access_token"]
        return caller

    return make


@pytest.fixture
def files(office: Callable[..., Office], db: None) -> "Files":
    """A company that is on file twice."""
    from tests.records.pairs import Files  # which has this module's Office

    return Files(office())
