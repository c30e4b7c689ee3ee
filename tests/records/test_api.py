"""The agencies' programs over /api/v1: tokens, the real flow, and every way to be refused."""

import base64
import io
import json
import re
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credit.identity import actions as identity
from credit.identity.models import Membership
from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import KeptFile, Record, Submission
from credit.records.programs import Kind
from tests import factories
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db
LIST = "/api/v1/submissions"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def one_record(number: int = 1, **changed: str) -> dict[str, str]:
    """A rating as a JSON object."""
    names = ("identifier_type", "identifier", "name", "mark", "decided_on", "ends_on", "document")
    return dict(zip(names, rating(number, **changed), strict=True))


def parsed(public_id: str) -> Submission:
    """A submission after its worker."""
    found = Submission.objects.get(public_id=public_id)
    actions.parse(found.pk, now=timezone.now())
    found.refresh_from_db()
    return found


def test_a_program_delivers_another_officers_program_releases(program):
    submitting = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    answer = submitting.deliver(ratings(rating(1), rating(2)))
    assert answer.status_code == 202
    made = answer.json()
    assert answer["Location"] == made["links"]["self"] == f"{LIST}/{made['submission']}"
    assert (made["status"], made["released"], made["program"]) == ("received", False, submitting.public_id)
    parsed(made["submission"])
    told = submitting.get(made["links"]["self"]).json()
    assert (told["status"], told["rows"], told["accepted"], told["faults"]) == ("parsed", 2, 2, 0)
    assert told["progress"] == 100
    done = releasing.post(told["links"]["release"], {})
    assert done.status_code == 200
    assert done.json()["released"]
    assert done.json()["records"] == {"new": 2, "changed": 0, "same": 0}
    assert Record.objects.count() == 2
    found = Submission.objects.get()
    assert (found.submitted_by, found.released_by) == (submitting.officer, releasing.officer)
    said = {entry.kind: entry.told()["by"] for entry in Entry.objects.filter(kind__startswith="submission.")}
    assert said["submission.received"] == f"program:{submitting.public_id}"
    assert said["submission.released"] == f"program:{releasing.public_id}"


def test_an_officer_releases_what_a_program_delivered(program):
    submitting = program()
    found = parsed(submitting.deliver(ratings(rating(1))).json()["submission"])
    with pytest.raises(Exception, match="nobody releases what they delivered"):
        actions.release(found.public_id, by=submitting.officer, now=timezone.now())
    actions.release(found.public_id, by=factories.officer("tax"), now=timezone.now())
    told = submitting.get(f"{LIST}/{found.public_id}").json()
    assert (told["status"], told["links"]["release"], told["links"]["withdraw"]) == ("released", None, None)


def test_nobody_releases_by_a_program_what_they_delivered(program):
    officer = factories.officer("tax")
    submitting, releasing = program(officer=officer), program(Kind.RELEASE, officer=officer, name="releases")
    found = parsed(submitting.deliver(ratings(rating(1))).json()["submission"])
    answer = releasing.post(f"{LIST}/{found.public_id}/release", {})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#not_allowed")
    assert not Record.objects.exists()


def test_a_file_with_faults_is_released_only_by_the_word_partial(program):
    submitting = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = parsed(submitting.deliver(ratings(rating(1), rating(2, mark="Z"))).json()["submission"])
    url = f"{LIST}/{found.public_id}/release"
    assert releasing.post(url, {}).status_code == 409
    assert releasing.post(url, {"partial": True}).json()["records"]["new"] == 1
    again = releasing.post(url, {"partial": True})
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/docs#conflict")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/csv", ratings(rating(1))),
        ("text/csv; charset=gb18030", ratings(rating(1)).decode().encode("gb18030")),
        ("application/json", json.dumps([one_record()]).encode()),
        ("application/json", json.dumps(one_record(), indent=1).encode()),
        ("application/x-ndjson", json.dumps(one_record()).encode() + b"\n"),
    ],
)
def test_every_kind_of_body_is_read(kind, body, program):
    found = parsed(program().deliver(body, kind=kind, filename="").json()["submission"])
    assert (found.status, found.accepted, found.faults_found) == ("parsed", 1, 0)


def test_a_spreadsheet_is_read(program):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(list(one_record()))
    book.active.append(list(one_record().values()))
    file = io.BytesIO()
    book.save(file)
    found = parsed(program().deliver(file.getvalue(), kind=XLSX).json()["submission"])
    assert (found.status, found.accepted, found.filename) == ("parsed", 1, "file.csv.xlsx")


def test_a_form_with_a_file_is_read(program):
    caller = program()
    file = io.BytesIO(ratings(rating(1)))
    file.name = "grades.csv"
    answer = caller.client.post(LIST, {"notation": "tax-grade", "file": file}, headers=caller.headers)
    assert answer.status_code == 202
    assert answer.json()["filename"] == "grades.csv"
    assert parsed(answer.json()["submission"]).accepted == 1
    assert caller.client.post(LIST, {"notation": "tax-grade"}, headers=caller.headers).status_code == 422


def test_faults_come_in_pages_with_identifiers_masked(program):
    caller = program()
    wrong = factories.uscc(1).value[:-1] + "?"
    rows = [rating(1, identifier=wrong, document="d1"), *(rating(n, mark="Z") for n in range(2, 7))]
    found = parsed(caller.deliver(ratings(*rows)).json()["submission"])
    first = caller.get(f"{LIST}/{found.public_id}/faults?limit=4").json()
    second = caller.get(first["next"]).json()
    assert (first["complete"], len(first["items"]), len(second["items"]), second["next"]) == (True, 4, 2, None)
    fault = first["items"][0]
    assert (fault["line"], fault["column"], fault["code"]) == (2, "identifier", "identifier.invalid")
    assert wrong not in json.dumps(first)
    assert [item["line"] for item in first["items"] + second["items"]] == [2, 3, 4, 5, 6, 7]


def test_the_list_comes_in_pages_and_can_be_narrowed(program):
    caller = program()
    ids = [caller.deliver(ratings(rating(n))).json()["submission"] for n in range(1, 6)]
    first = caller.get(f"{LIST}?limit=3").json()
    second = caller.get(first["next"]).json()
    assert [item["submission"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    parsed(ids[0])
    assert [one["submission"] for one in caller.get(f"{LIST}?status=parsed").json()["items"]] == [ids[0]]
    assert caller.get(f"{LIST}?notation=zhima").json()["items"] == []
    assert caller.get(f"{LIST}?status=nowhere").status_code == 422
    assert caller.get(f"{LIST}?limit=0").status_code == 422
    assert caller.get(f"{LIST}?cursor=2222-2222").status_code == 422


def test_a_program_withdraws_only_what_is_not_released(program):
    caller = program()
    found = parsed(caller.deliver(ratings(rating(1))).json()["submission"])
    url = f"{LIST}/{found.public_id}/withdraw"
    assert caller.post(url, {"reason": "  "}).status_code == 422
    assert caller.post(url, {"reason": "a\x00b"}).status_code == 422
    assert caller.post(url, {"reason": "\ud800"}).status_code == 422
    told = caller.post(url, {"reason": "The wrong year."}).json()
    assert (told["status"], told["withdrawn_why"]) == ("withdrawn", "The wrong year.")
    other = parsed(caller.deliver(ratings(rating(1))).json()["submission"])
    actions.release(other.public_id, by=factories.officer("tax"), now=timezone.now())
    refused = caller.post(f"{LIST}/{other.public_id}/withdraw", {"reason": "Too late."})
    assert refused.status_code == 403
    assert Submission.objects.get(pk=other.pk).status == "released"


# Tokens


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


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"body": b""}, 422, "file.empty"),
        ({"body": b"  \n"}, 422, "file.empty"),
        ({"notation": "zhima"}, 403, "agency.not_authorised"),
    ],
)
def test_a_file_that_is_refused_says_why_in_the_contracts_codes(sent, status, code, program):
    answer = program().deliver(**({"body": ratings(rating(1))} | sent))
    assert answer.status_code == status
    assert answer.json()["type"] == "/api/v1/docs#file_refused"
    assert [(fault["line"], fault["code"]) for fault in answer.json()["faults"]] == [(None, code)]
    assert not KeptFile.objects.exists()


def test_the_same_bytes_again_are_refused_with_the_earlier_number(program):
    caller = program()
    first = caller.deliver(ratings(rating(1))).json()["submission"]
    answer = caller.deliver(ratings(rating(1)))
    assert answer.status_code == 409
    assert answer.json()["faults"][0]["code"] == "file.duplicate"
    assert first in answer.json()["detail"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(program, settings):
    settings.SUBMISSION_MAX_BYTES = 1000
    caller, read = program(), []

    class Watched(io.BytesIO):
        def read(self, *args):
            read.append(args)
            return super().read(*args)

    answer = caller.deliver(b"a" * 1001)
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (413, "file.too_large")
    announced = caller.client.generic(
        "POST",
        f"{LIST}?notation=tax-grade",
        headers=caller.headers,
        CONTENT_TYPE="text/csv",
        **{"wsgi.input": Watched(b"a" * 10), "CONTENT_LENGTH": "5000"},
    )
    assert announced.status_code == 413
    assert read == []


def test_a_body_in_chunks_is_counted_as_it_comes(program, settings):
    caller = program()

    def send(body: bytes):
        return caller.client.generic(
            "POST",
            f"{LIST}?notation=tax-grade",
            CONTENT_TYPE="text/csv",
            headers=caller.headers | {"transfer-encoding": "chunked"},
            **{"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )

    assert parsed(send(ratings(rating(1))).json()["submission"]).accepted == 1
    settings.SUBMISSION_MAX_BYTES = 100
    assert send(b"a" * 101).status_code == 413


def test_a_body_of_another_kind_is_not_taken_in(program):
    caller = program()
    for kind in ("text/html", "application/pdf", "application/octet-stream", "nonsense", ""):
        answer = caller.deliver(ratings(rating(1)), kind=kind)
        assert (answer.status_code, answer.json()["type"]) == (415, "/api/v1/docs#media_type")
    assert caller.deliver(ratings(rating(1)), notation=None).status_code == 422
    assert caller.deliver(ratings(rating(1)), notation="no-such").status_code == 422


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1/nothing", "/api/v2/submissions", f"{LIST}/", "/api/v1/x\x00"]
)
def test_what_is_not_there_is_a_document_too(path, program, client_of):
    for client in (Client(), client_of(factories.officer("tax"))):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 404


def test_another_method_is_refused_with_those_that_are_possible():
    answer = Client().delete(LIST)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert {method.strip() for method in answer["Allow"].split(",")} == {"GET", "POST"}
    assert Client().post("/api/v1/docs").status_code == 405
    assert Client().post("/api/v1/docs").json()["status"] == 405


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"partial": "maybe"}', b'{"more": 1}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_request_is_refused(body, program):
    caller = program(Kind.RELEASE)
    url = f"{LIST}/2222-2222/release"
    answer = caller.client.post(url, body, content_type="application/json", headers=caller.headers)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_lost_database_is_a_document(program, monkeypatch):
    from django.db import OperationalError

    from credit.records.api import callers

    def gone(*_):
        raise OperationalError

    monkeypatch.setattr(callers, "held_by", gone)
    answer = program().get(LIST)
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "10"


def test_a_fault_of_ours_is_a_document_without_its_trace(program, monkeypatch):
    from credit.records.api import endpoints

    monkeypatch.setattr(endpoints.staging, "faults_of", lambda *_: 1 / 0)
    caller = program()
    caller.client.raise_request_exception = False
    found = parsed(caller.deliver(ratings(rating(1))).json()["submission"])
    answer = caller.get(f"{LIST}/{found.public_id}/faults")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "ZeroDivision" not in answer.content.decode()


def test_refusals_speak_the_callers_language(program):
    caller = program()
    headers = caller.headers | {"accept-language": "zh-hans"}
    told = caller.client.post(f"{LIST}?notation=zhima", b"x", content_type="text/csv", headers=headers).json()
    assert told["faults"][0]["message"] == told["detail"]
    assert re.search("[\u4e00-\u9fff]", told["title"])
    assert re.search("[\u4e00-\u9fff]", told["detail"])


# The description


def test_the_description_is_for_everybody(client):
    found = client.get("/api/v1/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    assert set(found["paths"]) == {
        LIST,
        *(f"{LIST}/{{submission}}{end}" for end in ("", "/faults", "/release", "/withdraw")),
    }
    for methods in found["paths"].values():
        for operation in methods.values():
            assert operation["security"]
            assert operation["summary"]
            assert {"401", "403", "429", "503"} <= set(operation["responses"])
            examples = [kind for answer in operation["responses"].values() for kind in answer["content"].values()]
            assert all("example" in kind for kind in examples)
    assert client.get("/api/v1/").json()["token"] == "/oauth/token"


@pytest.mark.parametrize(("language", "heading"), [("en", "First a token"), ("zh-hans", "先取得令牌")])
def test_the_page_about_it_is_ours_in_both_languages(client, language, heading):
    page = client.get("/api/v1/docs", headers={"accept-language": language})
    text = page.content.decode()
    assert page.status_code == 200
    assert heading in text
    for words in ("/api/v1/submissions/{submission}/faults", "submissions:write", 'id="file_refused"'):
        assert words in text
    assert "http://" not in text.replace("http://testserver", "")
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_nothing_else_of_allauths_provider_is_mounted(client):
    absent = (
        ".well-known/openid-configuration .well-known/jwks.json identity/o/authorize identity/o/logout"
        " identity/o/device identity/o/api/token identity/o/api/revoke identity/o/api/userinfo"
        " identity/o/api/device/code identity/o/api/clients identity/o/api/introspect oauth/authorize oauth/revoke"
    )
    for path in absent.split():
        assert client.get(f"/{path}").status_code == 404
        assert client.post(f"/{path}").status_code == 404


def test_secrets_and_tokens_are_kept_only_as_hashes(program):
    from allauth.idp.oidc.models import Client as OAuth

    caller = program()
    assert caller.secret not in OAuth.objects.get().secret
    assert caller.token not in Token.objects.get().hash
