"""The table of who may do what, whole: every purpose × role × ground × second factor, against a written one."""

import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from credit.core.errors import NotAllowed
from credit.core.policy import (
    RULES,
    STAFF,
    SYSTEM_RULES,
    Field,
    GroundKind,
    Permit,
    Purpose,
    Role,
    System,
    decide,
    touch,
)

EVERYTHING = "name identifiers mark records disputes reports looks measures"
REPORTED = "name identifiers mark records disputes reports"

# purpose, role, ground → fields, with "*" where a second factor is needed. Whatever isn't here is refused.
ALLOWED = {
    ("own-record", "subject", "claim"): EVERYTHING,
    ("own-record", "representative", "office"): EVERYTHING,
    ("dispute-review", "official", "case"): "* name identifiers records disputes",
    ("objection-review", "official", "case"): "* name records measures",
    ("subject-matching", "official", "matching"): "* name identifiers records",
    ("mark-review", "official", "case"): "* name mark records",
    ("certified-report", "subject", "claim"): REPORTED,
    ("certified-report", "representative", "office"): REPORTED,
    ("certified-report", "reports", "order"): REPORTED,
    ("audit", "auditor", "duty"): "* looks",
    ("operation", "operator", "duty"): f"* {REPORTED}",
    ("data-export", "operator", "duty"): f"* {EVERYTHING}",
}
TOUCHED = {
    "intake": "name identifiers records",
    "scoring": "records mark",
    "reports": "reports",
    "sweeper": "reports disputes",
    "impact": "identifiers",
    "publication": "records disputes",
    "measures": "records mark measures",
}
EVERY_CASE = list(product(Purpose, [*Role, *System], GroundKind, [False, True]))


@pytest.mark.parametrize(("purpose", "role", "ground", "second_factor"), EVERY_CASE)
def test_only_what_is_listed_is_allowed(purpose, role, ground, second_factor):
    expected = ALLOWED.get((purpose.value, role.value, ground.value), "").split()
    needs_factor = "*" in expected
    allowed = bool(expected) and (second_factor or not needs_factor)
    for field in [None, *Field]:
        fields = None if field is None else {field}
        if allowed and (field is None or field.value in expected):
            rule = decide(purpose, roles={role}, grounds={ground}, second_factor=second_factor, fields=fields)
            assert (rule.purpose, rule.role, rule.ground) == (purpose, role, ground)
            assert {item.value for item in rule.fields} == set(expected) - {"*"}
            assert rule.second_factor is needs_factor
        else:
            with pytest.raises(NotAllowed):
                decide(purpose, roles={role}, grounds={ground}, second_factor=second_factor, fields=fields)


@pytest.mark.parametrize("purpose", Purpose)
def test_nobody_without_a_ground_and_no_ground_without_a_role(purpose):
    with pytest.raises(NotAllowed):
        decide(purpose, roles={*Role, *System}, grounds=set(), second_factor=True)
    with pytest.raises(NotAllowed):
        decide(purpose, roles=set(), grounds=set(GroundKind), second_factor=True)


@pytest.mark.parametrize(
    ("roles", "grounds", "second_factor", "fields", "code"),
    [
        ({Role.OFFICER}, {GroundKind.CASE}, True, None, "role"),
        ({Role.OFFICIAL}, {GroundKind.CLAIM}, True, None, "ground"),
        ({Role.OFFICIAL}, {GroundKind.CASE}, True, {Field.MARK}, "fields"),
        ({Role.OFFICIAL}, {GroundKind.CASE}, False, {Field.RECORDS}, "second-factor"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(roles, grounds, second_factor, fields, code):
    with pytest.raises(NotAllowed) as refusal:
        decide(Purpose.DISPUTE_REVIEW, roles=roles, grounds=grounds, second_factor=second_factor, fields=fields)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_every_staff_role_needs_a_second_factor():
    assert all(rule.second_factor for rule in RULES if rule.role in STAFF)


def test_every_line_is_whole_and_said_once():
    assert len({(rule.purpose, rule.role, rule.ground) for rule in RULES}) == len(RULES)
    assert all(rule.fields and rule.minutes > 0 and rule.basis for rule in RULES)
    assert {rule.system for rule in SYSTEM_RULES} == set(System)


@pytest.mark.parametrize(("system", "field"), list(product(System, Field)))
def test_the_portals_parts_touch_only_what_is_listed(system, field):
    if field.value in TOUCHED[system.value].split():
        touch(system, field)
    else:
        with pytest.raises(NotAllowed):
            touch(system, field)


@pytest.mark.parametrize("field", Field)
def test_a_permit_opens_only_its_fields(field):
    permit = Permit("X", 1, "Y", Purpose.OWN_RECORD, frozenset({Field.MARK}), datetime(2026, 11, 23, tzinfo=UTC))
    if field is Field.MARK:
        permit.require(field)
    else:
        with pytest.raises(NotAllowed):
            permit.require(field)


def test_only_access_makes_permits():
    makers = {
        path.as_posix()
        for root in ("credit", "portal")
        for path in Path(root).rglob("*.py")
        if re.search(r"\bPermit\(|replace\(\s*permit|Permit\.__new__", path.read_text(encoding="utf-8"))
    }
    assert makers == {"credit/access/actions.py"}
