"""Whom the API lets in: tokens, their scopes, and how often one may ask."""

import base64
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credit.identity import actions as identity
from credit.identity.models import Membership
from credit.records import actions
from credit.records.models import Submission
from credit.records.programs import Kind
from tests import factories
from tests.records.conftest import LIST, parsed
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db


def test_without_a_token_nothing_opens(program, client_of):
    program()
    for header in ({}, {"authorization": "Bearer "}, {"authorization": "Basic eDp5"}):
        answer = Client().get(LIST, headers=header)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="plainmark"'
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Cache-Control"] == "no-store"
    officer = client_of(factories.officer("tax"))
    assert officer.get(LIST).status_code == 401
    assert officer.post(f"{LIST}?notation=tax-grade", ratings(rating(1)), content_type="text/csv").status_code == 401
    assert not Submission.objects.exists()


def test_a_wrong_expired_or_withdrawn_token_opens_nothing(program):
    caller = program()
    assert Client().get(LIST, headers={"authorization": "Bearer nonsense"}).status_code == 401
    assert (
        Client().get(LIST, headers={"authorization": "Bearer \xff\x00".encode("latin-1").decode("latin-1")}).status_code
        == 401
    )
    token = Token.objects.get()
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused = caller.get(LIST)
    assert (refused.status_code, refused.json()["type"]) == (401, "/api/v1/docs#token_invalid")
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]
    Token.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    assert caller.get(LIST).status_code == 200
    token.delete()
    assert caller.get(LIST).status_code == 401


def test_a_program_that_has_ended_is_shut_out_at_once(program):
    caller = program()
    actions.end_program(caller.agency, caller.public_id, by=caller.officer, now=timezone.now())
    assert caller.get(LIST).status_code == 401
    assert caller.ask_for_a_token().status_code == 401


def test_a_program_acts_only_while_its_officer_is_one(program):
    caller = program()
    assert caller.get(LIST).status_code == 200
    identity.dismiss(Membership.objects.get(user=caller.officer), by="test", now=timezone.now())
    assert caller.get(LIST).status_code == 403
    assert caller.deliver(ratings(rating(1))).status_code == 403
    assert not Submission.objects.exists()


def test_a_token_opens_only_what_its_scope_says(program):
    submitting, releasing = program(), program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = parsed(submitting.deliver(ratings(rating(1))).json()["submission"])
    refused = submitting.post(f"{LIST}/{found.public_id}/release", {})
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/v1/docs#scope_missing")
    assert 'error="insufficient_scope", scope="submissions:release"' in refused["WWW-Authenticate"]
    assert releasing.deliver(ratings(rating(2))).status_code == 403
    assert releasing.post(f"{LIST}/{found.public_id}/withdraw", {"reason": "No."}).status_code == 403
    assert releasing.get(f"{LIST}/{found.public_id}").status_code == 200
    narrow = submitting.with_scope("submissions:read")
    assert narrow.get(LIST).status_code == 200
    assert narrow.deliver(ratings(rating(3))).status_code == 403


def test_a_program_never_gets_a_scope_that_it_was_not_registered_for(program):
    answer = program().ask_for_a_token(scope="submissions:release")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_another_agencys_submission_is_not_there(program):
    mine, theirs = program(), program(agency="customs")
    found = parsed(mine.deliver(ratings(rating(1), rating(2, mark="Z"))).json()["submission"])
    for path in ("", "/faults"):
        assert theirs.get(f"{LIST}/{found.public_id}{path}").status_code == 404
    assert theirs.post(f"{LIST}/{found.public_id}/withdraw", {"reason": "No."}).status_code == 404
    assert theirs.get(LIST).json()["items"] == []
    assert theirs.deliver(ratings(rating(1))).status_code == 403
    releasing = program(Kind.RELEASE, agency="customs", name="releases")
    assert releasing.post(f"{LIST}/{found.public_id}/release", {"partial": True}).status_code == 404


def test_the_token_endpoint_answers_only_in_json(program):
    caller, url = program(), reverse("oauth:token")
    good = {"grant_type": "client_credentials", "client_id": caller.public_id, "client_secret": caller.secret}
    answer = Client().post(url, good)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600
    assert set(answer.json()["scope"].split()) == {"submissions:write", "submissions:read"}
    wrong = [
        (good | {"client_secret": "guess"}, 401, "invalid_client"),
        (good | {"client_id": "2222-2222"}, 401, "invalid_client"),
        (good | {"client_id": "\x00"}, 400, "invalid_request"),
        (good | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (good | {"grant_type": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
        (good | {"resource": "nonsense"}, 400, "invalid_target"),
        ({}, 400, "unsupported_grant_type"),
    ]
    for asked, status, error in wrong:
        refused = Client().post(url, asked)
        assert (refused.status_code, refused.json()["error"]) == (status, error)
    for refused in (Client().get(url), Client().put(url)):
        assert (refused.status_code, refused.json()["error"], refused["Allow"]) == (405, "invalid_request", "POST")
    nul = base64.b64encode(b"a\x00:b").decode()
    assert Client().post(
        url, {"grant_type": "client_credentials"}, headers={"authorization": f"Basic {nul}"}
    ).json() == {"error": "invalid_request"}


def test_tokens_are_not_asked_for_without_end(program, settings):
    caller = program()
    settings.API_TOKENS_A_MINUTE = 2
    answers = [caller.ask_for_a_token(remote="203.0.113.7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"


def test_a_programs_requests_are_counted(program, settings):
    caller, other = program(), program(name="another")
    settings.API_REQUESTS_A_MINUTE = 0
    refused = caller.get(LIST)
    assert (refused.status_code, refused.json()["type"]) == (429, "/api/v1/docs#too_many")
    assert 1 <= int(refused["Retry-After"]) <= 60
    settings.API_REQUESTS_A_MINUTE = 10_000
    assert other.get(LIST).status_code == 200


# Refusals
