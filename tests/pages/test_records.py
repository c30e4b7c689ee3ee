"""A subject's records: grouped, filtered, paged, with what they cost; and what the portal said earlier."""

import io
import json
import re
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.clock import business_date, zone
from credit.core.policy import Purpose
from credit.records import actions, merging
from credit.records.models import Record, RecordVersion, Submission
from credit.records.notations import all_notations
from credit.scoring import actions as scoring
from credit.subjects.models import SubjectIdentifier
from credit.subjects.rules import Move
from credit.vault import actions as vault
from tests import factories
from tests.disputes.records import penalty
from tests.scoring.conftest import OPEN_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Records are delivered before the page is opened."""
    return timezone.now() - timedelta(days=60)


@pytest.fixture
def scheme():
    return scoring.publish(OPEN_1, by="test", now=factories.SINCE)


@pytest.fixture
def person():
    return factories.person("测试丙")


@pytest.fixture
def reader(client_of, person):
    return client_of(factories.user(subject=person), second_factor=False)


@pytest.fixture
def state(now):
    """An agency states something: `state(subject, agency="tax", …)`; dates are days from today."""
    numbers = iter(range(1, 10_000))

    def stated(subject, *, agency="market-supervision", notation="double-publicity-penalty", **facts):
        body = factories.agency(agency)
        number = next(numbers)
        today = business_date(timezone.now())
        since, until = facts.pop("since", -100), facts.pop("until", 300)
        document = facts.pop("document", f"doc-{number:04d}")
        at = facts.pop("at", now)
        record = Record.objects.create(
            subject=subject, agency=body, notation=notation, document=document, created_at=at
        )
        usual = {"kind": all_notations()[notation].kind, "category": body.profile.category, "value": -500}
        RecordVersion.objects.create(
            record=record,
            subject=subject,
            number=1,
            recorded_at=at,
            cause="dispute",
            valid_from=today + timedelta(days=since),
            valid_to=None if until is None else today + timedelta(days=until),
            **{**usual, "mark": "general", **facts},
        )
        return record

    return stated


def list_of(reader, subject, query="", status=200):
    response = reader.get(reverse("records:list", args=[subject.public_id]) + query)
    assert response.status_code == status
    return response


def page_of(reader, record, query="", status=200):
    response = reader.get(reverse("records:detail", args=[record.subject.public_id, record.public_id]) + query)
    assert response.status_code == status
    return response


def text(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def shown(response):
    """The documents on the page, in their order."""
    return re.findall(r"doc-\d{4}", response.content.decode())


def test_records_stand_under_their_agency_with_mark_points_and_days(scheme, person, reader, state):
    state(person, value=-500, until=None)
    state(person, agency="tax", notation="tax-grade", mark="A", value=1000)
    html = text(list_of(reader, person))
    tax, market = html.index('id="held-tax"'), html.index('id="held-market-supervision"')
    assert market < tax
    for words in ("Taxpayer credit grade", "+120.0", "Administrative penalty", "No end", "In force"):
        assert words in html


def test_what_has_ended_or_was_removed_stands_apart_and_costs_nothing(scheme, person, reader, state):
    held, ended, removed = state(person), state(person, since=-500, until=-10), state(person)
    actions.strike(removed, reason="Another person.", by=factories.official(), now=timezone.now())
    response = list_of(reader, person)
    html = text(response)
    assert shown(response) == [held.document, ended.document, removed.document]
    assert html.index(held.document) < html.index('id="ended"') < html.index(ended.document)
    assert html.index(ended.document) < html.index('id="removed"') < html.index(removed.document)
    page = text(page_of(reader, ended))
    assert "It costs nothing." in page
    assert "It has ended." in page
    assert "nobody else" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "0123456"),
        ("?agency=tax", "1"),
        ("?kind=tax-grade", "1"),
        ("?state=counts", "012"),
        ("?state=disputed", "2"),
        ("?state=withheld", "3"),
        ("?state=not-yet", "4"),
        ("?state=ended", "5"),
        ("?state=removed", "6"),
        ("?q=DOC-0002", "1"),
        ("?q=unpaid+wages", "2"),
        ('?q=said+"no"', "3"),
        ("?q=facts", ""),
        ("?q=%25", ""),
        ("?agency=tax&state=ended", ""),
        ("?state=ended&q=doc", "5"),
    ],
)
def test_filters_and_search_find_what_they_name(scheme, person, reader, state, query, expected):
    records = [
        state(person),
        state(person, agency="tax", notation="tax-grade", value=1000, mark="A"),
        state(person, disputed=True, details={"facts": "Unpaid wages"}),
        state(person, withheld=True, details={"facts": 'They said "no"'}),
        state(person, since=5),
        state(person, since=-500, until=-10),
        state(person),
    ]
    actions.strike(records[6], reason="Another person.", by=factories.official(), now=timezone.now())
    response = list_of(reader, person, query)
    assert sorted(shown(response)) == sorted(records[int(n)].document for n in expected)
    assert ("No record fits this." in text(response)) is not expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("绿", "0"),
        ("Green", "0"),
        ("严重", "1"),
        ("serious", "1"),
        ("税务", "2"),
        ("tax service", "2"),
        ("blue", ""),
    ],
)
def test_search_finds_what_pages_call_it_in_either_language(scheme, person, reader, state, words, expected):
    records = [
        state(person, agency="environment", notation="environment-colour", mark="Green"),
        state(person, mark="serious"),
        state(person, agency="tax", notation="tax-grade", mark="A"),
    ]
    found = shown(list_of(reader, person, f"?q={words}"))
    assert sorted(found) == sorted(records[int(n)].document for n in expected)


def test_the_states_say_how_many_there_are(scheme, person, reader, state):
    state(person)
    state(person, disputed=True)
    state(person, since=-500, until=-10)
    html = text(list_of(reader, person, "?q=nothing"))
    numbers = dict(re.findall(r">([A-Z][a-z ]+) <span class=\"pm-number\">(\d+)</span></a>", html))
    assert numbers == {"All": "3", "Count now": "2", "Disputed": "1", "Ended": "1"}


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", "210"), ("ending", "102"), ("worst", "021"), ("agency", "210"), ("", "210")]
)
def test_records_stand_in_the_order_that_is_asked_for(scheme, person, reader, state, sort, order):
    records = [
        state(person, since=-300, until=200, value=-1000),
        state(person, since=-200, until=100, value=500),
        state(person, since=-100, until=None, value=-150),
    ]
    assert shown(list_of(reader, person, f"?sort={sort}")) == [records[int(n)].document for n in order]


def test_pages_hold_25_and_their_links_keep_the_filter(scheme, person, reader, state):
    for _ in range(30):
        state(person)
    first = list_of(reader, person, "?state=counts&sort=newest&q=doc")
    assert len(shown(first)) == 25
    link = re.search(r'href="(\?[^"]*page=2[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    assert {"state=counts", "sort=newest", "q=doc"} <= set(link[1:].split("&"))
    second = list_of(reader, person, link)
    assert len(shown(second)) == 5
    assert not set(shown(first)) & set(shown(second))
    for number in ("0", "99", "-1", "x"):
        assert shown(list_of(reader, person, f"?page={number}"))


def test_the_way_to_a_record_and_back_keeps_the_filter(scheme, person, reader, state):
    record = state(person)
    query = "?state=counts&q=doc"
    html = list_of(reader, person, query).content.decode().replace("&amp;", "&")
    address = reverse("records:detail", args=[person.public_id, record.public_id]) + query
    assert f'href="{address}"' in html
    back = reverse("records:list", args=[person.public_id]) + query
    assert f'href="{back}"' in reader.get(address).content.decode().replace("&amp;", "&")


def test_nothing_on_record_is_nothing_bad(scheme, person, reader):
    html = text(list_of(reader, person))
    assert "No public body has delivered a record on you." in html
    assert '<form class="pm-search' not in html


@pytest.mark.parametrize("query", ["?on=2999-01-01", "?on=yesterday", "?agency=nobody", "?q=%00"])
def test_what_can_not_be_answered_shows_no_record_but_says_why(scheme, person, reader, state, query):
    state(person)
    response = list_of(reader, person, query, status=422)
    assert "There is a problem" in text(response)
    assert shown(response) == []


def test_the_list_works_before_any_scheme_is_published(person, reader, state):
    record = state(person)
    assert shown(list_of(reader, person)) == [record.document]
    assert "What it costs you" not in text(page_of(reader, record))


@pytest.mark.parametrize("query", ["", "?q=doc&state=counts", "?on={day}"])
def test_the_list_costs_the_same_for_one_record_and_for_60(scheme, client_of, state, query):
    costs = []
    for rows in (1, 60):
        subject = factories.person(f"测试{rows}")
        for _ in range(rows):
            state(subject, details={"facts": "x"})
        reader = client_of(factories.user(subject=subject), second_factor=False)
        asked = query.format(day=business_date(timezone.now() - timedelta(days=1)))
        list_of(reader, subject, asked)
        with CaptureQueriesContext(connection) as captured:
            list_of(reader, subject, asked)
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert costs[0] < 30


def test_a_record_says_what_it_costs_when_it_ends_and_what_can_be_done(scheme, person, reader, state):
    page = text(page_of(reader, state(person, mark="serious", value=-1000, until=400)))
    for words in (
        "points from the mark.",
        "It weighs a little less every day",
        "It ends by itself",
        "a serious one for 1 to 3 years",
        "You can ask for repair from",
        "If it is wrong: dispute it",
        "Nobody but you has opened your records",
    ):
        assert words in page


def test_a_category_at_its_limit_is_said(scheme, person, reader, state):
    records = [state(person, mark="serious", value=-1000) for _ in range(4)]
    assert "can cost at most" in text(page_of(reader, records[0]))


def test_who_has_seen_it_counts_looks_since_it_is_there(scheme, person, reader, state, now):
    record = state(person)
    operator = command_actor(factories.operator())
    access.disclose(operator, person, Purpose.OPERATION, now=now - timedelta(hours=1))
    assert "Nobody but you" in text(page_of(reader, record))
    for hours in range(1, 8):
        access.disclose(operator, person, Purpose.OPERATION, now=now + timedelta(hours=hours))
    page = text(page_of(reader, record))
    assert "opened your records 7 times" in page
    assert page.count("To run the portal.") == 5
    assert "operator " not in page


def test_officers_are_never_named(scheme, reader, person):
    first, second = factories.officer(), factories.officer()
    record = penalty(person, submitted_by=first, released_by=second, now=timezone.now())
    for page in (text(list_of(reader, person)), text(page_of(reader, record))):
        assert "penalties.csv" in page
        assert first.name not in page
        assert second.name not in page
    assert "By a second officer of Market Supervision Administration" in text(page_of(reader, record))


def test_a_file_that_is_named_after_somebodys_number_hides_it(scheme, reader, person):
    record = penalty(person, submitted_by=factories.officer(), released_by=factories.officer(), now=timezone.now())
    Submission.objects.update(filename="penalties-20261101-11010119630617309X.csv")
    for page in (text(list_of(reader, person)), text(page_of(reader, record))):
        assert "11010119630617309X" not in page
        assert "penalties-20261101-1101" in page


# What the portal said earlier


@pytest.fixture
def history(person, state, now):
    """Five records with a past: moments at which something changed, and the records."""
    at = [now + timedelta(days=days) for days in (0, 10, 20, 30)]
    official = factories.official()
    records = {
        "kept": state(person, at=at[0]),
        "corrected": state(person, at=at[0]),
        "removed": state(person, at=at[0]),
        "later": state(person, at=at[2]),
        "withheld": state(person, at=at[0], withheld=True),
    }
    actions.correct(records["corrected"], mark="minor", reason="A warning.", by=official, now=at[1])
    actions.strike(records["removed"], reason="Another person.", by=official, now=at[2])
    actions.flag_disputed(records["kept"], disputed=True, by=official, now=at[3])
    return records, at


def explained(person, moment, monkeypatch):
    held = SubjectIdentifier.objects.get(subject=person)
    typed = f"{held.kind}:{vault.decrypt_identifier(held.kind, bytes(held.token))}"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    out, by = io.StringIO(), factories.operator().email
    call_command("explain", "-", "--known-at", moment.isoformat(), "--json", "--by", by, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("days", [-1, 0, 5, 10, 15, 20, 25, 30, 45])
def test_an_earlier_day_shows_exactly_what_explain_knows(scheme, person, reader, history, now, days, monkeypatch):
    records, _at = history
    day = business_date(now + timedelta(days=days))
    end = datetime.combine(day, datetime.max.time(), zone())
    html = list_of(reader, person, f"?on={day}").content.decode()
    linked = set(re.findall(r"/records/([0-9A-Z-]{14})\?", html))
    known = {row["id"]: row for row in explained(person, end, monkeypatch)["records"]}
    withheld = {records["withheld"].public_id} if days >= 0 else set()
    assert linked - withheld == set(known)
    assert withheld <= linked
    for record in records.values():
        if record.public_id in known:
            page = text(page_of(reader, record, f"?on={day}"))
            row = known[record.public_id]
            assert ("<strong>minor</strong>" in page) is (row["value"] == -150)
            assert (">Disputed<" in page.replace(" ", "")) is row["disputed"]


def test_one_second_before_and_after_a_change(scheme, person, reader, history):
    records, at = history
    record = records["corrected"]
    moment = at[1].astimezone(zone())
    before, after = moment - timedelta(seconds=1), moment + timedelta(seconds=1)
    said = {
        asked: text(page_of(reader, record, f"?on={asked:%Y-%m-%d}&at={asked:%H:%M:%S}")) for asked in (before, after)
    }
    assert "<strong>general</strong>" in said[before]
    assert "<strong>minor</strong>" not in said[before]
    assert "The mark changed from general to minor." not in said[before]
    assert "The mark changed from general to minor." in said[after]


def test_the_mark_is_that_of_the_day_by_what_was_known_then(scheme, person, reader, history, now):
    day = business_date(now + timedelta(days=5))
    end = datetime.combine(day, datetime.max.time(), zone())
    permit = access.disclose(command_actor(factories.operator()), person, Purpose.OPERATION, now=timezone.now())
    then = scoring.mark_of(permit, now=timezone.now(), as_of=day, known_at=end)
    html = text(list_of(reader, person, f"?on={day}"))
    assert f"your mark of that day is <strong>{then.score}</strong>, band {then.band}." in html
    assert set(re.findall(r"(−\d+\.\d)</span> </td>", html)) == {line.signed for line in then.lines}


def test_a_record_that_went_home_to_another_file_is_told_of_from_its_days_in_this_one(
    scheme, person, reader, state, now
):
    """Two files were one for ten days. What the list of such a day shows can be opened, and is exported."""
    other = factories.person("测试丁")
    record = state(other, at=now)
    pair = merging.note_pair(person, other, source="", by=None, now=now)
    officials = factories.official(), factories.official()

    def move(made, by, days, **said):
        at = now + timedelta(days=days)
        merging.look_at(pair.public_id, by=by, now=at)
        pair.refresh_from_db()
        merging.move(pair.public_id, made, reason="x", by=by, now=at, seen=pair.steps_taken, **said)

    move(Move.PROPOSE, officials[0], 1, survivor=person.public_id)
    move(Move.CONFIRM, officials[1], 2)
    move(Move.PROPOSE_UNDO, officials[0], 11)
    move(Move.CONFIRM_UNDO, officials[1], 12)
    day = business_date(now + timedelta(days=5))
    address = reverse("records:detail", args=[person.public_id, record.public_id])
    assert f"{address}?on={day}" in text(list_of(reader, person, f"?on={day}"))
    page = reader.get(f"{address}?on={day}")
    assert page.status_code == 200
    assert record.document in page.content.decode()
    assert reader.get(address).status_code == 404
    assert reader.get(f"{address}?on={business_date(now + timedelta(days=20))}").status_code == 404
    tree = reader.get(reverse("records:json", args=[person.public_id])).json()
    (exported,) = [one for one in tree["records"] if one["record"] == record.public_id]
    assert [version["version"] for version in exported["versions"]] == [2]


def test_the_banner_is_there_and_leads_back(scheme, person, reader, history, now):
    records, _at = history
    day = business_date(now + timedelta(days=5))
    here = reverse("records:list", args=[person.public_id])
    assert "An earlier day" not in text(list_of(reader, person))
    html = text(list_of(reader, person, f"?on={day}"))
    assert "An earlier day" in html
    assert f'href="{here}"' in html
    page = text(page_of(reader, records["kept"], f"?on={day}"))
    assert "An earlier day" in page
    assert "If it is wrong" not in page


def test_what_was_not_said_then_is_not_there(scheme, person, reader, history, now):
    records, _at = history
    early = business_date(now + timedelta(days=5))
    late = business_date(now + timedelta(days=25))
    page_of(reader, records["later"], f"?on={early}", status=404)
    page_of(reader, records["removed"], f"?on={late}", status=404)
    page_of(reader, records["removed"], f"?on={early}")
    page_of(reader, records["kept"], "?on=2999-01-01", status=422)
    nothing = text(list_of(reader, person, f"?on={business_date(now - timedelta(days=2))}"))
    assert "The portal knew nothing of you then." in nothing


def test_looks_after_the_earlier_day_are_not_told(scheme, person, reader, history, now):
    records, _at = history
    access.disclose(command_actor(factories.operator()), person, Purpose.OPERATION, now=now + timedelta(days=8))
    query = "?on={}"
    before = query.format(business_date(now + timedelta(days=5)))
    after = query.format(business_date(now + timedelta(days=9)))
    assert "Nobody but you" in text(page_of(reader, records["kept"], before))
    assert "once" in text(page_of(reader, records["kept"], after))


def test_nobody_else_asks_what_was_said_earlier(scheme, person, history, client_of):
    records, _at = history
    for stranger in (factories.user(subject=factories.person("别人")), factories.official(), factories.officer()):
        client = client_of(stranger)
        list_of(client, person, "?on=2026-11-01", status=404)
        page_of(client, records["kept"], "?on=2026-11-01", status=404)


def test_the_pages_speak_chinese(scheme, person, reader, state):
    record = state(person)
    chinese = {"accept-language": "zh-hans"}
    html = reader.get(reverse("records:list", args=[person.public_id]), headers=chinese).content.decode()
    page = reader.get(
        reverse("records:detail", args=[person.public_id, record.public_id]), headers=chinese
    ).content.decode()
    assert "您的记录" in html
    assert "信用修复" in page
