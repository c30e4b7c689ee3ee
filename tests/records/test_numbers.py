"""Officials give numbers to files, take them off, and move records; deliveries' register numbers go with them."""

import pytest
from django.db import ProgrammingError, transaction

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import Identifier, IdentifierKind
from credit.ledger.models import Entry
from credit.records import actions, merging, moving, numbers
from credit.records.models import Record, RecordVersion
from credit.subjects import actions as subjects
from credit.subjects.models import NumberAct, Office, RegisterJoin, Subject, SubjectIdentifier
from tests import factories
from tests.records.conftest import versions_of
from tests.records.files import rating, ratings
from tests.records.pairs import LEI
from tests.records.test_register_numbers import penalties, register

PENALTIES = "double-publicity-penalty"
WHY = "The company register says so."
pytestmark = pytest.mark.django_db


def by_register(number=1):
    return Identifier(IdentifierKind.REGISTER, register(number))


def told(kind):
    return [entry.told()["facts"] for entry in Entry.objects.filter(kind=kind).order_by("pk")]


def test_a_register_number_goes_with_the_delivery_that_brought_it(office):
    desk = office("market-supervision", PENALTIES)
    made = desk.publish(penalties((1, register(1)), (2, register(2))))
    assert subjects.find(by_register()) is not None
    assert told("subjects.registers-joined") == [{"numbers": 2}]
    actions.withdraw(made.public_id, reason="The wrong column.", by=desk.first, now=desk.now)
    assert subjects.find(by_register()) is None
    assert told("subjects.registers-dropped") == [{"numbers": 2}]
    assert subjects.find(factories.uscc(1)) is not None


def test_a_register_number_stays_while_another_delivery_says_whose_it_is(office):
    desk = office("market-supervision", PENALTIES)
    first = desk.publish(penalties((1, register(1))))
    second = desk.publish(penalties((1, register(1)), (3, "")))
    actions.withdraw(first.public_id, reason="x", by=desk.first, now=desk.now)
    assert subjects.find(by_register()) is not None
    actions.withdraw(second.public_id, reason="x", by=desk.first, now=desk.now)
    assert subjects.find(by_register()) is None
    assert not RegisterJoin.objects.filter(dropped_at=None).exists()


def test_an_official_attaches_an_lei_and_takes_it_back(office):
    desk, official = office(), factories.official()
    desk.publish(ratings(rating(1)))
    company = subjects.find(factories.uscc(1))
    revision = company.revision
    act = numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=official, now=desk.now)
    assert subjects.find(LEI) == company
    company.refresh_from_db()
    assert company.revision == revision + 1
    desk.publish(ratings(rating(1, identifier_type="lei", identifier=LEI.value, document="by-lei")))
    assert Record.objects.get(document="by-lei").subject == company
    undone = numbers.undo(act.public_id, reason="Another company's.", by=factories.official(), now=desk.now)
    assert (undone.act, undone.undoes) == ("detach", act)
    assert subjects.find(LEI) is None
    with pytest.raises(Conflict, match="already"):
        numbers.undo(act.public_id, reason=WHY, by=official, now=desk.now)
    numbers.undo(undone.public_id, reason=WHY, by=official, now=desk.now)
    assert subjects.find(LEI) == company
    assert LEI.value not in str([entry.told() for entry in Entry.objects.all()])
    assert [fact["undoes"] for fact in told("number.attach")] == [None, undone.public_id]


def test_what_cannot_be_done_with_a_number(office):
    desk, official = office(), factories.official()
    desk.publish(ratings(rating(1), rating(2)))
    now = desk.now
    with pytest.raises(NotAllowed):
        numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=desk.first, now=now)
    with pytest.raises(NotFound):
        numbers.attach(LEI, to=factories.uscc(99), reason=WHY, by=official, now=now)
    with pytest.raises(Invalid):
        numbers.attach(LEI, to=factories.uscc(1), reason=" ", by=official, now=now)
    with pytest.raises(Invalid):
        numbers.attach(factories.resident_id(), to=factories.uscc(1), reason=WHY, by=official, now=now)
    with pytest.raises(Conflict, match="leads to a file"):
        numbers.attach(factories.uscc(2), to=factories.uscc(1), reason=WHY, by=official, now=now)
    with pytest.raises(Conflict, match="only number"):
        numbers.detach(factories.uscc(1), reason=WHY, by=official, now=now)
    assert not NumberAct.objects.exists()
    numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=official, now=now)
    with pytest.raises(ProgrammingError), transaction.atomic():
        NumberAct.objects.update(reason="another")


def test_nobody_decides_on_their_own_companys_numbers(office):
    desk, official = office(), factories.official()
    desk.publish(ratings(rating(1)))
    subjects.open_office(official, Subject.objects.get(), Office.Role.DELEGATE, by="test", now=factories.SINCE)
    with pytest.raises(NotAllowed, match="your own"):
        numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=official, now=desk.now)


def test_a_file_that_was_built_of_two_is_split_and_put_together_again(office):
    """A register number of another company stood in a row: what came under it is in the wrong file."""
    desk, official = office("market-supervision", PENALTIES), factories.official()
    desk.publish(penalties((1, register(7))))
    grades = office()
    grades.publish(ratings(rating(2)))
    under_it = {"identifier_type": "register", "identifier": register(7)}
    grades.publish(ratings(rating(1, document="others", mark="D", **under_it)))
    mine, other = subjects.find(factories.uscc(1)), subjects.find(factories.uscc(2))
    record = Record.objects.get(document="others")
    numbers.detach(by_register(7), reason=WHY, by=official, now=desk.now)
    numbers.attach(by_register(7), to=factories.uscc(2), reason=WHY, by=official, now=desk.now)
    assert moving.move_records([record.public_id], to=factories.uscc(2), reason=WHY, by=official, now=desk.now) == 1
    current = RecordVersion.objects.current().values_list("record__document", "subject")
    assert set(current) == {("罚1号", mine.pk), ("others", other.pk), ("doc2", other.pk)}
    first, second = versions_of(record)
    assert (first.subject, second.subject, second.cause, second.by) == (mine, other, "merging", official)
    (fact,) = told("records.moved")
    assert fact == {"records": 1, "from_file": mine.public_id, "to_file": other.public_id}
    pair = merging.note_pair(mine, other, source="", by=official, now=desk.now)
    merging.look_at(pair.public_id, by=official, now=desk.now)
    said = {"reason": WHY, "by": official, "now": desk.now, "seen": 0}
    with pytest.raises(Conflict, match="moved there by hand"):
        merging.move(pair.public_id, merging.Move.PROPOSE, survivor=other.public_id, **said)
    grades.publish(ratings(rating(1, document="new", name="示例2公司", **under_it)))
    assert Record.objects.get(document="new").subject == other
    moving.move_records([record.public_id], to=factories.uscc(1), reason=WHY, by=official, now=desk.now)
    assert RecordVersion.objects.current().get(record=record).subject == mine


def test_what_cannot_be_moved(office):
    desk, official = office(), factories.official()
    desk.publish(ratings(rating(1), rating(2)))
    one, two = (Record.objects.get(document=f"doc{n}").public_id for n in (1, 2))
    now = desk.now
    with pytest.raises(NotAllowed):
        moving.move_records([one], to=factories.uscc(2), reason=WHY, by=desk.first, now=now)
    for records, to in (([one, two], 2), ([one], 1), ([], 2)):
        with pytest.raises(Invalid):
            moving.move_records(records, to=factories.uscc(to), reason=WHY, by=official, now=now)
    with pytest.raises(NotFound):
        moving.move_records(["AAAA-BBBB-CCCC"], to=factories.uscc(2), reason=WHY, by=official, now=now)
    with pytest.raises(Invalid):
        moving.move_records([one], to=factories.uscc(2), reason="", by=official, now=now)
    assert SubjectIdentifier.objects.count() == 2
