"""What costs most, and when it weighs less by itself: the days are those on which the engine says so."""

from dataclasses import replace
from datetime import date, timedelta

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.actions import mark_of
from credit.scoring.advice import SHOWN, advice_of
from credit.scoring.document import Document, recalculate
from credit.scoring.fading import fading
from tests import factories
from tests.scoring.test_changes import RULES, fact, moment
from tests.scoring.test_history import TAX


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_on_its_day_a_record_weighs_at_most_half_and_the_day_before_more(past, left):
    today, rules = (
        date(2026, 6, 1),
        replace(RULES, categories=(replace(RULES.categories[0], weight=10**9, floor=-(10**9)),)),
    )
    record = fact(value=-1000, decided_on=today - timedelta(days=past), ends_on=today + timedelta(days=left))
    found = fading(fades=True, as_of=today, ends_on=record["ends_on"])

    def weighs(day):
        document = Document(day, rules, moment(record).facts)
        return -sum(recalculate(document).contributions["tenths"])

    half = found.half_on or found.gone_on
    assert weighs(half) * 2 <= weighs(today) + 1
    assert weighs(half - timedelta(days=1)) * 2 > weighs(today) - 1
    assert weighs(found.gone_on) == 0


def test_what_does_not_fade_has_no_half():
    today = date(2026, 6, 1)
    assert fading(fades=False, as_of=today, ends_on=date(2027, 1, 1)).half_on is None
    assert fading(fades=True, as_of=today, ends_on=None).gone_on is None


def test_each_factor_names_its_records_and_what_becomes_of_them(scheme, state, look, now):
    subject = factories.company()
    for _ in range(SHOWN + 2):
        state(subject, value=-1000, mark="serious", valid_to=date(2029, 1, 1))
    state(subject, **TAX, value=-1000, mark="D")
    market, tax = advice_of(mark_of(look(subject), now=now))
    assert (market.total.category.code, market.held, market.more) == ("market", True, 2)
    assert [one.fading.gone_on for one in market.records] == [date(2029, 1, 1)] * SHOWN
    assert market.records[0].remedy.repair_from == date(2027, 1, 1)
    assert (tax.records[0].is_rating, tax.records[0].fading.gone_on, tax.held) == (True, None, False)


def test_the_page_says_it(scheme, state, client_of):
    subject = factories.company()
    state(subject, value=-1000, mark="serious", valid_to=date(2029, 1, 1))
    state(subject, **TAX, value=-1000, mark="D")
    client = client_of(factories.user(subject=subject))
    text = " ".join(client.get(reverse("scoring:mark", args=[subject.public_id])).content.decode().split())
    for said in ("By itself it is gone on", "2029", "next rating replaces it", "You can ask for its repair"):
        assert said.replace("'", "&#x27;") in text or said in text
