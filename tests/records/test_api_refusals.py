"""Every way to be refused by the API is a document that says why; and its description."""

import io
import re

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from credit.records.models import KeptFile
from credit.records.programs import Kind
from tests import factories
from tests.records.conftest import LIST, parsed
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db


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
