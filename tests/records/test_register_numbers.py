"""A company's several numbers join in one file; a number of another file is noted for officials, never joined."""

import pytest
from stdnum.iso7064 import mod_11_10

from credit.core.identifiers import Identifier, IdentifierKind
from credit.records.models import Record
from credit.records.notations import get
from credit.records.notations.reading import read
from credit.subjects import actions as subjects
from credit.subjects.models import Merging, Subject, SubjectIdentifier
from tests import factories
from tests.records.files import PENALTY, as_csv, penalty, rating, ratings

db = pytest.mark.django_db


def register(number: int) -> str:
    """A valid, invented register number."""
    body = f"11010800{number:06d}"
    return body + mod_11_10.calc_check_digit(body)


def penalties(*rows: tuple[int, str]) -> bytes:
    """A penalty file with register numbers."""
    lines = [[*penalty(number), written] for number, written in rows]
    return as_csv([*PENALTY, "CF_XDR_GSZC"], lines)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (register(1), register(1)),
        (f" {register(1)} ", register(1)),
        ("", ""),
        ("110108000000017", ""),
        ("京工商1号", ""),
        (factories.uscc(1).value, ""),
    ],
)
def test_only_a_sound_register_number_is_read_and_no_other_is_a_fault(written, found):
    [reading] = read(penalties((1, written)), filename="a.csv", notation=get("double-publicity-penalty"))
    assert [row.register for row in reading.rows] == [found]
    assert reading.faults == []


@db
def test_numbers_of_one_company_lead_to_one_file(office):
    desk = office("market-supervision", "double-publicity-penalty")
    desk.publish(penalties((1, register(1)), (2, "")))
    subject = Subject.objects.get(records__document="罚1号")
    assert subjects.find(Identifier(IdentifierKind.REGISTER, register(1))) == subject
    grades = office()
    name = "示例1公司"
    grades.publish(ratings(rating(1, identifier_type="register", identifier=register(1), name=name)))
    assert Record.objects.get(document="doc1").subject == subject
    assert not Merging.objects.exists()


@db
def test_the_same_numbers_again_change_nothing(office):
    desk = office("market-supervision", "double-publicity-penalty")
    desk.publish(penalties((1, register(1))))
    desk.publish(penalties((1, register(1)), (2, "")))
    assert SubjectIdentifier.objects.filter(kind="register").count() == 1
    assert not Merging.objects.exists()


@db
def test_a_number_of_another_file_is_noted_and_joins_nothing(office):
    grades = office()
    grades.publish(ratings(rating(7, identifier_type="register", identifier=register(1), name="示例1公司")))
    other = Record.objects.get(document="doc7").subject
    desk = office("market-supervision", "double-publicity-penalty")
    made = desk.publish(penalties((1, register(1))))
    mine = Record.objects.get(document="罚1号").subject
    assert mine != other
    assert mine.file == mine
    pair = Merging.objects.get()
    assert {pair.survivor, pair.absorbed} == {mine, other}
    assert (pair.status, pair.source, pair.noted_by) == ("noted", made.public_id, None)
    desk.publish(penalties((1, register(1)), (3, "")))
    assert Merging.objects.count() == 1


@db
def test_two_companies_under_one_register_number_are_noted(office):
    desk = office("market-supervision", "double-publicity-penalty")
    desk.publish(penalties((1, register(1)), (2, register(1))))
    assert Merging.objects.count() == 1
    first = Record.objects.get(document="罚1号").subject
    assert subjects.find(Identifier(IdentifierKind.REGISTER, register(1))) == first
