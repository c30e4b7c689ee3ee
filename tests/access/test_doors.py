"""Doors: what they let in, where they send people, and what they tell."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from credit.access.doors import OPENED_BY_NAME, anyone, door_of, for_agency, for_role, look, signed_in, subject_page
from credit.access.models import Disclosure
from credit.core.policy import Field, Permit, Purpose, Role
from credit.identity.models import Organisation
from credit.ledger.models import Entry
from credit.subjects.models import Subject
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@anyone
def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@signed_in
def members_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("members")


@subject_page(Field.RECORDS)
def file_page(request: HttpRequest, permit: Permit) -> HttpResponse:
    return HttpResponse(permit.id)


@subject_page(Field.LOOKS, purpose=Purpose.CERTIFIED_REPORT)
def too_much_page(request: HttpRequest, permit: Permit) -> HttpResponse:
    return HttpResponse("never")


@for_role(Role.OFFICIAL, Role.AUDITOR)
def staff_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("staff")


@for_agency
def agency_page(request: HttpRequest, agency: Organisation) -> HttpResponse:
    return HttpResponse(agency.code)


@for_role(Role.OFFICIAL)
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    subject = Subject.objects.get(public_id=public_id)
    return HttpResponse(look(request, subject, Purpose.DISPUTE_REVIEW).id)


def forgotten_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never")


from portal.urls import urlpatterns as real_urlpatterns  # noqa: E402

urlpatterns = [
    path("t/open", open_page),
    path("t/members", members_page),
    path("t/file/<str:subject>", file_page),
    path("t/too-much/<str:subject>", too_much_page),
    path("t/staff", staff_page),
    path("t/agency/<str:code>", agency_page),
    path("t/case/<str:public_id>", case_page),
    path("t/forgotten", forgotten_page),
    *real_urlpatterns,
]


def test_a_view_without_a_door_is_shut_for_everybody(client_of):
    assert client_of(factories.operator()).get("/t/forgotten").status_code == 403
    assert Client().get("/t/forgotten").status_code == 302


def test_public_pages_are_open_and_others_ask_to_sign_in(client_of):
    assert Client().get("/t/open").content == b"open"
    for page in ("members", "file/8KQ2-M4TZ", "staff", "agency/tax"):
        response = Client().get(f"/t/{page}")
        assert response.status_code == 302
        assert "/account/login/" in response["Location"]
    assert client_of(factories.user()).get("/t/members").content == b"members"


def test_pages_of_one_visit_share_a_look(client_of):
    person = factories.person()
    client = client_of(factories.user(subject=person))
    first, second = (client.get(f"/t/file/{person.public_id}").content.decode() for _ in range(2))
    assert first == second == Disclosure.objects.get().public_id


def test_two_visits_are_two_looks(client_of):
    person = factories.person()
    user = factories.user(subject=person)
    for _ in range(2):
        client_of(user).get(f"/t/file/{person.public_id}")
    assert Disclosure.objects.count() == 2


def test_a_file_that_is_not_mine_looks_like_one_that_is_not_there(client_of):
    person = factories.person()
    client = client_of(factories.user())
    there, not_there = client.get(f"/t/file/{person.public_id}"), client.get("/t/file/2222-2222")
    assert there.status_code == not_there.status_code == 404
    said = [re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content) for page in (there, not_there)]
    assert said[0].replace(person.public_id.encode(), b"2222-2222") == said[1]
    refused = [entry.told() for entry in Entry.objects.filter(kind="access.refused").order_by("pk")]
    assert [entry["about"] for entry in refused] == [{"kind": "subject", "id": person.public_id}, None]
    assert "2222-2222" not in str(refused)


@pytest.mark.parametrize("make", [factories.officer, factories.official, factories.auditor, factories.operator])
def test_no_role_opens_somebodys_own_pages(client_of, make):
    person = factories.person()
    assert client_of(make()).get(f"/t/file/{person.public_id}").status_code == 404


def test_a_page_that_needs_more_than_its_look_opens_is_refused(client_of):
    person = factories.person()
    client = client_of(factories.user(subject=person))
    assert client.get(f"/t/too-much/{person.public_id}").status_code == 403


def test_a_staff_page_is_for_its_roles(client_of):
    assert client_of(factories.official()).get("/t/staff").content == b"staff"
    assert client_of(factories.auditor()).get("/t/staff").content == b"staff"
    for user in (factories.user(), factories.officer()):
        assert client_of(user).get("/t/staff").status_code == 403


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client_of):
    response = client_of(factories.official(), second_factor=False).get("/t/staff?a=1")
    assert response.status_code == 302
    assert response["Location"] == "/account/2fa/totp/activate/?next=%2Ft%2Fstaff%3Fa%3D1"


def test_staff_who_have_a_second_factor_are_sent_to_show_it(client_of):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    official = factories.official()
    TOTP.activate(official, generate_totp_secret())
    response = client_of(official, second_factor=False).get("/t/staff")
    assert response["Location"] == "/account/2fa/reauthenticate/?next=%2Ft%2Fstaff"


def test_the_second_factor_of_somebody_else_does_not_count(client_of):
    official = factories.official()
    client = client_of(official)
    session = client.session
    session["account_authentication_methods_user"] = str(official.pk + 1)
    session.save()
    assert client.get("/t/staff").status_code == 302


def test_an_agencys_pages_are_for_its_own_officers(client_of):
    officer = factories.officer("tax")
    factories.agency("customs")
    assert client_of(officer).get("/t/agency/tax").content == b"tax"
    for code in ("customs", "nothing"):
        assert client_of(officer).get(f"/t/agency/{code}").status_code == 404
    assert client_of(factories.official()).get("/t/agency/tax").status_code == 404
    assert client_of(officer, second_factor=False).get("/t/agency/tax").status_code == 302


def test_a_case_page_looks_only_with_the_case(client_of):
    person = factories.person()
    assert client_of(factories.official()).get(f"/t/case/{person.public_id}").status_code == 403


def every_view(resolver: URLResolver, names: tuple[str, ...] = ()):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*names, pattern.name or ""]), pattern.callback
        else:
            yield from every_view(pattern, (*names, pattern.namespace) if pattern.namespace else names)


@pytest.mark.urls("portal.urls")
def test_every_view_of_the_portal_has_a_door():
    views = dict(every_view(get_resolver("portal.urls")))
    assert {name for name, view in views.items() if door_of(view, name) is None} == set()
    assert set(OPENED_BY_NAME) - set(views) == set()
