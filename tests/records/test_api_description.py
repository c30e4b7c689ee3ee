"""What the API says of itself, tried out by Schemathesis: no request breaks it, every answer is as described."""

from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings

from credit.records import actions
from credit.records.api.uploads import ENDINGS
from credit.records.models import Submission
from credit.records.programs import Kind
from tests import factories
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db
SHORT, LONG = 12, 400
QUIET = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


@schemathesis.serializer(*(kind for kind in ENDINGS if kind != "application/json"))
def as_file(_context: Any, value: Any) -> bytes:
    """Schemathesis knows JSON and forms; our other bodies are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


portal = get_wsgi_application()


def within_the_test(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The portal; its requests share the test's connection and transaction, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        answer = portal(environ, start_response)
        body = b"".join(answer)
        answer.close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return [body]


api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", within_the_test)


@pytest.fixture
def tokens(program) -> dict[str, dict[str, str]]:
    """Who may ask for what."""
    submitting, releasing = program(), program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    return {"release": releasing.headers, "": submitting.headers}


@pytest.fixture
def existing(program) -> str:
    """The number of a checked submission with faults."""
    made = program(name="another").deliver(ratings(rating(1), *(rating(n, mark="Z") for n in range(2, 6)))).json()
    found = Submission.objects.get(public_id=made["submission"])
    actions.parse(found.pk, now=timezone.now())
    return found.public_id


# A well-formed request may still be refused for what the description can't tell: where a delivery stands, which cursor
# and key were given before, what is in a file.
NEVER_ASKED = [schemathesis.checks.positive_data_acceptance]
# A file is described as text, and read by its worker later: that it isn't one of ours can't be told at the door.
OF_FILES = [*NEVER_ASKED, schemathesis.checks.negative_data_rejection]


def left_out(case: Any) -> list[Any]:
    """Checks that a request isn't held to."""
    return OF_FILES if case.method.upper() == "POST" and case.path.endswith("/submissions") else NEVER_ASKED


def tried(case: Any, tokens: dict[str, dict[str, str]], existing: str) -> None:
    """One request, once as it was made up and once about a submission that is there."""
    headers = tokens["release"] if case.path.endswith("/release") else tokens[""]
    case.call_and_validate(headers=headers, excluded_checks=left_out(case))
    if "submission" in (case.path_parameters or {}):
        case.path_parameters["submission"] = existing
        case.call_and_validate(headers=headers, excluded_checks=left_out(case))


@api.parametrize()
@settings(max_examples=SHORT, deadline=None, suppress_health_check=QUIET)
def test_every_answer_is_as_described(case, tokens, existing):
    tried(case, tokens, existing)


@pytest.mark.long
@pytest.mark.timeout(1200)
@api.parametrize()
@settings(max_examples=LONG, deadline=None, suppress_health_check=QUIET)
def test_every_answer_is_as_described_however_long_one_tries(case, tokens, existing):
    tried(case, tokens, existing)
