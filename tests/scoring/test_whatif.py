"""What if …: the same engine on other facts, and not one row is written for it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from credit.scoring import actions
from credit.scoring.actions import mark_of
from credit.scoring.models import Draft, Score
from credit.scoring.whatif import Asked, Present, What
from tests import factories
from tests.scoring.conftest import OPEN_1
from tests.scoring.test_history import TAX

TODAY = date(2026, 11, 23)


@pytest.fixture
def world(scheme, state, look):
    """A company with a penalty that fades, one that is disputed, and a good rating."""
    company = factories.company()
    records = {
        "penalty": state(company, value=-1000, mark="serious", valid_to=date(2028, 1, 1)),
        "disputed": state(company, value=-500, mark="general", valid_to=date(2026, 12, 31), disputed=True),
        "rating": state(company, **TAX, value=400, mark="B"),
    }
    return company, {name: record.public_id for name, record in records.items()}, look(company)


def ask(world, now, wanted=None, **asked):
    _, names, permit = world
    answer = Present(permit, now=now).answer(
        Asked({names[key]: What(what) for key, what in (wanted or {}).items()}, **asked)
    )
    if answer.now.score is not None and answer.then.score is not None:
        assert sum(one.line.tenths for one in answer.lines) == (answer.then.score - answer.now.score) * 10
    assert all(one.why for one in answer.lines)
    return answer


def test_nothing_asked_is_nothing_changed(world, now):
    answer = ask(world, now)
    assert (answer.points, list(answer.lines)) == ("0", [])
    assert answer.now.score == answer.then.score == mark_of(world[2], now=now).score


def test_without_a_record_is_the_mark_of_a_file_that_never_had_it(world, now, state, look):
    answer = ask(world, now, {"penalty": "without"})
    other = factories.company()
    state(other, value=-500, mark="general", valid_to=date(2026, 12, 31))
    state(other, **TAX, value=400, mark="B")
    assert answer.then.score == mark_of(look(other), now=now).score
    assert {one.why for one in answer.lines if one.entry} == {"In this what-if it isn't there."}


def test_a_repair_is_for_the_day_on_which_it_is_possible(world, now):
    answer = ask(world, now, {"penalty": "repaired"})
    assert answer.then.as_of == date(2027, 1, 1)  # twelve months after the decision of a serious one
    assert world[1]["penalty"] not in [line.record for line in answer.then.lines]
    early = ask(world, now, {"penalty": "repaired"}, on=date(2026, 12, 1))
    assert [offer.line.record for offer in early.too_early] == [world[1]["penalty"]]
    assert world[1]["penalty"] in [line.record for line in early.then.lines]


def test_a_later_day_is_the_mark_of_that_day(world, now):
    day = date(2027, 6, 1)
    answer = ask(world, now, on=day)
    assert answer.then.score == mark_of(world[2], now=now, as_of=day).score
    assert {one.why for one in answer.lines if one.entry} == {
        "By then it is older, so it weighs less.",
        "By then it has ended by itself.",
    }


def test_an_upheld_dispute_is_offered_where_there_is_one_and_removes_the_record(world, now):
    _, names, permit = world
    offers = Present(permit, now=now).offers
    assert What.UPHELD in offers[names["disputed"]].can
    assert What.UPHELD not in offers[names["penalty"]].can
    assert list(offers[names["rating"]].can) == [What.WITHOUT]
    answer = ask(world, now, {"disputed": "upheld"})
    assert answer.then.score == mark_of(permit, now=now).without_disputed[0]
    assert ask(world, now, {"penalty": "upheld"}).points == "0"  # no dispute, nothing upheld


def test_several_things_at_once(world, now):
    both = ask(world, now, {"penalty": "without", "disputed": "upheld"}, on=date(2027, 1, 1))
    assert [line.record for line in both.then.lines] == [world[1]["rating"]]
    assert both.then.score == 600 + 48


def test_taking_the_last_record_away_is_no_mark(scheme, state, look, now):
    subject = factories.person()
    name = state(subject).public_id
    answer = Present(look(subject), now=now).answer(Asked({name: What.WITHOUT}))
    assert answer.then.score is None
    assert answer.points == ""


def other_rules(version=2, starts="2027-02-01", base="base = 650"):
    text = OPEN_1.read_text().replace("version = 1", f"version = {version}").replace("2026-01-01", starts, 1)
    return text.replace("base = 600", base)


def test_an_announced_scheme_can_be_tried_and_counts_by_itself_from_its_day_on(world, now):
    announced = actions.publish(other_rules().encode(), by="test", now=now)
    tried = ask(world, now, scheme=announced.public_id)
    assert tried.then.scheme == announced
    assert tried.then.score == tried.now.score + 50
    assert ask(world, now, on=date(2027, 2, 1)).then.scheme == announced
    assert ask(world, now, on=date(2027, 1, 31)).then.scheme.version == 1


def draft_of(now, status):
    from credit.scoring.schemefile import read_scheme

    text = other_rules()
    file = read_scheme(text.encode())
    return Draft.objects.create(
        code="open",
        version=2,
        document=file.tree,
        text=text,
        sha256="0" * 64,
        in_force_from=file.in_force_from,
        status=status,
        drafted_by=factories.user(),
        drafted_at=now,
        **({} if status == "draft" else {"assessed_sha256": "0" * 64, "assessed_at": now}),
    )


def test_a_draft_can_be_tried_once_it_was_assessed(world, now):
    draft = draft_of(now, "assessed")
    tried = ask(world, now, scheme=f"draft-{draft.public_id}")
    assert tried.then.score == tried.now.score + 50


def test_a_draft_that_is_still_being_written_cannot(world, now):
    draft_of(now, "draft")
    assert Present(world[2], now=now).to_try == {}


def everything():
    """Every row of every table, but the session, which says when it was last used."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "django_session"]
        rows = {}
        for name in tables:
            cursor.execute(
                f'SELECT md5(coalesce(string_agg(row::text, chr(10) ORDER BY row::text), $$$$)) FROM "{name}" row'
            )
            rows[name] = cursor.fetchone()[0]
    return rows


def test_a_what_if_writes_nothing_but_the_look(world, client_of):
    company, names, _ = world
    client = client_of(factories.user(subject=company))
    url = reverse("scoring:what-if", args=[company.public_id])
    asked = {
        names["penalty"]: "without",
        names["disputed"]: "upheld",
        "on": (timezone.now().date() + timedelta(days=40)).isoformat(),
    }
    before = everything()
    assert "Your mark would be" in client.get(url, asked).content.decode()
    looked = everything()
    changed = {name for name in looked if looked[name] != before[name]}
    assert changed <= {"access_disclosure", "ledger_entry", "ledger_opening", "ledger_pending"}
    assert not Score.objects.filter(subject=company).exists()
    client.get(url, asked | {names["rating"]: "without"})
    assert everything() == looked


def page(client, url, asked, **headers):
    response = client.get(url, asked, headers=headers)
    return response.status_code, " ".join(response.content.decode().split())


def test_the_page_answers_in_both_languages_and_refuses_what_cannot_be(world, client_of):
    company, names, _ = world
    client = client_of(factories.user(subject=company))
    url = reverse("scoring:what-if", args=[company.public_id])
    status, text = page(client, url, {})
    assert (status, "Your mark would be" in text) == (200, False)
    assert names["penalty"] in text
    status, text = page(client, url, {names["penalty"]: "without"})
    assert (status, text.count('role="img"')) == (200, 2)
    for said in ('id="now-title"', 'id="then-title"', "The difference, line by line"):
        assert said in text
    assert "style=" not in text
    _, chinese = page(client, url, {names["penalty"]: "without"}, **{"accept-language": "zh-hans"})
    assert "逐行" in chinese
    for wrong in (
        {"on": "2020-01-01"},
        {"on": "soon"},
        {names["penalty"]: "upheld"},
        {"scheme": "none"},
        {"on": "2190-01-01"},
    ):
        assert page(client, url, wrong)[0] == 422
    assert (
        page(client, url, {"ZZZZ-ZZZZ-ZZZZ": "without"})[0] == 200
    )  # a record that is gone since the address was kept


@pytest.mark.parametrize("records", [1, 20])
def test_it_costs_the_same_queries_whatever_the_file(scheme, state, look, now, records, django_assert_num_queries):
    subject = factories.person()
    names = [state(subject, value=-150).public_id for _ in range(records)]
    permit = look(subject)
    with django_assert_num_queries(6):
        present = Present(permit, now=now)
        assert present.offers
        present.answer(Asked({names[0]: What.WITHOUT}, on=TODAY + timedelta(days=9)))
