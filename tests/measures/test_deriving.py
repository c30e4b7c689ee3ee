"""Measures are derived: opened by what triggers them, started after their notice, closed with their cause."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from credit.core.clock import business_date
from credit.ledger.models import Opening
from credit.measures import actions
from credit.measures.models import Derivation, Measure
from credit.measures.tasks import sweep
from credit.records import actions as records
from credit.records import merging, puttingright
from credit.scoring import actions as scoring
from credit.subjects.rules import Move
from portal.celery import app
from tests import factories
from tests.measures.conftest import LIST


def told(measures):
    return {measure.entry.code: measure.state for measure in measures if measure.stands}


def over(measures):
    return {measure.entry.code: (measure.state, measure.ended_because) for measure in measures if not measure.stands}


def test_a_penalty_brings_what_the_list_says_and_nothing_else(world):
    measures = world.asked()
    assert told(measures) == {
        "market-inspections": "announced",
        "penalty-tender": "announced",
        "visa-points-company": "announced",
    }
    first = next(one for one in measures if one.entry.code == "market-inspections")
    today = business_date(world.now)
    assert (first.noticed_on, first.starts_on, first.started_on) == (today, today + timedelta(days=7), None)
    assert first.record == world.record
    assert first.ends_on == world.record.versions.get().valid_to


def test_an_adverse_measure_starts_when_its_notice_has_run_and_not_before(world):
    world.asked()
    assert told(world.asked(world.later(days=6)))["market-inspections"] == "announced"
    after = {one.entry.code: one for one in world.asked(world.later(days=7))}
    assert after["market-inspections"].state == "in-force"
    assert after["market-inspections"].started_on == business_date(world.later(days=7))
    assert after["penalty-tender"].state == "announced"


def test_a_favourable_measure_starts_at_once_and_ends_when_a_newer_rating_replaces_its_record(world, fact):
    person = factories.person()
    world.subject, world.owner = person, factories.user(subject=person)
    rating = {"kind": "rating", "valid_to": date(2027, 6, 1)}
    fact(person, "tax", "tax-grade", 1000, **rating)
    (measure,) = world.asked()
    assert (measure.entry.code, measure.state, measure.started_on) == (
        "tax-fast-lane",
        "in-force",
        business_date(world.now),
    )
    fact(person, "tax", "tax-grade", 400, kind="rating", valid_from=date(2026, 9, 1))
    assert over(world.asked()) == {"tax-fast-lane": ("ended", "changed")}


def test_a_rating_that_ended_brings_the_one_before_it_back(world, fact):
    person = factories.person()
    world.subject, world.owner = person, factories.user(subject=person)
    fact(person, "tax", "tax-grade", 1000, kind="rating")
    fact(person, "tax", "tax-grade", 400, kind="rating", valid_from=date(2026, 9, 1), valid_to=date(2026, 12, 1))
    assert world.asked() == []
    assert told(world.asked(world.later(days=10))) == {"tax-fast-lane": "in-force"}


ENDINGS = {
    "removed": lambda world, now: puttingright.strike(world.record, reason="Wrong.", by=world.officials[0], now=now),
    "withheld": lambda world, now: puttingright.withhold(world.record, reason="Silent.", by=None, now=now),
    "repaired": lambda world, now: puttingright.repair(world.record, reason="Good.", by=world.officials[0], now=now),
    "changed": lambda world, now: puttingright.correct(
        world.record, mark="minor", reason="It was minor.", by=world.officials[0], now=now
    ),
}


@pytest.mark.parametrize("why", ENDINGS)
@pytest.mark.parametrize("started", [False, True])
def test_a_measure_ends_with_its_record_at_the_very_next_look(world, why, started):
    moment = world.later(days=20 if started else 0)
    world.asked()
    assert told(world.asked(moment))["penalty-tender"] == ("in-force" if started else "announced")
    ENDINGS[why](world, moment)
    assert over(world.asked(moment))["penalty-tender"] == ("ended" if started else "called-off", why)


def test_what_the_page_shows_is_exact_though_no_sweep_ever_runs(world):
    """On each day of the record's life and after it: what stands is what the list says of what counts that day."""
    end = world.record.versions.get().valid_to
    days = [0, 7, 14, 15, (end - business_date(world.now)).days - 1, (end - business_date(world.now)).days]
    states = [told(world.asked(world.later(days=day))).get("market-inspections") for day in days]
    assert states == ["announced", "in-force", "in-force", "in-force", "in-force", None]
    measure = world.measure(now=world.later(days=days[-1]))
    assert (measure.ended_because, measure.ended_on) == ("expired", end)


def test_a_look_long_after_the_end_tells_the_day_on_which_it_ended(world):
    world.asked()
    end = world.record.versions.get().valid_to
    world.asked(world.later(days=30))
    measure = world.measure(now=world.later(days=2000))
    assert (measure.ended_on, measure.ended_because) == (end, "expired")


def test_a_record_that_is_shown_again_brings_its_measures_anew_with_a_new_notice(world):
    world.asked()
    later = world.later(days=20)
    puttingright.withhold(world.record, reason="Silent.", by=None, now=later)
    world.asked(later)
    again = world.later(days=30)
    puttingright.release_withheld(world.record, reason="It answered.", by=None, now=again)
    found = [one for one in world.asked(again) if one.entry.code == "market-inspections" and one.stands]
    assert [(one.state, one.noticed_on) for one in found] == [("announced", business_date(again))]


def test_a_corrected_end_is_told_at_once(world):
    world.asked()
    records.correct(world.record, valid_to=date(2027, 1, 1), reason="Shorter.", by=world.officials[0], now=world.now)
    assert world.measure().ends_on == date(2027, 1, 1)


def test_looking_twice_changes_nothing(world):
    before = [(one.pk, one.state) for one in world.asked()]
    entries = Opening.objects.filter(body__contains="measures.derived").count()
    assert [(one.pk, one.state) for one in world.asked()] == before
    assert Opening.objects.filter(body__contains="measures.derived").count() == entries == 1


def test_the_journal_names_each_measure_and_no_identifier(world):
    measures = world.asked()
    body = Opening.objects.get(body__contains="measures.derived").body
    assert all(one.public_id in body for one in measures)
    assert world.subject.public_id in body
    assert world.subject.name not in body


def test_a_band_brings_its_measures_and_leaving_it_ends_them(world, fact):
    person = factories.person()
    world.subject, world.owner = person, factories.user(subject=person)
    listed = fact(
        person, "courts", "court-judgment-debtors", -1000, category="judicial", mark="listed", valid_to=date(2028, 1, 1)
    )
    bad = {"valid_from": date(2026, 11, 1), "valid_to": date(2029, 1, 1)}
    for agency in ("tax", "market-supervision", "labour", "environment"):
        fact(person, agency, "double-publicity-penalty", -1000, mark="serious", **bad)
    band = scoring.mark_of(world.permit(), now=world.now).band
    assert band == "D"
    measure = world.measure("band-inspections")
    assert (measure.record, measure.band, measure.state) == (None, "D", "announced")
    puttingright.strike(listed, reason="Wrong.", by=world.officials[0], now=world.now)
    for record in person.records.exclude(pk=listed.pk)[:3]:
        puttingright.strike(record, reason="Wrong.", by=world.officials[0], now=world.now)
    assert over(world.asked())["band-inspections"] == ("called-off", "band")


def test_the_sweep_does_the_same_for_everybody_and_then_has_nothing_to_do(world, fact):
    others = [factories.company() for _ in range(3)]
    for other in others:
        fact(other, "market-supervision", "double-publicity-penalty", -1000, mark="serious", valid_to=date(2028, 1, 1))
    scoring.rescore(by="test", now=world.now)
    swept = actions.sweep(now=world.now)
    assert (swept.subjects, swept.changed) == (4, 12)
    assert Measure.objects.filter(subject__in=others, state="announced").count() == 9
    again = actions.sweep(now=world.now)
    assert (again.subjects, again.changed) == (0, 0)
    assert world.asked()
    assert Derivation.objects.count() == 4
    later = world.later(days=15)
    scoring.rescore(by="test", now=later)
    assert actions.sweep(now=later).changed == 12
    assert not Measure.objects.filter(state="announced").exists()


def test_the_sweep_leaves_out_whose_mark_is_stale(world):
    scoring.rescore(by="test", now=world.now)
    puttingright.withhold(world.record, reason="Silent.", by=None, now=world.now)
    assert actions.sweep(now=world.now).subjects == 0
    scoring.rescore(by="test", now=world.now)
    assert actions.sweep(now=world.now).subjects == 1


@pytest.mark.parametrize("companies", [1, 20])
def test_the_sweep_costs_the_same_for_many(world, fact, companies, django_assert_num_queries):
    for _ in range(companies):
        fact(factories.company(), "market-supervision", "double-publicity-penalty", -1000, valid_to=date(2028, 1, 1))
    scoring.rescore(by="test", now=world.now)
    with django_assert_num_queries(21):
        assert actions.sweep(now=world.now).changed == 3 + 3 * companies


def test_a_new_version_of_the_list_keeps_what_it_still_says_and_ends_what_it_no_longer_does(world):
    standing = told(world.asked())
    text = LIST.read_text(encoding="utf-8").replace("version = 1", "version = 2", 1)
    text = text.replace("effective_from = 2026-01-01", "effective_from = 2026-11-30", 1)
    said = 'categories = ["market"], notations = ["double-publicity-penalty"], at_most = -150'
    text = text.replace(said, 'categories = ["city"], at_most = -150')
    actions.publish(text.encode(), by="test", now=world.now)
    assert told(world.asked(world.later(days=6))) == standing
    after = world.asked(world.later(days=7))
    assert over(after)["market-inspections"][1] == "changed"
    assert set(told(after)) == {"penalty-tender", "visa-points-company"}
    assert all(one.entry.published.version == 1 for one in after)


def test_the_worker_sweeps_and_says_how_many_changed(world):
    assert sweep() == 0  # its mark isn't made yet
    scoring.rescore(by="test", now=timezone.now())
    assert sweep() == 3
    assert sweep() == 0


def test_without_a_scheme_there_is_nothing_to_sweep(db):
    assert sweep() == 0


def test_the_beat_asks_regularly():
    assert app.conf.beat_schedule["measures.sweep"]["task"] == sweep.name


def test_measures_follow_their_record_into_another_file_and_back(world, fact):
    """Two files of one company are joined: what followed in the old one is over, in the other it is told anew."""
    other = factories.company()
    fact(other, "customs", "double-publicity-penalty", -1000, mark="serious", valid_to=date(2028, 1, 1))
    scoring.rescore(by="test", now=world.now)
    actions.sweep(now=world.now)
    assert told(Measure.objects.filter(subject=other)) == {
        "penalty-tender": "announced",
        "visa-points-company": "announced",
        "customs-inspections": "announced",
    }
    first, second = world.officials
    pair = merging.note_pair(world.subject, other, source="", by=None, now=world.now)

    def move(made, by):
        merging.look_at(pair.public_id, by=by, now=world.now)
        pair.refresh_from_db()
        chosen = {"reason": "The same.", "survivor": world.subject.public_id, "seen": pair.steps_taken}
        merging.move(pair.public_id, made, by=by, now=world.now, **chosen)

    move(Move.PROPOSE, first)
    move(Move.CONFIRM, second)
    joined = world.asked()
    assert {one.ended_because for one in joined if one.subject_id == other.pk} == {"moved"}
    here = [one.entry.code for one in joined if one.stands]
    assert sorted(here) == [
        "customs-inspections",
        "market-inspections",
        *["penalty-tender"] * 2,
        *["visa-points-company"] * 2,
    ]
    scoring.rescore(by="test", now=world.now)
    assert actions.sweep(now=world.now).changed == 0
    move(Move.PROPOSE_UNDO, second)
    move(Move.CONFIRM_UNDO, first)
    assert len([one for one in world.asked() if one.stands]) == 3
    scoring.rescore(by="test", now=world.now)
    actions.sweep(now=world.now)
    assert len(told(Measure.objects.filter(subject=other))) == 3
