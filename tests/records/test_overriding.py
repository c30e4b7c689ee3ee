"""One row, one fault, one reason: what an officer may accept although a check failed, and who sees it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import BadIdentifier, IdentifierKind, Reason, check_structure, uscc_check_digit
from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import Record, RecordVersion, RowOverride, Submission
from credit.records.moves import Status
from credit.scoring.actions import publish
from credit.subjects.actions import find, read_on_file
from credit.subjects.models import Subject
from tests import factories
from tests.records.conftest import newest
from tests.records.files import penalties, penalty, rating, ratings
from tests.records.test_commands import run
from tests.scoring.conftest import OPEN_1

pytestmark = pytest.mark.django_db

GENUINE = "91350211M0000XUF46"  # published, and fails its own check
WHY = "Seen on the licence itself: this is how it was issued."
INVALID, CONFLICT = "identifier.invalid", "name.conflict"


def codes(submission: Submission) -> list[tuple[int | None, str]]:
    return list(submission.faults.filter(claim=submission.claim).values_list("line", "code"))


def accept(desk, submission, line, code=INVALID, *, reason=WHY, by=None):
    """The first officer accepts a row, and the file is checked again here."""
    made = actions.accept_row(
        submission.public_id, line=line, code=code, reason=reason, by=by or desk.first, now=desk.now
    )
    submission.refresh_from_db()
    assert submission.status == Status.RECEIVED
    actions.parse(submission.pk, now=desk.now)
    submission.refresh_from_db()
    return made


def test_a_number_of_which_only_the_check_digit_fails_is_accepted_for_one_row(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE), rating(2, identifier=GENUINE, document="other")))
    assert codes(made) == [(2, INVALID), (3, INVALID)]
    accept(desk, made, 2)
    assert codes(made) == [(3, INVALID)]
    assert (made.rows, made.accepted, made.faults_found) == (2, 1, 1)
    desk.release(made, partial=True)
    version = newest()
    assert version.record.document == "doc1"
    assert version.reason == WHY


def test_a_number_whose_structure_is_wrong_is_never_accepted(office):
    desk = office()
    for number in ("9135021IM0000XUF46", "91350211M0000XUF4", "000000000000000000000"):
        made = desk.deliver(ratings(rating(1, identifier=number)))
        with pytest.raises(Invalid):
            actions.accept_row(made.public_id, line=2, code=INVALID, reason=WHY, by=desk.first, now=desk.now)
        assert not RowOverride.objects.exists()


@pytest.mark.parametrize("code", ["value.unknown", "date.invalid", "record.duplicate", "no.such.code"])
def test_no_other_fault_is_accepted(code, office):
    desk = office()
    made = desk.deliver(ratings(rating(1, mark="Z", decided_on="x"), rating(2), rating(2)))
    for line in (1, 2, 3, 4, 99):
        with pytest.raises(Invalid):
            actions.accept_row(made.public_id, line=line, code=code, reason=WHY, by=desk.first, now=desk.now)


def test_another_name_is_accepted_onto_the_subject_and_shown_from_then_on(office):
    desk = office()
    desk.publish(ratings(rating(1, name="老字号公司")))
    made = desk.deliver(ratings(rating(1, name="新字号公司", document="second")))
    assert codes(made) == [(2, CONFLICT)]
    accept(desk, made, 2, CONFLICT, reason="The company changed its name on 1 May; register seen.")
    assert codes(made) == []
    desk.release(made)
    subject = Subject.objects.get()
    assert subject.name == "新字号公司"
    assert set(Record.objects.values_list("document", "subject")) == {("doc1", subject.pk), ("second", subject.pk)}
    assert newest(record__document="second").reason.startswith("The company changed its name")


def test_a_name_that_differs_within_the_file_can_be_accepted_too(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, name="甲公司"), rating(1, name="乙公司", document="second")))
    accept(desk, made, 3, CONFLICT)
    desk.release(made)
    assert Subject.objects.get().name == "乙公司"
    assert codes(desk.deliver(ratings(rating(1, name="甲公司", document="third")))) == []
    assert Record.objects.count() == 2


def test_what_was_accepted_is_journalled_without_reason_and_number(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    accept(desk, made, 2)
    entry = Entry.objects.get(kind="submission.row-accepted")
    told = entry.told()
    assert told["by"] == desk.first.public_id
    assert told["about"] == {"kind": "submission", "id": made.public_id}
    assert (told["facts"]["line"], told["facts"]["code"]) == (2, INVALID)
    assert GENUINE not in str(told)
    assert WHY not in str(told)


@pytest.mark.parametrize(
    "reason", ["", "too short", "x" * 301, f"It is {GENUINE}.", "It is 9135 0211 M000 0XUF 46 indeed", " " * 50]
)
def test_the_reason_says_why_and_never_the_number(reason, office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    with pytest.raises(Invalid):
        actions.accept_row(made.public_id, line=2, code=INVALID, reason=reason, by=desk.first, now=desk.now)
    made.refresh_from_db()
    assert made.status == Status.PARSED


def test_a_reason_may_name_days_documents_and_laws(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    reason = "On 2026-05-01 the register of 12 June 2025 was seen; 国市监〔2026〕第12345678号, page 20 of 21."
    assert accept(desk, made, 2, reason=reason).reason == reason


def test_only_officers_of_the_agency_accept(office):
    desk, other = office(), office("customs", "customs-level")
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    for user in (other.first, factories.official(), factories.user()):
        with pytest.raises(NotAllowed):
            actions.accept_row(made.public_id, line=2, code=INVALID, reason=WHY, by=user, now=desk.now)
    with pytest.raises(NotFound):
        actions.accept_row("2222-2222", line=2, code=INVALID, reason=WHY, by=desk.first, now=desk.now)


def test_a_row_is_accepted_once_and_only_while_the_file_waits(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE), rating(2)))
    accept(desk, made, 2)
    again = {"line": 2, "code": INVALID, "reason": WHY, "by": desk.first, "now": desk.now}
    with pytest.raises(Conflict):
        actions.accept_row(made.public_id, **again)
    desk.release(made)
    with pytest.raises(Conflict):
        actions.accept_row(made.public_id, **again)
    actions.withdraw(made.public_id, reason="Wrong year.", by=desk.first, now=desk.now)
    with pytest.raises(Conflict):
        actions.accept_row(made.public_id, **again)
    waiting = desk.deliver(ratings(rating(3, identifier=GENUINE)), parse=False)
    with pytest.raises(Conflict):
        actions.accept_row(waiting.public_id, **again)


def test_many_rows_can_be_accepted_without_the_file_being_given_up(office):
    desk = office()
    made = desk.deliver(ratings(*(rating(1, identifier=GENUINE, document=f"d{n}") for n in range(8))))
    for line in range(2, 10):
        accept(desk, made, line)
    assert made.status == Status.PARSED
    assert (made.accepted, made.faults_found) == (8, 0)


def test_whoever_accepted_a_row_does_not_release_it(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    accept(desk, made, 2, by=desk.second)
    with pytest.raises(NotAllowed):
        desk.release(made)
    third = factories.officer("tax")
    actions.release(made.public_id, by=third, now=desk.now)
    assert Record.objects.count() == 1


def test_the_subject_reads_that_a_check_had_failed_and_why_it_was_accepted(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    accept(desk, made, 2)
    desk.release(made)
    record = Record.objects.get()
    client = client_of(factories.user(subject=record.subject), second_factor=False)
    page = client.get(reverse("records:detail", args=[record.subject.public_id, record.public_id])).content.decode()
    assert "A check of the row had failed" in page
    assert WHY in page


def test_a_name_is_accepted_once_and_its_reason_stands_at_that_version(office):
    desk = office()
    desk.publish(ratings(rating(1, name="老字号公司")))
    for mark in ("B", "C"):
        made = desk.deliver(ratings(rating(1, name="新字号公司", mark=mark)))
        if mark == "B":
            accept(desk, made, 2, CONFLICT, reason="The register was seen for B.")
        desk.release(made, now=desk.now + timedelta(hours=1))
    reasons = RecordVersion.objects.order_by("number").values_list("mark", "reason")
    assert list(reasons) == [("A", ""), ("B", "The register was seen for B."), ("C", "")]


def test_penalties_of_a_number_that_fails_are_accepted_too(office):
    desk = office("market-supervision", "double-publicity-penalty")
    made = desk.deliver(penalties(penalty(1, CF_XDR_SHXYM=GENUINE.lower()), penalty(2)))
    accept(desk, made, 2)
    assert codes(made) == []
    desk.release(made)
    assert Record.objects.count() == 2


def test_an_accepted_row_may_still_be_a_duplicate(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE), rating(1, identifier=GENUINE)))
    accept(desk, made, 2)
    accept(desk, made, 3)
    assert codes(made) == [(3, "record.duplicate")]


def test_the_database_keeps_what_was_accepted(office):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    row = accept(desk, made, 2)
    for bad in ({"line": 0}, {"code": "value.unknown"}, {"reason": "short"}, {"reason": "x" * 301}, {}):
        fields = {"submission": made, "line": 2, "code": INVALID, "reason": WHY, "by": desk.first, "at": desk.now} | bad
        with pytest.raises(IntegrityError), transaction.atomic():
            RowOverride.objects.create(**fields)
    for statement in ("UPDATE records_rowoverride SET reason = reason", "DELETE FROM records_rowoverride"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert RowOverride.objects.get() == row


def test_structure_is_checked_without_the_check_digit():
    right = GENUINE[:-1] + uscc_check_digit(GENUINE[:-1])
    assert check_structure(IdentifierKind.USCC, f" {GENUINE[:9]}-{GENUINE[9:].lower()}").value == GENUINE
    assert check_structure(IdentifierKind.USCC, right).value == right
    for bad, reason in ((GENUINE[:-1], Reason.LENGTH), ("I" + GENUINE[1:], Reason.CHARACTERS), ("", Reason.EMPTY)):
        with pytest.raises(BadIdentifier) as refused:
            check_structure("uscc", bad)
        assert refused.value.reason is reason


@pytest.mark.parametrize("written", [f"uscc:{GENUINE}", f"USCC: {GENUINE[:8]} {GENUINE[8:].lower()}"])
def test_whoever_is_on_file_under_an_accepted_number_is_found_by_it(office, written):
    with pytest.raises(BadIdentifier, match="should be R"):
        read_on_file(written)
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    with pytest.raises(BadIdentifier):
        read_on_file(written)
    accept(desk, made, 2)
    desk.release(made)
    assert find(read_on_file(written)) == Subject.objects.get()
    with pytest.raises(BadIdentifier, match="should be"):
        read_on_file(f"uscc:{GENUINE[:-1]}7")
    with pytest.raises(BadIdentifier):
        read_on_file(f"lei:{GENUINE}")


def test_such_a_subject_is_exported_and_explained_by_command(office, tmp_path):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    accept(desk, made, 2)
    desk.release(made)
    by, subject, out = factories.operator().email, f"uscc:{GENUINE}", tmp_path / "all.zip"
    publish(OPEN_1, by="test", now=desk.now)
    assert run("export", subject, "--out", str(out), "--by", by)[0] == 0
    assert out.exists()
    code, document, err = run("explain", subject, "--by", by)
    assert (code, len(document["records"])) == (0, 1), err
