"""Too few records for a mark: every page says so, and none makes a number up."""

import pytest
from django.urls import reverse
from django.utils import timezone

from credit.scoring import actions as scoring
from tests import factories
from tests.disputes.records import penalty
from tests.reports.world import SCHEME

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(client_of):
    """A person with one record, under a scheme that asks for two."""
    text = SCHEME.read_text().replace("threshold = 1", "threshold = 2")
    scoring.publish(text.encode(), by="test", now=factories.SINCE)
    subject = factories.person()
    officers = factories.officer(), factories.officer()
    record = penalty(subject, submitted_by=officers[0], released_by=officers[1], now=timezone.now())
    return subject, record, client_of(factories.user(subject=subject))


def page(file, name, *more):
    subject, _record, client = file
    response = client.get(reverse(name, args=[subject.public_id, *more]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", ["pages:overview", "scoring:mark", "scoring:history", "scoring:what-if"])
def test_there_is_no_number_that_stands_for_one(file, name):
    text = page(file, name)
    assert "600" not in text.replace(file[0].public_id, "").replace(file[1].public_id, "")
    assert "No mark" in text or "no mark" in text


@pytest.mark.parametrize("name", ["pages:overview", "scoring:mark"])
def test_it_is_said_why_and_what_others_see(file, name):
    text = page(file, name)
    assert "There is no mark before 2 records count" in text
    assert "Now 1 counts." in text
    assert "Whoever may look sees that there is no mark" in text


def test_what_counts_so_far_is_listed_and_adds_up_to_nothing(file):
    text = page(file, "scoring:mark")
    assert "adds up to none" in text
    assert file[1].public_id in text
    assert "What costs you most" not in text


def test_the_page_of_a_record_does_not_say_what_it_costs(file):
    text = page(file, "records:detail", file[1].public_id)
    assert "there is no mark yet: too few records do" in text
    assert "points from the mark" not in text
