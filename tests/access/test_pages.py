"""Who looked; who may look; the auditor's pages; the ledger's."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from credit.access import actions as access
from credit.access.actors import Actor, Channel, command_actor, system_actor
from credit.access.models import Disclosure
from credit.core.policy import RULES, GroundKind, Purpose, System
from credit.ledger import actions as ledger
from credit.ledger.keys import checking_keys
from credit.ledger.models import Entry, TreeHead
from credit.ledger.rules import Head
from tests import factories

pytestmark = pytest.mark.django_db


class Case:
    public_id = "CASE-0001"


@pytest.fixture
def person():
    return factories.person("测试甲")


def official_looks(person, at=None, official=None) -> Disclosure:
    official, at = official or factories.official(), at or timezone.now()
    access.open_ground(GroundKind.CASE, user=official, subject=person, about=Case(), by=official, now=at)
    actor = Actor(official, "", frozenset(official.roles(at)), True, Channel.WEB)
    return Disclosure.objects.get(public_id=access.disclose(actor, person, Purpose.DISPUTE_REVIEW, now=at).id)


def test_the_subject_reads_who_looked_as_what_why_and_at_what(person, client_of):
    look = official_looks(person)
    page = client_of(factories.user(subject=person)).get(f"/s/{person.public_id}/looks").content.decode()
    for said in (
        look.public_id,
        "Official who reviews disputes",
        "Credit Oversight Office",
        "To decide a dispute",
        "name, official numbers, records, disputes",
        "must see the record to decide on it",
        "at least two years",
        "You looked once yourself",
    ):
        assert said in page
    assert look.user is not None
    assert look.user.name not in page


def test_the_page_says_when_nobody_else_looked(person, client_of):
    page = client_of(factories.user(subject=person)).get(f"/s/{person.public_id}/looks").content.decode()
    assert "Nobody but you has looked." in page


def test_own_looks_have_a_page_of_their_own(person, client_of):
    user = factories.user(subject=person)
    actor = command_actor(user)
    for minute in range(30):
        access.disclose(actor, person, Purpose.OWN_RECORD, now=timezone.now() - timedelta(days=1, minutes=minute))
    client = client_of(user)
    first = client.get(f"/s/{person.public_id}/looks?own").content.decode()
    second = client.get(f"/s/{person.public_id}/looks?own&page=2").content.decode()
    assert first.count("To see their own record") == 25
    assert second.count("To see their own record") == 6
    assert "own" in first.split('rel="next"')[0].rsplit("href=", 1)[1]


def test_looks_of_three_years_ago_are_still_told(person, client_of):
    look = official_looks(person, timezone.now() - timedelta(days=60))
    page = client_of(factories.user(subject=person)).get(f"/s/{person.public_id}/looks").content.decode()
    assert look.public_id in page


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_costs_the_same_for_one_look_and_for_many(person, client_of, rows, django_assert_max_num_queries):
    official = factories.official()
    for _ in range(rows):
        official_looks(person, official=official)
    client = client_of(factories.user(subject=person))
    client.get(f"/s/{person.public_id}/looks")
    with django_assert_max_num_queries(22):
        client.get(f"/s/{person.public_id}/looks")


def test_the_rules_page_prints_the_table_that_the_code_runs():
    response = Client().get("/rules")
    page = response.content.decode()
    assert response.status_code == 200
    for rule in RULES:
        assert escape(rule.basis) in page
    assert page.count("Only with a second factor") == sum(rule.second_factor for rule in RULES)


@pytest.mark.parametrize("address", ["/audit/", "/audit/looks"])
def test_the_auditor_sees_looks_by_public_numbers_only_and_is_seen(person, client_of, address):
    look = official_looks(person)
    auditor = factories.auditor()
    response = client_of(auditor).get(address)
    text = response.content.decode()
    assert response.status_code == 200
    assert person.name not in text
    if address.endswith("looks"):
        assert look.public_id in text
        assert person.public_id in text
    entry = Entry.objects.get(kind="audit.looked").told()
    assert (entry["by"], entry["facts"]["page"]) == (auditor.public_id, address.removeprefix("/audit/") or "home")


@pytest.mark.parametrize("address", ["/audit/", "/audit/looks"])
def test_only_auditors_audit(client_of, address):
    for user in (factories.user(), factories.official(), factories.operator(), factories.officer()):
        assert client_of(user).get(address).status_code == 403
    assert client_of(factories.auditor(), second_factor=False).get(address).status_code == 302
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("purpose=dispute-review", 1),
        ("purpose=operation", 0),
        ("role=official", 1),
        ("role=subject", 0),
        ("since=2026-11-23", 1),
        ("since=2026-11-24", 0),
        ("until=2026-11-22", 0),
        ("since=2026-11-23&until=2026-11-23&purpose=dispute-review&role=official", 1),
    ],
)
def test_looks_can_be_filtered(person, client_of, now, query, found):
    look = official_looks(person, now)
    page = client_of(factories.auditor()).get(f"/audit/looks?{query}").content.decode()
    assert page.count(look.public_id) == found


@pytest.mark.parametrize(
    "query", ["since=2026-11-24&until=2026-11-23", "since=tomorrow", "purpose=curiosity", "role=x"]
)
def test_a_filter_that_makes_no_sense_is_told(client_of, query):
    response = client_of(factories.auditor()).get(f"/audit/looks?{query}")
    assert response.status_code == 422
    assert "govuk-error" in response.content.decode()


def test_a_page_number_from_nowhere_is_harmless(client_of):
    assert client_of(factories.auditor()).get("/audit/looks?page=x%00y").status_code == 200


@pytest.fixture
def portal_itself(person) -> Actor:
    """The part of the portal that writes reports, after a look at the person that it was ordered to take."""
    worker, now = system_actor(System.REPORTS), timezone.now()
    access.open_ground(GroundKind.ORDER, user=factories.user(), subject=person, about=Case(), by=worker, now=now)
    access.disclose(worker, person, Purpose.CERTIFIED_REPORT, about=Case(), now=now)
    return worker


def test_the_auditor_reads_the_portals_own_looks_in_words_only(portal_itself, client_of):
    page = client_of(factories.auditor()).get("/audit/looks").content.decode()
    assert "The portal, writing a report" in page
    assert "system:" not in page


def test_the_auditor_reads_what_the_portal_itself_was_refused_in_words_only(portal_itself, person, client_of):
    access.refuse(portal_itself, person, Purpose.OWN_RECORD, now=timezone.now())
    page = client_of(factories.auditor()).get("/audit/").content.decode()
    assert "The portal, writing a report" in page
    assert "system:" not in page


def test_the_auditor_sees_refused_looks(person, client_of):
    stranger = factories.user()
    client_of(stranger).get(f"/s/{person.public_id}/looks")
    page = client_of(factories.auditor()).get("/audit/").content.decode()
    assert stranger.public_id in page
    assert person.public_id in page


def test_the_ledgers_page_and_download_show_heads_that_anyone_can_check(person, now, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    official_looks(person)
    head = ledger.seal(now=now)
    assert head is not None
    page = Client().get("/ledger/").content.decode()
    assert bytes(head.root).hex() in page
    (key_id,) = checking_keys()
    assert key_id in page
    response = Client().get("/ledger/heads.ndjson")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == TreeHead.objects.count() == 1
    assert Head.parse(lines[0]).is_signed(checking_keys())
    assert json.loads(lines[0])["size"] == Entry.objects.count()


def test_an_empty_ledger_has_a_page_too():
    assert "Nothing has been signed yet." in Client().get("/ledger/").content.decode()
