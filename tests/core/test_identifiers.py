"""Official numbers: structure, check digits, normalisation, and what an error tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso7064
from stdnum.cn import uscc

from credit.core.identifiers import (
    PROVINCES,
    USCC_ALPHABET,
    BadIdentifier,
    IdentifierKind,
    Reason,
    check,
    mask,
    parse_subject,
    ric_check_digit,
    uscc_check_digit,
)

DIGITS = st.text("0123456789", min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("uscc", " ９１１１００００600037341l ", "91110000600037341L"),
        ("uscc", "9111 0000-6000 37341L", "91110000600037341L"),
        ("resident-id", "44030519711123755" + ric_check_digit("44030519711123755"), None),
        ("resident-id", "11010119630617309x", "11010119630617309X"),
        ("resident-id", "810000199408230021", None),
        ("pr-card", "931826196309126503", None),
        ("pr-card", "fra110199001011", "FRA110199001011"),
        ("passport", "fra-12ab34567", "FRA-12AB34567"),
        ("passport", "D-C01X00T47", None),
        ("hmt-permit", "H1234567890", None),
        ("hmt-permit", "m12345678", "M12345678"),
        ("hmt-permit", "12345678", None),
        ("hmt-permit", "830000199408230025", None),
        ("lei", "213800KUD8LAJWSQ9D15", None),
    ],
)
def test_a_good_number_is_normalised(kind, raw, value):
    assert check(kind, raw).value == (value or raw)
    assert parse_subject(f"{kind.upper()}:{raw}").value == (value or raw)


@pytest.mark.parametrize(
    ("kind", "raw", "reason", "expected"),
    [
        ("uscc", "91350211M0000XUF46", Reason.CHECK, "R"),
        ("uscc", "91350211M0000XUF4", Reason.LENGTH, None),
        ("uscc", "91350211M0000XUO46", Reason.CHARACTERS, None),
        ("resident-id", "440305197111237553", Reason.CHECK, "6"),
        ("resident-id", "990305197111237553", Reason.PROVINCE, None),
        ("resident-id", "440305197113237556", Reason.BIRTH_DATE, None),
        ("resident-id", "440305197102307556", Reason.BIRTH_DATE, None),
        ("resident-id", "44030519711123755Y", Reason.CHARACTERS, None),
        ("resident-id", "", Reason.EMPTY, None),
        ("pr-card", "999826196309126503", Reason.PROVINCE, None),
        ("pr-card", "931826196309126504", Reason.CHECK, "3"),
        ("pr-card", "110101199510317533", Reason.CHARACTERS, None),
        ("passport", "12AB34567", Reason.STATE, None),
        ("passport", "ZZZ-12AB34567", Reason.STATE, None),
        ("hmt-permit", "440305197111237556", Reason.PROVINCE, None),
        ("lei", "213800KUD8LAJWSQ9D16", Reason.CHECK, "15"),
        ("horoscope", "1", Reason.KIND, None),
    ],
)
def test_a_bad_number_says_why(kind, raw, reason, expected):
    with pytest.raises(BadIdentifier) as refused:
        check(kind, raw)
    assert (refused.value.reason, refused.value.expected) == (reason, expected)
    assert expected is None or str(expected) in str(refused.value)


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_uscc_check_digits_are_those_of_python_stdnum(first):
    assert uscc_check_digit(first) == uscc.calc_check_digit(first)


@given(DIGITS)
def test_resident_id_check_digits_are_those_of_iso_7064(first):
    assert ric_check_digit(first) == iso7064.mod_11_2.calc_check_digit(first)


def test_there_are_34_provinces_and_the_residence_permits_prefixes():
    assert len(PROVINCES) == 35
    assert {"11", "46", "71", "81", "82", "83"} <= PROVINCES


@given(st.sampled_from(IdentifierKind), st.text())
def test_any_text_is_checked_or_refused(kind, raw):
    try:
        found = check(kind, raw)
    except BadIdentifier:
        return
    assert check(kind, found.value) == found


@given(st.text(min_size=1, max_size=40))
def test_a_mask_hides_at_least_half(value):
    assert len(mask(value)) == len(value)
    assert mask(value).count("*") * 2 >= len(value)


def test_an_identifiers_text_is_masked():
    assert str(check("passport", "FRA-12AB34567")) == "passport:FRA*******567"
