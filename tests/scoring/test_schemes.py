"""Publishing: a scheme says everything in both languages, versions follow one another, nothing is changed later."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from credit.core.errors import Conflict, Invalid
from credit.ledger.models import Entry
from credit.records.notations import all_notations
from credit.records.words import CATEGORIES
from credit.scoring import actions
from credit.scoring.faultwords import in_words
from credit.scoring.models import Scheme
from credit.scoring.schemefile import faults_of, read_scheme
from credit.scoring.strictjson import Malformed
from credit.subjects.models import Subject
from portal.config import ROOT
from tests import factories
from tests.scoring.conftest import OPEN_1

TEXT = OPEN_1.read_text(encoding="utf-8")


def second(starts: date, version: int = 2) -> bytes:
    return TEXT.replace("version = 1", f"version = {version}").replace("2026-01-01", starts.isoformat()).encode()


def test_the_first_scheme_covers_every_official_notation():
    codes = {category.code for category in read_scheme(TEXT.encode()).rules["company"].categories}
    assert {notation.category for notation in all_notations().values() if notation.official} - {""} <= codes
    assert "private" not in codes
    assert len(codes) >= 6


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_category_is_called_as_its_field_is_on_records(language):
    with translation.override(language):
        called = {
            part["code"]: part["words"][language]["name"] for part in read_scheme(TEXT.encode()).tree["categories"]
        }
        assert called == {code: str(CATEGORIES[code]) for code in called}


def test_points_that_a_record_costs_have_one_chinese_word():
    catalogue = (ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert "减分" in TEXT
    assert "减分" in catalogue
    for other in ("扣分", "失分"):
        assert other not in TEXT + catalogue


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("base = 600", "base = 1001", "base"),
        ("base = 600", "base = 600.5", "base"),
        ("base = 600", "base = 600\nnote = 1", "note"),
        ("weight = 250", "weight = -1", "categories[4].weight"),
        ("floor = -250", "floor = 1", "categories[4].cap"),
        ("cap = 0", "cap = -1", "categories[4]"),
        ('name = "D"\nfrom = 0', 'name = "D"\nfrom = 1', "bands"),
        ('name = "Courts"', 'name = ""', "categories[4].words.en.name"),
        ('name = "Courts"\n', "", "categories[4].words.en.name"),
        ('name = "司法"\n', "", "categories[4].words.zh-hans.name"),
        ('words.en = "Poor: serious records are in force."\n', "", "bands[5].words.en"),
        ('code = "judicial"', 'code = "tax"', "categories[4].code"),
        ("2026-01-01", "2026-01-01T00:00:00Z", "in_force_from"),
        ("2026-01-01", '"2026-01-01"', "in_force_from"),
        ("plainmark-scheme/1", "plainmark-scheme/2", "format"),
        ("[words.en]", "[words.fr]", "words.fr"),
        ("[words.en]", "[words", ""),
    ],
)
def test_a_scheme_that_says_too_little_or_nonsense_is_refused(old, new, path):
    assert old in TEXT
    with pytest.raises(Malformed) as refusal:
        read_scheme(TEXT.replace(old, new, 1).encode())
    assert refusal.value.path.replace('"', "") == path


def test_publishing_the_same_file_twice_is_one_and_is_journalled_once(scheme, now):
    entries = Entry.objects.filter(kind="scheme.published").count()
    assert actions.publish(TEXT.encode(), by="test", now=now) == scheme
    assert Entry.objects.filter(kind="scheme.published").count() == entries >= 1


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace("base = 600", "base = 500").encode(),
        second(date(2026, 12, 1), version=3),
        second(date(2026, 1, 1)),
        second(date(2026, 11, 22)),
    ],
)
def test_a_published_version_is_never_replaced_and_none_comes_out_of_turn(scheme, now, data):
    with pytest.raises(Conflict):
        actions.publish(data, by="test", now=now)


@pytest.mark.parametrize("source", [b"\xff", b"nonsense", "no-such-file.toml", "tests"])
def test_what_is_no_scheme_is_refused_in_a_sentence(db, now, source):
    with pytest.raises(Invalid):
        actions.publish(source, by="test", now=now)


def test_the_version_in_force_is_the_latest_that_has_started(scheme, now):
    starts = now.date() + timedelta(days=8)
    later = actions.publish(second(starts), by="test", now=now)
    on = Scheme.objects.in_force
    assert on(now.date()) == on(starts - timedelta(days=1)) == scheme
    assert on(starts) == later
    assert on(date(2020, 1, 1)) == scheme
    assert on(now.date(), "other") is None


def test_a_new_version_in_force_makes_every_score_stale(scheme, now):
    factories.person()
    starts = now.date() + timedelta(days=1)
    actions.rescore(by="test", now=now)
    actions.publish(second(starts), by="test", now=now)
    assert actions.rescore(by="test", now=now).subjects == 0
    night = actions.rescore(by="test", now=now + timedelta(days=1))
    assert (night.scheme.version, night.subjects) == (2, Subject.objects.count())


def test_the_database_refuses_to_change_a_published_scheme(scheme):
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(version=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).delete()


def test_a_category_may_say_other_numbers_for_individuals(db):
    text = TEXT.replace('code = "environment"\n', 'code = "environment"\nindividual = { weight = 40, floor = -40 }\n')
    rules = read_scheme(text.encode()).rules
    person, company = ({c.code: c for c in rules[kind].categories}["environment"] for kind in ("individual", "company"))
    assert (person.weight, person.floor, person.cap) == (40, -40, 60)
    assert (company.weight, company.floor, company.cap) == (100, -100, 60)


def test_the_first_scheme_marks_people_and_companies_by_all_categories_and_some_differently(db):
    rules = read_scheme(TEXT.encode()).rules
    people, companies = ({c.code: c for c in rules[kind].categories} for kind in ("individual", "company"))
    assert set(people) == set(companies)
    assert {code for code in people if people[code] != companies[code]} == {"customs", "immigration"}


@pytest.mark.parametrize("name", ["open-1.toml", "open-2.toml"])
def test_every_number_of_the_projects_own_schemes_has_its_reason_and_source(name):
    assert faults_of(OPEN_1.with_name(name).read_bytes(), whole=True) == []


def test_all_faults_are_told_at_once_each_in_the_readers_language():
    data = b'version = 0\nbase = "x"\n[words]\nen = 3\n[[bands]]\nname = 1\n[[categories]]\ncode = "x"\nfoo = 1\n'
    faults = faults_of(data, whole=True)
    paths = {fault.path for fault in faults}
    assert {"format", "in_force_from", "code", "min", "version", "base", "words.en", "reasons.base"} <= paths
    assert {'words."zh-hans"', "bands[0].from", "bands[0].words", "categories[0].foo"} <= paths
    with translation.override("zh-hans"):
        assert all(not re.search("[a-z]{3}", in_words(fault)[1]) for fault in faults)


@given(st.binary(max_size=60) | st.sampled_from([b"[" * 3000, b"a = " + b"[" * 3000]))
def test_no_bytes_are_too_strange_to_be_refused(data):
    assert faults_of(data)


def test_a_kinds_own_numbers_are_read_as_strictly(db):
    text = TEXT.replace('code = "environment"\n', 'code = "environment"\nindividual = { width = 40 }\n')
    with pytest.raises(Malformed) as refusal:
        read_scheme(text.encode())
    assert refusal.value.path == "categories[2].individual.width"
