"""A subject's overview: the mark, what is open, what is new, and who may read it."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import command_actor, system_actor
from credit.core.policy import Purpose, System
from credit.disputes import actions as disputes
from credit.disputes.rules import Complaint
from credit.reports import actions as reports
from credit.scoring import actions as scoring
from tests import factories
from tests.disputes.records import penalty

pytestmark = pytest.mark.django_db
SCHEME = Path(scoring.__file__).with_name("schemes") / "open-1.toml"


@pytest.fixture
def officers():
    scoring.publish(SCHEME, by="test", now=factories.SINCE)
    return factories.officer(), factories.officer()


@pytest.fixture
def owned(client_of):
    """A person's file, its owner, and a browser in which they have signed in."""
    subject = factories.person("测试乙")
    owner = factories.user(subject=subject)
    return subject, owner, client_of(owner, second_factor=False)


def record_on(subject, officers):
    return penalty(subject, submitted_by=officers[0], released_by=officers[1], now=timezone.now())


def page_of(subject):
    return reverse("pages:overview", args=[subject.public_id])


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_file_shows_that_there_is_no_mark_and_why(owned, officers):
    subject, _, browser = owned
    html = text(browser.get(page_of(subject)))
    assert '<span class="pm-mark__number">No mark yet</span>' in html
    assert "nobody gets a mark out of nothing" in html
    assert "600" not in html.replace(subject.public_id, "")
    assert "No public body has recorded anything on you here." in html
    assert "Nothing waits for you." in html


def test_a_record_stands_there_with_its_agency_and_its_points(owned, officers):
    subject, _, browser = owned
    record = record_on(subject, officers)
    html = text(browser.get(page_of(subject)))
    assert reverse("records:detail", args=[subject.public_id, record.public_id]) in html
    assert record.agency.name in html
    assert "What costs you most:" in html
    assert reverse("scoring:mark", args=[subject.public_id]) in html


def test_what_is_open_is_named_with_its_deadline(owned, officers):
    subject, owner, browser = owned
    record, now = record_on(subject, officers), timezone.now()
    permit = access.disclose(command_actor(owner), subject, Purpose.OWN_RECORD, now=now)
    filed = disputes.file(
        record.public_id, permit=permit, complaint=Complaint.WRONG_FACT, statement="Paid.", by=owner, now=now
    )
    html = text(browser.get(page_of(subject)))
    assert reverse("disputes:detail", args=[subject.public_id, filed.public_id]) in html
    assert "Answer due" in html
    assert "Disputed" in html


def test_a_report_in_the_making_is_open_too(owned, officers):
    subject, owner, browser = owned
    now = timezone.now()
    permit = access.disclose(command_actor(owner), subject, Purpose.CERTIFIED_REPORT, now=now)
    report = reports.order(permit, kind="summary", language="en", key="k1", by=owner, now=now)
    html = text(browser.get(page_of(subject)))
    assert reverse("reports:detail", args=[subject.public_id, report.public_id]) in html


def test_looks_of_others_are_named_and_ones_own_are_not(owned, officers):
    subject, owner, browser = owned
    assert "Nobody but you has looked yet." in text(browser.get(page_of(subject)))
    now = timezone.now()
    permit = access.disclose(command_actor(owner), subject, Purpose.CERTIFIED_REPORT, now=now)
    report = reports.order(permit, kind="summary", language="en", key="k2", by=owner, now=now)
    access.disclose(system_actor(System.REPORTS), subject, Purpose.CERTIFIED_REPORT, about=report, now=now)
    assert "The portal, writing a report" in text(browser.get(page_of(subject)))


def test_nobody_else_learns_that_the_file_exists(owned, officers, client_of):
    subject, _, _ = owned
    for stranger in (factories.user(), factories.official(), factories.auditor(), officers[0]):
        response = client_of(stranger).get(page_of(subject))
        assert response.status_code == 404
        assert "测试乙" not in response.content.decode()


def test_the_page_costs_the_same_for_few_records_and_for_many(owned, officers):
    subject, _, browser = owned

    def cost():
        browser.get(page_of(subject))  # the first call makes the look and the score; the second only shows them
        with CaptureQueriesContext(connection) as queries:
            text(browser.get(page_of(subject)))
        return len(queries)

    record_on(subject, officers)
    for_one = cost()
    for _ in range(7):
        record_on(subject, officers)
    assert cost() == for_one
