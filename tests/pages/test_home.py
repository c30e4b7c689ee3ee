"""The start page and the frame: which doors somebody is shown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit.core.policy import Role
from credit.subjects import actions as subjects
from credit.subjects.models import Office
from tests import factories

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def test_a_stranger_reads_what_this_is_and_sees_the_public_doors(client):
    html = text(client.get("/"))
    assert "Read the record that is kept on you" in html
    for name in ("account_login", "rules", "verify:form", "schemes:list", "ledger:heads"):
        assert f'href="{reverse(name)}"' in html


def test_a_person_sees_their_own_record_and_their_companies_and_nothing_else(client_of):
    own, company, other = factories.person(), factories.company("厦门示例贸易有限公司"), factories.company("别的公司")
    user = factories.user(subject=own)
    subjects.open_office(user, company, Office.Role.DELEGATE, by="test", now=factories.SINCE)
    html = text(client_of(user, second_factor=False).get("/"))
    assert f"/s/{own.public_id}/" in html
    assert f"/s/{company.public_id}/" in html
    assert "厦门示例贸易有限公司" in html
    assert other.public_id not in html
    assert "/desk/" not in html


def test_an_office_that_has_ended_opens_no_door(client_of):
    company = factories.company()
    user = factories.user(subject=company)
    Office.objects.filter(user=user).update(until=timezone.now())
    assert company.public_id not in text(client_of(user).get("/"))


@pytest.mark.parametrize(
    ("make", "door"),
    [
        (lambda: factories.officer("tax"), "/agency/tax/"),
        (factories.official, "/desk/"),
        (factories.auditor, "/audit/"),
        (lambda: factories.member(Role.BOARD, factories.oversight()), "/board/"),
    ],
)
def test_staff_see_the_door_of_their_role(client_of, make, door):
    html = text(client_of(make()).get("/"))
    assert f'href="{door}"' in html
    assert html.count("pm-card__title") == 6  # the one door of the role, and the five public ones


def test_the_language_is_switched_without_javascript(client):
    response = client.post("/language", {"language": "zh-hans", "next": "/rules"})
    assert response.url == "/rules"
    html = text(client.get("/"))
    assert '<html lang="zh-hans"' in html
    assert html.index("明记") < html.index('lang="en">Plainmark')


@pytest.mark.parametrize("companies", [1, 12])
def test_the_frame_costs_the_same_for_one_company_and_for_many(client_of, companies):
    user = factories.user()
    for _ in range(companies):
        subjects.open_office(user, factories.company(), Office.Role.DELEGATE, by="test", now=factories.SINCE)
    client = client_of(user)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    asked = [query["sql"] for query in queries if "subjects_" in query["sql"] or "identity_membership" in query["sql"]]
    assert len(asked) == 3


def test_no_page_of_the_frame_holds_inline_script_or_style(client):
    html = text(client.get("/"))
    assert "style=" not in html
    assert "<style" not in html
    assert html.count("<script") == html.count('<script type="module" src=') + html.count("<script defer src=")
