"""How each kind of record ends, and from when it can be repaired, by the dated rules."""

from datetime import date

import pytest
from django.utils import translation

from credit.records import notations
from credit.records.models import Record, RecordVersion
from credit.records.remedies import remedy_of, rule_for, rules


def version(mark: str = "general", value: int = -500, notation: str = "double-publicity-penalty") -> RecordVersion:
    record = Record(notation=notation)
    return RecordVersion(record=record, mark=mark, value=value, valid_from=date(2026, 8, 31))


@pytest.mark.parametrize("code", sorted(notations.all_notations()))
@pytest.mark.parametrize("on", [date(1990, 1, 1), date(2026, 3, 31), date(2026, 4, 1)])
def test_every_notation_has_a_rule_on_every_day(code, on):
    rule = rule_for(notations.get(code), on)
    assert rule.ends_en
    assert rule.ends_zh
    assert rule.source_en
    assert rule.source_zh


def test_the_rule_that_is_in_force_decides():
    penalty = notations.get("double-publicity-penalty")
    assert rule_for(penalty, date(2026, 3, 31)).effective_from == date(2023, 5, 1)
    assert rule_for(penalty, date(2026, 4, 1)).effective_from == date(2026, 4, 1)
    assert rule_for(notations.get("tax-grade"), date(2026, 4, 1)).applies_to == ("rating",)


@pytest.mark.parametrize(
    ("mark", "value", "first"),
    [
        ("minor", -150, date(2026, 8, 31)),
        ("general", -500, date(2026, 11, 30)),
        ("一般", -500, date(2026, 11, 30)),
        ("serious", -1000, date(2027, 8, 31)),
    ],
)
def test_repair_can_be_asked_for_after_the_shortest_time(mark, value, first):
    remedy = remedy_of(version(mark, value), date(2026, 11, 30))
    assert remedy.repair
    assert remedy.repair_from == first
    assert remedy.repair_open is (first <= date(2026, 11, 30))


def test_what_is_not_bad_needs_no_repair():
    remedy = remedy_of(version("held", 0, "double-publicity-licence"), date(2026, 11, 23))
    assert (remedy.repair, remedy.repair_from) == ("", None)
    good = remedy_of(version("A", 1000, "tax-grade"), date(2026, 11, 23))
    assert good.repair == ""


def test_rules_speak_the_readers_language():
    with translation.override("zh-hans"):
        remedy = remedy_of(version(), date(2026, 11, 23))
    assert "公示" in remedy.ends
    assert "修复" in remedy.repair


def test_half_of_a_rule_is_no_rule():
    for rule in rules():
        assert bool(rule.repair_en) == bool(rule.repair_zh)
        assert rule.repair_en or not rule.repair_months
