"""Officials put one file's numbers and records right at their desk, and take each such act back."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credit.access.models import Disclosure, Ground
from credit.core.identifiers import mask
from credit.records import actions, moving, numbers
from credit.records.models import Record, RecordMove, RecordVersion
from credit.subjects import actions as subjects
from credit.subjects.models import NumberAct, Office, Subject, SubjectIdentifier
from tests import factories
from tests.conftest import browser_of
from tests.records.files import rating, ratings
from tests.records.pairs import LEI

WHY = "The company register says so."
ATTACH = {"attach-number": f"lei:{LEI.value}", "attach-reason": WHY}
pytestmark = pytest.mark.django_db


def written(identifier):
    return f"{identifier.kind.value}:{identifier.value}"


def address_of(file, what=""):
    return f"/desk/files/of/{file.public_id}{what}"


def file_of(record):
    return RecordVersion.objects.current().get(record=record).subject


@pytest.fixture
def files(office):
    """Two companies with a record each."""
    desk = office()
    desk.publish(ratings(rating(1), rating(2)))
    return subjects.find(factories.uscc(1)), subjects.find(factories.uscc(2))


@pytest.fixture
def file(files):
    """The first of them."""
    return files[0]


@pytest.fixture
def desk(file):
    """The browser of an official who has opened the first file."""
    browser = browser_of(factories.official())
    browser.post(address_of(file, "/open"))
    return browser


def test_a_file_is_found_by_number_and_opened_by_a_look_that_its_subject_sees(file):
    browser = browser_of(factories.official())
    for text in (written(factories.uscc(1)), file.public_id.lower()):
        answer = browser.post("/desk/files/find", {"file": text})
        assert (answer.status_code, answer.headers["Location"]) == (302, address_of(file))
    shut = browser.get(address_of(file)).content.decode()
    assert file.name not in shut
    assert "/attach" not in shut
    assert not Disclosure.objects.exists()
    page = browser.post(address_of(file, "/open"), follow=True).content.decode()
    assert file.name in page
    assert mask(factories.uscc(1).value) in page
    assert factories.uscc(1).value not in page
    assert Record.objects.get(document="doc1").public_id in page
    assert Record.objects.get(document="doc2").public_id not in page
    (look,) = Disclosure.objects.all()
    assert (look.subject, look.purpose, look.fields) == (file, "subject-matching", ["identifiers", "name", "records"])
    browser.post(address_of(file, "/close"))
    assert not Ground.objects.open().exists()
    assert file.name not in browser.get(address_of(file)).content.decode()


def test_what_leads_to_no_file_is_said_at_the_field(file):
    browser = browser_of(factories.official())
    for text in (written(factories.uscc(77)), "BBBB-BBBB", "uscc:1", ""):
        answer = browser.post("/desk/files/find", {"file": text})
        assert answer.status_code == 422
        assert 'href="#id_file"' in answer.content.decode()
    assert browser.get("/desk/files/of/none").status_code == 404


def test_a_number_is_attached_and_that_is_undone(desk, file):
    answer = desk.post(address_of(file, "/attach"), ATTACH, follow=True)
    page = answer.content.decode()
    assert subjects.find(LEI) == file
    assert mask(LEI.value) in page
    assert LEI.value not in page
    act = NumberAct.objects.get()
    told = desk.get(address_of(file, "/acts")).content.decode()
    assert f"Attached: Legal entity identifier {mask(LEI.value)}" in told
    assert WHY in told
    assert str(act.by) in told
    undone = desk.post(address_of(file, "/undo"), {"undo-act": act.public_id, "undo-reason": "Another's."}, follow=True)
    assert subjects.find(LEI) is None
    assert "Another&#x27;s." in undone.content.decode()
    assert NumberAct.objects.get(undoes=act).act == "detach"
    again = desk.post(address_of(file, "/undo"), {"undo-act": act.public_id, "undo-reason": "x"})
    assert again.status_code == 422
    assert "This was undone already." in again.content.decode()


def test_a_number_is_taken_off_and_that_is_undone(desk, file):
    numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=factories.official(), now=timezone.now())
    row = SubjectIdentifier.objects.get(kind="lei")
    taken = desk.post(address_of(file, "/detach"), {"detach-number": row.pk, "detach-reason": WHY}, follow=True)
    assert mask(LEI.value) not in taken.content.decode()
    assert subjects.find(LEI) is None
    act = NumberAct.objects.get(act="detach")
    desk.post(address_of(file, "/undo"), {"undo-act": act.public_id, "undo-reason": "It was right."})
    assert subjects.find(LEI) == file


def test_records_are_moved_to_another_file_and_back_again(desk, files):
    file, other = files
    record = Record.objects.get(document="doc1")
    said = {"move-records": [record.public_id], "move-to": written(factories.uscc(2)), "move-reason": WHY}
    assert record.public_id not in desk.post(address_of(file, "/records"), said, follow=True).content.decode()
    assert file_of(record) == other
    made = RecordMove.objects.get()
    assert (made.source, made.target, made.records, made.reason) == (file, other, [record.public_id], WHY)
    told = desk.get(address_of(file, "/acts")).content.decode()
    assert f"1 record moved to file {other.public_id}" in told
    second = browser_of(factories.official())
    second.post(address_of(other, "/open"))
    assert f"1 record came from file {file.public_id}" in second.get(address_of(other, "/acts")).content.decode()
    second.post(address_of(other, "/undo"), {"undo-act": made.public_id, "undo-reason": "It was right."})
    assert file_of(record) == file
    assert RecordMove.objects.get(undoes=made).by != made.by
    with pytest.raises(ProgrammingError), transaction.atomic():
        RecordMove.objects.update(reason="another")


def test_a_move_is_undone_only_while_its_records_are_where_it_put_them(desk, files, office):
    office().publish(ratings(rating(3)))
    record = Record.objects.get(document="doc1").public_id
    official, now = factories.official(), timezone.now()
    moving.move_records([record], to=factories.uscc(2), reason=WHY, by=official, now=now)
    moving.move_records([record], to=factories.uscc(3), reason=WHY, by=official, now=now)
    first = RecordMove.objects.earliest("pk").public_id
    answer = desk.post(address_of(files[0], "/undo"), {"undo-act": first, "undo-reason": WHY})
    assert answer.status_code == 422
    assert "in another file by now" in answer.content.decode()
    assert RecordMove.objects.count() == 2


@pytest.mark.parametrize(
    ("what", "said", "field", "words"),
    [
        ("/attach", ATTACH | {"attach-reason": " "}, "attach-reason", "Say why."),
        ("/attach", ATTACH | {"attach-number": "lei:1"}, "attach-number", "characters"),
        ("/attach", ATTACH | {"attach-number": written(factories.uscc(2))}, "attach-number", "leads to a file"),
        ("/attach", ATTACH | {"attach-number": written(factories.resident_id(1))}, "attach-number", "never the same"),
        ("/detach", {"detach-number": "0", "detach-reason": WHY}, "detach-number_0", "any more"),
        ("/records", {"move-to": "lei:1", "move-reason": WHY}, "move-records_0", "Choose the records."),
        ("/records", {"move-records": ["BBBB-BBBB-BBBB"]}, "move-records_0", "in this file any more"),
        ("/undo", {"undo-reason": WHY}, "undo-act_0", "Choose what you take back."),
        ("/undo", {"undo-act": "BBBB-BBBB", "undo-reason": WHY}, "undo-act_0", "undone already"),
    ],
)
def test_what_is_refused_is_said_at_its_field(desk, file, what, said, field, words):
    answer = desk.post(address_of(file, what), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert words in page
    assert not NumberAct.objects.exists()
    assert not RecordMove.objects.exists()


def test_the_only_number_stays_and_records_of_another_file_cannot_be_moved_from_here(desk, files):
    row = SubjectIdentifier.objects.get(subject=files[0])
    answer = desk.post(address_of(files[0], "/detach"), {"detach-number": row.pk, "detach-reason": WHY})
    assert "the only number" in answer.content.decode()
    strange = Record.objects.get(document="doc2").public_id
    said = {"move-records": [strange], "move-to": written(factories.uscc(1)), "move-reason": WHY}
    assert desk.post(address_of(files[0], "/records"), said).status_code == 422
    itself = said | {"move-records": [Record.objects.get(document="doc1").public_id]}
    answer = desk.post(address_of(files[0], "/records"), itself)
    assert answer.status_code == 422
    assert 'href="#id_move-to"' in answer.content.decode()
    assert not RecordMove.objects.exists()


@pytest.mark.parametrize("what", ["/attach", "/detach", "/records", "/undo"])
def test_nothing_is_done_with_a_file_that_wasnt_opened(file, what):
    browser = browser_of(factories.official())
    answer = browser.post(address_of(file, what), ATTACH, follow=True)
    assert "Open the file first." in answer.content.decode()
    assert browser.get(address_of(file, what)).status_code == 405
    assert not NumberAct.objects.exists()
    assert not Disclosure.objects.exists()


def test_whose_file_it_is_sees_a_refusal_and_no_button(files):
    official = factories.official()
    subjects.open_office(official, files[0], Office.Role.DELEGATE, by="test", now=factories.SINCE)
    browser = browser_of(official)
    page = browser.get(address_of(files[0])).content.decode()
    assert "This file is your own" in page
    assert "/open" not in page
    for what in ("/open", "/close", "/attach", "/detach", "/records", "/undo"):
        assert browser.post(address_of(files[0], what), ATTACH).status_code == 403
    browser.post(address_of(files[1], "/open"))
    mine = {"move-records": [Record.objects.get(document="doc2").public_id], "move-reason": WHY}
    answer = browser.post(address_of(files[1], "/records"), mine | {"move-to": written(factories.uscc(1))})
    assert answer.status_code == 403
    assert not RecordMove.objects.exists()
    assert not Disclosure.objects.filter(subject=files[0]).exists()


def test_a_withheld_record_is_not_shown(desk, file):
    record = Record.objects.get(document="doc1")
    assert record.public_id in desk.get(address_of(file)).content.decode()
    actions.withhold(record, reason="x", by=factories.official(), now=timezone.now())
    assert record.public_id not in desk.get(address_of(file)).content.decode()
    said = {"move-records": [record.public_id], "move-to": written(factories.uscc(2)), "move-reason": WHY}
    assert desk.post(address_of(file, "/records"), said).status_code == 422


def test_a_joined_files_address_leads_on(file):
    absorbed = factories.company("Example 1 Ltd", LEI)
    Subject.objects.filter(pk=absorbed.pk).update(merged_into=file)
    answer = browser_of(factories.official()).get(address_of(absorbed))
    assert (answer.status_code, answer.headers["Location"]) == (302, address_of(file))


def test_the_pages_cost_the_same_for_many_records_and_acts(desk, file, office):
    def costs():
        found = []
        for what in ("", "/acts"):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address_of(file, what)).status_code == 200
            found.append(len(queries))
        return found

    official, now = factories.official(), timezone.now()

    def act(times):
        for _ in range(times):
            made = numbers.attach(LEI, to=factories.uscc(1), reason=WHY, by=official, now=now)
            numbers.undo(made.public_id, reason=WHY, by=official, now=now)
            record = Record.objects.get(document="doc1").public_id
            moving.move_records([record], to=factories.uscc(2), reason=WHY, by=official, now=now)
            moving.move_records([record], to=factories.uscc(1), reason=WHY, by=official, now=now)

    act(1)
    costs()  # the look itself
    few = costs()
    office().publish(ratings(*[rating(1, document=f"more{number}") for number in range(30)]))
    act(7)
    assert costs() == few
    assert "Page 1 of 2" in desk.get(address_of(file)).content.decode()
    assert "Page 1 of 2" in desk.get(address_of(file, "/acts")).content.decode()


def test_the_pages_are_in_chinese_too(desk, file):
    chinese = {"accept-language": "zh-hans"}
    desk.post(address_of(file, "/attach"), ATTACH, headers=chinese)
    for what in ("", "/acts"):
        page = desk.get(address_of(file, what), headers=chinese).content.decode()
        assert "工作人员" in page
        for words in ("Attach", "Take ", "Move ", "What officials", "Finished", "Undo"):
            assert words not in page
