"""Error pages: those for lost services need neither a database nor a request, and all say what to do next."""

import pytest
from django.template.loader import get_template, render_to_string
from django.utils import translation

from tests import factories

PLAIN = ["500.html", "503.html"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_page_needs_no_database_and_no_context(name, language):
    with translation.override(language):
        html = get_template(name).render({})
    assert f'<html lang="{language}"' in html
    assert "<h1" in html
    assert "Plainmark" in html


def test_an_unknown_address_is_a_page_with_a_way_on(client, db):
    response = client.get("/there/is/no/such/page")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/calculator/", "/calculator"), ("/schemes/conversions/?q=a", "/schemes/conversions?q=a"), ("/desk/files//", "")],
)
def test_a_slash_too_many_leads_to_the_page(client, db, typed, meant):
    response = client.get(typed)
    assert (response.status_code, response.headers.get("Location", "")) == ((301, meant) if meant else (404, ""))


@pytest.mark.parametrize("typed", ["/calculator/", "//evil.example/", "/nowhere/", "/"])
def test_only_addresses_that_exist_are_led_to(client, db, typed):
    assert client.post(typed).status_code in {404, 405}
    assert client.get(typed, follow=True).redirect_chain in ([], [("/calculator", 301)])


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (403, "You may not do this"),
        (404, "Page not found"),
        (409, "This has changed in the meantime"),
        (422, "This could not"),
    ],
)
def test_a_refusal_says_which_it_is_and_why(rf, db, status, heading):
    request = rf.get("/")
    request.resolver_match = None
    html = render_to_string("refusal.html", {"error": "Because <of> this.", "status": status}, request)
    assert heading in html
    assert "Because &lt;of&gt; this." in html


def test_a_forged_form_is_refused_with_a_page_that_says_what_to_do(db):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    response = client.post("/language", {"language": "zh-hans"})
    assert response.status_code == 403
    assert "This form is no longer valid" in response.content.decode()


def test_help_that_is_not_there_is_a_page(client, db):
    assert client.get("/help/nonsense").status_code == 404
    assert client.get("/help/mark").status_code == 200


def test_a_refusal_keeps_the_doors_of_who_is_signed_in(client_of, db):
    subject = factories.person()
    client = client_of(factories.user(subject=subject), second_factor=False)
    response = client.get("/s/ABCD-EFGH/")
    assert response.status_code == 404
    assert f"/s/{subject.public_id}/" in response.content.decode()
