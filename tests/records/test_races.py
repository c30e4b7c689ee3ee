"""Two officers, or two deliveries, at the same moment: exactly one outcome."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from credit.core.errors import Conflict
from credit.records import actions
from credit.records.models import Record, RecordVersion, Submission
from tests import factories
from tests.records.files import rating, ratings

DAY = timedelta(days=1)
db = pytest.mark.django_db


def test_two_releases_at_once_have_one_outcome(committed, office):
    desk = office()
    third = factories.officer("tax")
    made = desk.deliver(ratings(*(rating(700 + n, document=f"race{n}") for n in range(30))))
    start, outcomes = threading.Barrier(2), []

    def release(officer):
        try:
            start.wait()
            actions.release(made.public_id, by=officer, now=desk.now)
            outcomes.append("released")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=release, args=[officer]) for officer in (desk.second, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "released"]
    assert RecordVersion.objects.filter(submission=made).count() == 30


def test_two_deliveries_of_the_same_records_at_once_keep_one_record_each(committed, office):
    desk = office()
    rows = [rating(800 + n, document=f"twice{n}") for n in range(30)]
    made = [desk.deliver(ratings(*rows)), desk.deliver(ratings(*reversed(rows)))]
    start, errors = threading.Barrier(2), []

    def release(submission):
        try:
            start.wait()
            desk.release(submission)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must say it
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=release, args=[submission]) for submission in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Record.objects.filter(document__startswith="twice").count() == 30
    done = Submission.objects.filter(pk__in=[submission.pk for submission in made])
    assert sorted(done.values_list("records_new", "records_same")) == [(0, 30), (30, 0)]
