"""The published list: read strictly, published once, never changed; both languages whole."""

import re
import tomllib

import pytest

from credit.core.errors import Conflict, Invalid, NotAllowed
from credit.core.policy import Role
from credit.measures import actions
from credit.measures.listfile import ENTRY_WORDS, read_list
from credit.measures.models import ListEntry, PublishedList
from credit.scoring.strictjson import Malformed
from tests import factories
from tests.measures.conftest import AGENCIES, LIST, SCHEME

TEXT = LIST.read_text(encoding="utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def agencies(db):
    for code in AGENCIES:
        factories.agency(code)


def test_the_list_is_whole_in_both_languages():
    file = read_list(TEXT.encode())
    for measure in file.measures:
        for part in ENTRY_WORDS:
            assert not HAN.search(measure.words["en"][part]), (measure.code, part)
            assert HAN.search(measure.words["zh-hans"][part]), (measure.code, part)


def test_its_bands_are_those_of_the_official_scheme():
    known = {band["name"] for band in tomllib.loads(SCHEME.read_text(encoding="utf-8"))["bands"]}
    for measure in read_list(TEXT.encode()).measures:
        assert set(measure.trigger.bands) <= known


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('format = "plainmark-measures/1"', 'format = "x"', "format"),
        ("version = 1", "version = 0", "version"),
        ("effective_from = 2026-01-01", 'effective_from = "2026-01-01"', "effective_from"),
        ('code = "debtor-travel"', 'code = "debtor-exit"', "measure[1].code"),
        ('code = "debtor-travel"', 'code = "Debtor Travel"', "measure[0].code"),
        ('kind = "adverse"', 'kind = "cruel"', "measure[0].kind"),
        ("notice_days = 10", "", "measure[0].notice_days"),
        ("notice_days = 10", "notice_days = 0", "measure[0].notice_days"),
        ('kind = "adverse"', 'kind = "favourable"', "measure[0].notice_days"),
        ('for = ["individuals", "companies"]', "for = []", "measure[0].for"),
        ('for = ["individuals", "companies"]', 'for = ["dogs"]', "measure[0].for[0]"),
        ('when = { notations = ["court-judgment-debtors"], at_most = -1000 }', "when = { }", "measure[0].when"),
        (", at_most = -1000 }", " }", "measure[0].when"),
        ("at_most = -1000 }", "at_most = 100 }", "measure[0].when"),
        ('["court-judgment-debtors"]', '["no-such-notation"]', "measure[0].when.notations"),
        ('severity = "serious"', 'severity = "terrible"', "measure[4].when.severity"),
        ('severity = "serious"', 'severity = "serious", at_most = -1', "measure[4].when.severity"),
        ('bands = ["D"]', 'bands = ["D"], at_most = -1', "measure[12].when"),
        ('article = "article 3"', "", "measure[0].words.en.article"),
        ('article = "article 3"', 'article = ""', "measure[0].words.en.article"),
        ('article = "article 3"', 'article = "article 3"\nextra = "x"', "measure[0].words.en.extra"),
    ],
)
def test_a_malformed_list_is_refused_with_the_path_of_its_fault(old, new, path):
    assert old in TEXT
    with pytest.raises(Malformed) as refusal:
        read_list(TEXT.replace(old, new, 1).encode())
    assert refusal.value.path == path


@pytest.mark.parametrize("data", [b"\xff", b"= nonsense", b""])
def test_what_is_no_list_is_refused(data):
    with pytest.raises(Malformed):
        read_list(data)


def test_publishing_twice_is_once(agencies, now):
    first = actions.publish(LIST, by="test", now=now)
    assert actions.publish(LIST, by="test", now=now) == first
    assert (PublishedList.objects.count(), ListEntry.objects.count()) == (1, first.size)


def test_versions_follow_one_another_and_never_reach_back(agencies, now):
    actions.publish(LIST, by="test", now=now)
    for version, day in ((3, "2027-01-01"), (1, "2027-01-01"), (2, "2026-11-23"), (2, "2025-01-01")):
        text = TEXT.replace("version = 1", f"version = {version}", 1).replace("2026-01-01", day, 1)
        with pytest.raises(Conflict):
            actions.publish(text.encode(), by="test", now=now)


def test_an_agency_that_is_not_registered_cannot_apply_a_measure(db, now):
    with pytest.raises(Invalid, match="courts"):
        actions.publish(LIST, by="test", now=now)


@pytest.mark.parametrize("role", sorted({Role.OFFICER, Role.OFFICIAL, Role.AUDITOR, Role.BOARD, Role.OPERATOR}))
def test_only_the_operator_and_the_board_publish(agencies, now, role):
    by = factories.member(role, factories.oversight())
    if role in (Role.BOARD, Role.OPERATOR):
        assert actions.publish(LIST, by=by, now=now).size == 20
    else:
        with pytest.raises(NotAllowed):
            actions.publish(LIST, by=by, now=now)
