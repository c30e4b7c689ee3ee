"""What official numbers say of somebody's groups, and what stays unknown."""

from datetime import date

import pytest

from credit.core.identifiers import IdentifierKind, check, ric_check_digit
from credit.scoring.impact.groups import Groups, age_band, groups_of, provinces

ON = date(2026, 11, 23)


def ric(body: str) -> str:
    return body + ric_check_digit(body)


@pytest.mark.parametrize(
    ("kind", "value", "groups"),
    [
        ("resident-id", ric("11010119900307123"), Groups("resident", "11", "30-44")),
        ("resident-id", ric("83000020100101123"), Groups("hong-kong-macao-taiwan", "83", "under-18")),
        ("hmt-permit", ric("81000019500101123"), Groups("hong-kong-macao-taiwan", "81", "60-and-over")),
        ("hmt-permit", "H12345678", Groups("hong-kong-macao-taiwan", "81", "unknown")),
        ("hmt-permit", "12345678", Groups("hong-kong-macao-taiwan", "unknown", "unknown")),
        ("pr-card", ric("93184019990101123"), Groups("foreigner", "31", "18-29")),
        ("pr-card", "CAN110105012345", Groups("foreigner", "unknown", "unknown")),
        ("passport", "FRA-12AB34567", Groups("foreigner", "unknown", "unknown")),
        ("passport", "CHN-E12345678", Groups("resident", "unknown", "unknown")),
        ("uscc", "91350211M0000XUF46", Groups("unknown", "35", "unknown")),
        ("uscc", "53100000500000000X", Groups("unknown", "10", "unknown")),
        ("register", "440301103097413", Groups("unknown", "44", "unknown")),
        ("lei", "5493001KJTIIGC8Y1R12", Groups("unknown", "unknown", "unknown")),
    ],
)
def test_what_a_number_says(kind, value, groups):
    assert groups_of([(kind, value)], ON) == groups


def test_the_examples_are_numbers_that_pass_their_check():
    assert check("resident-id", ric("11010119900307123"))
    assert check("pr-card", ric("93184019990101123"))


def test_of_several_numbers_the_most_telling_is_believed_and_others_fill_gaps():
    card, passport = ("pr-card", "CAN110105012345"), ("passport", "CHN-E12345678")
    resident = ("resident-id", ric("11010119900307123"))
    assert groups_of([passport, card], ON).origin == "foreigner"
    assert groups_of([passport, card, resident], ON) == groups_of([resident, card], ON)
    assert groups_of([card, resident], ON) == Groups("resident", "11", "30-44")
    assert groups_of([], ON) == Groups("unknown", "unknown", "unknown")


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2008, 11, 24), "under-18"),
        (date(2008, 11, 23), "18-29"),
        (date(1996, 11, 24), "18-29"),
        (date(1996, 11, 23), "30-44"),
        (date(1966, 11, 23), "60-and-over"),
        (date(1850, 1, 1), "60-and-over"),
        (date(2026, 11, 24), "unknown"),
    ],
)
def test_age_bands_turn_on_the_birthday(born, band):
    assert age_band(born, ON) == band


def test_every_kind_of_number_is_thought_of():
    for kind in IdentifierKind:
        assert groups_of([(kind.value, "X" * 18)], ON)  # nonsense says nothing and breaks nothing


def test_every_province_has_a_name_in_both_languages():
    from credit.core.identifiers import PROVINCES

    assert set(provinces()) == PROVINCES | {"10"}
    assert all(set(names) == {"en", "zh-hans"} for names in provinces().values())
