"""The pages of measures: what they say, exactly, to whom, and what they cost."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape

from credit.core.clock import business_date
from credit.measures.models import Measure, Objection
from credit.records import puttingright
from credit.scoring import actions as scoring
from credit.scoring.models import Score
from tests import factories
from tests.measures.conftest import make_world

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def pages(db, client_of):
    """A browser each: the owner's without a second factor, the officials' with one. Views live in the present."""
    world = make_world(timezone.now())
    world.own = client_of(world.owner, second_factor=False)
    world.desk = [client_of(official) for official in world.officials]
    return world


def url(world, name="list", *args):
    return reverse(f"measures:{name}", args=[world.subject.public_id, *args])


def text(response):
    return response.content.decode()


def desk(name, *args):
    return reverse(f"objections:{name}", args=args)


def test_the_page_says_what_will_start_when_why_and_how_to_object(pages):
    said = text(pages.own.get(url(pages)))
    measure = Measure.objects.get(entry__code="market-inspections")
    today = business_date(timezone.now())
    assert f"From {date_format(today + timedelta(days=7))}, Market Supervision Administration" in said
    assert f"Object until {date_format(today + timedelta(days=6))}" in said
    assert "Administrative penalty (Market Supervision Administration)" in said
    assert url(pages, "detail", measure.public_id) in said
    assert "<svg" in said
    assert 'role="img"' in said
    assert said.count("<path d=") >= 2


def test_the_page_never_shows_a_measure_whose_record_no_longer_counts(pages):
    pages.own.get(url(pages))
    for end in (puttingright.withhold, puttingright.strike):
        end(pages.record, reason="So.", by=pages.officials[0], now=timezone.now())
        said = text(pages.own.get(url(pages)))
        assert "What will start, unless you object" not in said
        assert "Called off" in said
        assert "<svg" not in said.partition("<main")[2].partition("</main")[0]


def test_nothing_follows_from_nothing(pages, client_of):
    other = factories.person()
    page = client_of(factories.user(subject=other), second_factor=False)
    said = text(page.get(reverse("measures:list", args=[other.public_id])))
    assert "Nothing follows from your record" in said


def test_objecting_from_the_page_to_the_answer(pages):
    pages.own.get(url(pages))
    measure = Measure.objects.get(entry__code="market-inspections")
    page = url(pages, "detail", measure.public_id)
    assert "Object to this measure" in text(pages.own.get(page))
    sent = pages.own.post(url(pages, "object", measure.public_id), {"reason": f"Too hard. {SCRIPT}"})
    assert sent.url == page
    said = text(pages.own.get(page))
    assert "Put off" in said
    assert SCRIPT not in said
    assert "Object to this measure" not in said
    objection = Objection.objects.get()
    first, second = pages.desk
    assert objection.public_id in text(first.get(desk("list")))
    before = text(first.get(desk("detail", objection.public_id)))
    assert "Too hard" not in before
    assert pages.subject.name not in before
    assert first.post(desk("take", objection.public_id)).status_code == 302
    seen = text(first.get(desk("detail", objection.public_id)))
    assert "Too hard" in seen
    assert SCRIPT not in seen
    assert pages.subject.name in seen
    assert "Too hard" not in text(second.get(desk("detail", objection.public_id)))
    answer = {"decision": "refuse", "reason": "The law leaves no choice."}
    assert second.post(desk("decide", objection.public_id), answer).status_code == 403
    assert first.post(desk("decide", objection.public_id), {}).status_code == 422
    assert first.post(desk("decide", objection.public_id), answer).status_code == 302
    told = text(pages.own.get(page))
    assert "The law leaves no choice." in told
    assert "The measure stays" in told
    assert "Answer</h2>" not in text(first.get(desk("detail", objection.public_id)))


def test_an_upheld_objection_ends_it_and_says_so(pages):
    objection = pages.take(pages.file())
    pages.decide(objection, uphold=True)
    said = text(pages.own.get(url(pages, "detail", objection.measure.public_id)))
    assert "You were right" in said
    assert "You objected, and an official found that you are right." in said


def test_an_objection_can_be_taken_back(pages):
    objection = pages.file()
    response = pages.own.post(url(pages, "withdraw", objection.public_id))
    assert response.status_code == 302
    assert "Taken back" in text(pages.own.get(response.url))


@pytest.mark.parametrize("reason", ["", " ", "x" * 2001])
def test_a_form_says_what_is_missing(pages, reason):
    measure = pages.measure(now=timezone.now())
    response = pages.own.post(url(pages, "object", measure.public_id), {"reason": reason})
    assert response.status_code == 422
    assert Objection.objects.count() == 0


def test_somebody_elses_measure_is_not_there(pages, client_of):
    measure = pages.measure(now=timezone.now())
    other = factories.person()
    stranger = client_of(factories.user(subject=other), second_factor=False)
    assert stranger.get(url(pages, "detail", measure.public_id)).status_code == 404
    assert stranger.get(reverse("measures:detail", args=[other.public_id, measure.public_id])).status_code == 404
    post = reverse("measures:object", args=[other.public_id, measure.public_id])
    assert stranger.post(post, {"reason": "Mine."}).status_code == 404


def test_the_record_says_what_follows_from_it_and_the_overview_what_is_coming(pages):
    record = text(pages.own.get(reverse("records:detail", args=[pages.subject.public_id, pages.record.public_id])))
    assert "Visa points: 10 fewer" in record
    overview = text(pages.own.get(reverse("pages:overview", args=[pages.subject.public_id])))
    assert "What will start, unless you object" in overview
    pages.file(now=timezone.now())
    assert "Your objection: Closer inspection" in text(
        pages.own.get(reverse("pages:overview", args=[pages.subject.public_id]))
    )


# What if


def kept():
    return [Measure.objects.count(), Score.objects.count(), Objection.objects.count()]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"event": "penalty:serious", "agency": "environment"}, ["No public tenders after a serious", "Visa points"]),
        ({"event": "listing"}, ["No public tenders", "No flights", "at the latest"]),
        ({"event": "band:D"}, ["Closer inspection in band D", "As long as your mark is in this band"]),
        ({"event": "band:AA"}, ["Fast lane at the company register"]),
        ({"event": "penalty:minor", "agency": "tax"}, ["Nothing new would follow"]),
    ],
)
def test_what_if_says_what_would_follow_and_keeps_nothing(pages, asked, said):
    pages.own.get(url(pages))
    before = kept()
    answer = text(pages.own.get(url(pages, "what-if"), asked))
    for words in said:
        assert words in answer
    assert kept() == before


def test_what_if_tells_the_mark_and_the_band_that_the_engine_would_give(pages, fact):
    said = text(pages.own.get(url(pages, "what-if"), {"event": "listing"}))
    fact(
        pages.subject,
        "courts",
        "court-judgment-debtors",
        -1000,
        category="judicial",
        valid_from=business_date(timezone.now()),
        valid_to=date(2099, 1, 1),
    )
    assert f"Your mark would be {scoring.mark_of(pages.permit(now=timezone.now()), now=timezone.now()).score}" in said


def test_what_if_comes_true(pages, fact):
    """What was foretold is what follows when it happens."""
    pages.own.get(url(pages))
    today = business_date(timezone.now())
    said = text(pages.own.get(url(pages, "what-if"), {"event": "penalty:serious", "agency": "environment"}))
    pages.own.get(url(pages))
    before = set(Measure.objects.values_list("pk", flat=True))
    penalty = {"category": "environment", "mark": "serious", "valid_from": today, "valid_to": date(2099, 1, 1)}
    fact(pages.subject, "environment", "double-publicity-penalty", -1000, **penalty)
    pages.own.get(url(pages))
    new = Measure.objects.exclude(pk__in=before).filter(record__isnull=False).select_related("entry")
    assert {one.entry.code for one in new} == {"penalty-tender", "visa-points-company"}
    for one in new:
        assert escape(one.entry.name) in said
        assert date_format(one.starts_on) in said


@pytest.mark.parametrize(
    "asked", [{"event": "nonsense"}, {"event": "penalty:serious"}, {"event": "penalty:serious", "agency": "nobody"}]
)
def test_an_event_that_cannot_be_is_refused_in_a_sentence(pages, asked):
    response = pages.own.get(url(pages, "what-if"), asked)
    assert response.status_code == 422
    assert "Choose" in text(response) or "Select a valid choice" in text(response)


# Everybody


def test_anyone_reads_the_published_list_and_takes_it_away(pages):
    page = text(Client().get("/measures"))
    assert "No flights, no high-speed trains, no luxury" in page
    assert "List of judgment debtors: listed." in page
    assert "7 days after the notice." in page
    version = text(Client().get("/measures/national/1"))
    assert "SHA-256" in version
    assert Client().get("/measures/national/2").status_code == 404
    data = json.loads(Client().get("/measures.json").content)
    assert [one["code"] for one in data["lists"]] == ["national"]
    first = data["lists"][0]["measures"][0]
    assert first["words"]["zh-hans"]["name"] == "限制高消费"
    assert first["when"]["notations"] == ["court-judgment-debtors"]


def test_without_a_list_the_pages_say_so(db):
    assert "No list is published yet" in text(Client().get("/measures"))


def test_chinese_pages_have_no_english(pages):
    pages.own.cookies["django_language"] = "zh-hans"
    measure = pages.measure(now=timezone.now())
    for page in (url(pages), url(pages, "detail", measure.public_id), url(pages, "what-if")):
        main = text(pages.own.get(page)).partition("<main")[2].partition("</main")[0]
        assert "Closer inspection" not in main
        assert "What follows" not in main


# What it costs


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_for_many(pages, fact, rows):
    for _ in range(rows):
        fact(pages.subject, "market-supervision", "double-publicity-penalty", -1000, valid_to=date(2099, 1, 1))
    pages.own.get(url(pages))
    with CaptureQueriesContext(connection) as queries:
        response = pages.own.get(url(pages))
    assert response.status_code == 200
    assert len(queries) <= 40
    COSTS.setdefault("page", len(queries))
    assert len(queries) == COSTS["page"]


COSTS: dict[str, int] = {}


@pytest.mark.parametrize("rows", [1, 30])
def test_the_desk_costs_the_same_for_many(pages, fact, rows, django_assert_num_queries):
    for _ in range(rows):
        fact(pages.subject, "market-supervision", "double-publicity-penalty", -1000, valid_to=date(2099, 1, 1))
    now = timezone.now()
    for measure in [one for one in pages.asked(now) if one.entry.code == "market-inspections"]:
        pages.file(measure, now=now)
    first = pages.desk[0]
    first.get(desk("list"))
    with django_assert_num_queries(8):
        first.get(desk("list"))
