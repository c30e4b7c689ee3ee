"""The page of an agency's programs: who registers them, what is shown once, how they are ended."""

import time

import pytest
from allauth.idp.oidc.models import Client as OAuth
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit.core.errors import NotAllowed
from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import ApiClient
from credit.records.programs import Kind
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/agency/tax/clients"
ASKED = {"name": "Grades of the tax office", "kind": "submit"}


@pytest.fixture
def signed_in_just_now(client_of):
    """Signs somebody in, a moment ago."""

    def sign_in(user, *, seconds_ago: int = 10):
        client = client_of(user)
        session = client.session
        for record in (records := session["account_authentication_methods"]):
            record["at"] = time.time() - seconds_ago
        session["account_authentication_methods"] = records
        session.save()
        return client

    return sign_in


def test_an_officer_registers_a_program_and_sees_its_secret_once(signed_in_just_now):
    officer = factories.officer("tax")
    client = signed_in_just_now(officer)
    assert "No program may submit for this agency." in client.get(PAGE).content.decode()
    answer = client.post(PAGE, ASKED)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    made = ApiClient.objects.get()
    secret = next(word for word in answer.content.decode().split() if made.oauth.check_secret(_inside(word)))
    assert (made.created_by, made.kind, made.agency.code) == (officer, "submit", "tax")
    assert made.oauth.get_scopes() == ["submissions:write", "submissions:read"]
    page = client.get(PAGE).content.decode()
    assert ASKED["name"] in page
    assert made.public_id in page
    assert _inside(secret) not in page
    told = Entry.objects.get(kind="program.registered").told()
    assert (told["by"], told["about"]) == (officer.public_id, {"kind": "apiclient", "id": made.public_id})
    assert _inside(secret) not in str(told)


def _inside(word: str) -> str:
    """What stands in an element."""
    return word.partition(">")[2].partition("<")[0]


def test_who_signed_in_long_ago_is_asked_again(signed_in_just_now):
    client = signed_in_just_now(factories.officer("tax"), seconds_ago=600)
    assert client.get(PAGE).status_code == 200
    answer = client.post(PAGE, ASKED)
    assert answer.status_code == 302
    assert answer.url.startswith("/account/reauthenticate/")
    assert not ApiClient.objects.exists()


def test_only_the_agencys_own_officers_with_a_second_factor_get_there(client_of, signed_in_just_now):
    factories.agency("tax")
    assert signed_in_just_now(factories.officer("customs")).post(PAGE, ASKED).status_code == 404
    assert client_of(factories.officer("tax"), second_factor=False).post(PAGE, ASKED).status_code == 302
    assert not ApiClient.objects.exists()
    with pytest.raises(NotAllowed):
        actions.admit_program(
            factories.agency("tax"), name="x", kind=Kind.SUBMIT, by=factories.officer("customs"), now=timezone.now()
        )


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"kind": "both"}, {"kind": ""}, {"name": "a\u202eb"}, {"name": "x" * 81}]
)
def test_a_program_needs_a_name_and_one_kind(wrong, signed_in_just_now):
    assert signed_in_just_now(factories.officer("tax")).post(PAGE, ASKED | wrong).status_code == 422
    assert not ApiClient.objects.exists()


def test_two_programs_in_use_never_have_one_name(signed_in_just_now):
    client = signed_in_just_now(factories.officer("tax"))
    assert client.post(PAGE, ASKED).status_code == 201
    again = client.post(PAGE, ASKED)
    assert again.status_code == 422
    assert "registered already" in again.content.decode()
    assert OAuth.objects.count() == 1
    client.post(reverse("agency:client-end", args=["tax", ApiClient.objects.get().public_id]))
    assert client.post(PAGE, ASKED).status_code == 201


def test_any_officer_of_the_agency_ends_a_program(signed_in_just_now):
    agency, officer = factories.agency("tax"), factories.officer("tax")
    made, secret = actions.admit_program(agency, name="x", kind=Kind.SUBMIT, by=officer, now=timezone.now())
    end = reverse("agency:client-end", args=["tax", made.public_id])
    assert signed_in_just_now(factories.officer("customs")).post(end).status_code == 404
    foreign = reverse("agency:client-end", args=["customs", made.public_id])
    assert signed_in_just_now(factories.officer("customs")).post(foreign).status_code == 404
    second = factories.officer("tax")
    client = signed_in_just_now(second)
    assert client.get(end).status_code == 405
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 409
    made.refresh_from_db()
    assert made.ended_by == second
    assert not OAuth.objects.get().check_secret(secret)
    assert "Ended by" in client.get(PAGE).content.decode()
    assert Entry.objects.get(kind="program.ended").told()["by"] == second.public_id


def test_the_page_speaks_chinese(signed_in_just_now):
    page = signed_in_just_now(factories.officer("tax")).get(PAGE, headers={"accept-language": "zh-hans"})
    assert "哪些程序可以代表本机构报送？" in page.content.decode()


def test_the_database_refuses_impossible_programs():
    agency, officer, now = factories.agency("tax"), factories.officer("tax"), timezone.now()
    made, _secret = actions.admit_program(agency, name="x", kind=Kind.SUBMIT, by=officer, now=now)
    impossible = [
        {"kind": "both"},
        {"ended_at": now},
        {"ended_by": officer},
        {"ended_at": made.created_at.replace(year=2020), "ended_by": officer},
    ]
    for changes in impossible:
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiClient.objects.filter(pk=made.pk).update(**changes)
