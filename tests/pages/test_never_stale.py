"""Marks fade daily: whatever was kept, no page, report, export or command ever tells a mark that days or changes
overtook."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import system_actor
from credit.core.clock import business_date
from credit.core.policy import Purpose, System
from credit.reports.content import Kind
from credit.reports.gathering import gather
from credit.scoring.actions import mark_of, scheme_in_force
from credit.scoring.models import Score
from credit.subjects.models import Subject
from portal.export import everything
from tests import factories
from tests.portal.test_export import typed
from tests.reports.world import make_world

pytestmark = pytest.mark.django_db
STALE = 987
"""A mark that this file never has."""
PAGES = ("pages:overview", "scoring:mark", "scoring:document", "scoring:what-if", "scoring:review", "records:list")


def overtaken_by_days(today, revision):
    yesterday = today - timedelta(days=1)
    return {"since": yesterday, "as_of": yesterday, "stale_from": today, "revision": revision}


def overtaken_by_a_change(today, revision):
    return {"since": today, "as_of": today, "stale_from": today + timedelta(days=1), "revision": revision - 1}


@pytest.fixture(params=[overtaken_by_days, overtaken_by_a_change])
def world(request):
    """A file whose kept mark is a wrong one, and has been overtaken."""
    made = make_world(timezone.now() - timedelta(minutes=5))
    revision = Subject.objects.get(pk=made.subject.pk).revision
    today = business_date(timezone.now())
    kept = {"scheme": scheme_in_force(today), "total": STALE, "band": "AAA", "computed_at": made.now}
    Score.objects.create(subject=made.subject, **kept, **request.param(today, revision))
    return made


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_it(world, client_of, page):
    text = client_of(world.owner).get(reverse(page, args=[world.subject.public_id])).content.decode()
    assert str(STALE) not in text.replace(world.subject.public_id, "").replace(world.record.public_id, "")


def test_the_page_of_a_record_does_not_either(world, client_of):
    page = reverse("records:detail", args=[world.subject.public_id, world.record.public_id])
    assert f">{STALE}<" not in client_of(world.owner).get(page).content.decode()


def test_the_history_tells_it_as_what_it_was(world, client_of):
    page = reverse("scoring:history", args=[world.subject.public_id])
    text = client_of(world.owner).get(page).content.decode()
    assert f'<span class="pm-mark__number">{STALE}</span>' not in text
    assert f"from {STALE} to" in " ".join(text.split())


@pytest.mark.parametrize("kind", Kind)
def test_no_report_tells_it(world, kind):
    now = timezone.now()
    order = world.order(kind=kind)
    permit = access.disclose(
        system_actor(System.REPORTS), world.subject, Purpose.CERTIFIED_REPORT, about=order, now=now
    )
    content = gather(order, permit, now=now)
    assert content.score == mark_of(world.permit(), now=now).score != STALE
    assert content.as_of == business_date(now).isoformat()


def test_no_export_tells_it_as_current(world):
    tree = everything(world.permit(), now=timezone.now()).tree
    assert tree["recalculation"]["answer"]["score"] != STALE
    assert [row["mark"] for row in tree["marks"] if row["current"]] == [tree["recalculation"]["answer"]["score"]]


def test_no_command_tells_it(world):
    out = io.StringIO()
    by = factories.operator().email
    call_command("explain", typed(world.subject), "--json", "--by", by, "--purpose", "operation", stdout=out)
    assert json.loads(out.getvalue())["answer"]["score"] != STALE
