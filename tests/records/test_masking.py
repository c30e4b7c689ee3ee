"""Nobody outside an agency's own page reads an official number from a fault, wherever it stood, however it was cut."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from credit.records.answers import refused, submitted
from credit.records.masking import masked_text, masked_value
from credit.records.notations.faults import Code, Fault, shown
from credit.records.refusals import as_json
from tests import factories
from tests.records.files import RATING, as_csv, rating, ratings

RESIDENT = "110101199003075771"
NUMBERS = [
    RESIDENT,
    factories.uscc(7).value,
    "FRA-12AB34567",
    "FRA12AB34567",
    "H12345678",
    "M1234567801",
    "FRA310012345678",
    "5493001KJTIIGC8Y1R12",
    "370102000012345",
]
CUTS = ["{}", " {} ", "身份证{}号", "no. {}, see above"]
MARKS = ["", "\u200b", "\u202e", "\ufeff", "\0", "\u00ad", "\u0301"]


def letters(text: str) -> str:
    """What somebody can read in a text, without whatever stands between."""
    return "".join(character for character in text if character.isalnum())


def leaks(number: str, told: str) -> bool:
    """Whether a text still tells the number, or most of it in one piece."""
    plain = letters(number)
    return any(plain[at : at + len(plain) - 3] in letters(told) for at in range(4))


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_any_cell_is_masked_with_invisible_marks_in_it_too(number, mark, cut):
    place = len(number) - 4
    cell = cut.format(number[:place] + mark + number[place:])
    assert not leaks(number, masked_text(shown(cell)))
    assert not leaks(number.lower(), masked_text(shown(cell.lower())))


@pytest.mark.parametrize(
    "cell",
    [
        "1101 0119 9003 0757 71",
        "110101-19900307-5771",
        "1101\u30000119\u00a09003\u20090757\u200271",
        "１１０１０１１９９００３０７５７７１",
        "١١٠١٠١١٩٩٠٠٣٠٧٥٧٧١",
        "张三 1101 0119 9003 0757 71 北京",
    ],
)
def test_a_resident_id_in_groups_or_in_other_figures_is_masked(cell):
    told = masked_text(shown(cell))
    assert "*" * 8 in told
    assert not leaks(RESIDENT, told)
    assert not leaks(cell, told)


@pytest.mark.parametrize("alone", ["H 1234 5678", "12345678", "0123456789", "0123456789B", "FRA - 12 AB 34567"])
def test_a_permit_that_is_all_that_stands_in_a_cell_is_masked(alone):
    assert not leaks(alone.replace(" ", ""), masked_text(alone))


@pytest.mark.parametrize(
    "cell",
    ["2026-06-31", "20260601", "2026/13/01", "-1.5", "1,234,567.89", "罚2026第12号", "doc12345", "AAA", "優", "x" * 200,
     "Annual grade of 2026", "=cmd()", ""],
)  # fmt: skip
def test_what_is_no_number_of_anybody_is_told_as_it_stood(cell):
    assert masked_text(cell) == cell


@pytest.mark.parametrize("code", [code for code in Code if not code.startswith("file.")])
@pytest.mark.parametrize(
    "heading", ["identifier", "统一社会信用代码", "CF_XDR_ZJHM", "ＣＦ＿ＸＤＲ＿ＺＪＨＭ", "cardNum", "CF_FR_ZJHM"]
)
def test_the_cell_of_a_number_is_masked_whatever_is_wrong_with_it(code, heading):
    told = as_json(Fault(2, heading, code, "AB-1234", "", "1"))["value"]
    assert told == "A*****4"


@given(st.text(), st.one_of(st.none(), st.sampled_from(["identifier", "name"])))
def test_any_value_can_be_masked(value, heading):
    assert len(masked_value(shown(value), heading)) == len(shown(value))


@pytest.mark.django_db
def test_no_door_tells_a_number_that_an_invisible_mark_cuts(office, client_of, program):
    desk = office()
    cell = f"{RESIDENT[:14]}\u200b{RESIDENT[14:]}"
    row = rating(1, identifier_type="resident-id", identifier=cell, mark=cell, document="FRA-12AB\u200b34567")
    made = desk.deliver(ratings(row))
    saved = client_of(desk.first).get(reverse("agency:fault-list", args=["tax", made.public_id])).content
    api = program().get(f"/api/v1/submissions/{made.public_id}/faults").content.decode()
    told = csv.DictReader(io.StringIO(saved.decode("utf-8-sig")))
    assert {line["column"] for line in told} == {"identifier", "mark", "document"}
    for text in (saved.decode(), api, str(submitted(made))):
        assert not leaks(RESIDENT, text)
        assert not leaks("FRA-12AB34567", text)


@pytest.mark.django_db
def test_a_file_without_its_heading_row_tells_no_number_as_its_heading(office):
    desk = office()
    made = desk.deliver(as_csv(rating(1, identifier_type="resident-id", identifier=RESIDENT), [rating(2)]))
    told = submitted(made)
    assert any(fault["column"] for fault in told["faults"])
    assert not leaks(RESIDENT, str(told))


def test_a_forbidden_column_that_holds_a_number_is_told_without_it():
    heading = f"religion {RESIDENT}"
    (fault,) = refused("", [Fault(None, heading, Code.FILE_FORBIDDEN, heading, "", "religion")])["faults"]
    assert not leaks(RESIDENT, str(fault))
    assert fault["column"].startswith("religion ")


@pytest.mark.django_db
def test_known_headings_are_told_as_they_are(office):
    made = office().deliver(as_csv([*RATING, "extra"], [[*rating(1), "x"]]))
    assert [fault["column"] for fault in submitted(made)["faults"]] == ["extra"]
