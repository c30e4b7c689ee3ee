"""Two files about one subject become one by two officials, and are parted again exactly."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.access.models import Ground
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import Identifier, IdentifierKind
from credit.core.policy import Permit, Purpose
from credit.identity.models import User
from credit.ledger.models import Entry
from credit.records import actions, merging
from credit.records.filepages import COMPARED
from credit.records.models import Record, RecordVersion
from credit.scoring import actions as scoring
from credit.scoring.actions import mark_of
from credit.scoring.models import Score
from credit.subjects import actions as subjects
from credit.subjects.models import Merging, MergingStep, Office, Subject, SubjectIdentifier
from credit.subjects.rules import TRANSITIONS, Move, Refusal, Standing, Status, after
from portal.export import everything
from tests import factories
from tests.conftest import browser_of
from tests.examples import tries
from tests.records.conftest import Office as Desk
from tests.records.conftest import newest, versions_of
from tests.records.files import rating, ratings
from tests.records.test_known_at import said_by
from tests.reports.world import SCHEME

DAY = timedelta(days=1)
LEI = Identifier(IdentifierKind.LEI, "5493001KJTIIGC8Y1R12")
db = pytest.mark.django_db


class Files:
    """A company that is on file twice, by its USCC and by its LEI, and two officials."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now = desk, desk.now
        scoring.publish(SCHEME, by="test", now=self.now)
        self.first, self.second = factories.official(), factories.official()
        self.uscc = factories.company("示例1公司", factories.uscc(1))
        self.lei = factories.company("Example 1 Ltd", LEI)
        self.pair = merging.suggest(factories.uscc(1), LEI, by=self.first, now=self.now)

    def move(self, made: Move, by: User, **kwargs: Any) -> Merging:
        """Look, then move, an hour later."""
        self.now += timedelta(hours=1)
        merging.look_at(self.pair.public_id, by=by, now=self.now)
        self.pair.refresh_from_db()
        seen = kwargs.pop("seen", self.pair.steps_taken)
        said = {"reason": "The same register entry.", "survivor": self.uscc.public_id} | kwargs
        moved = merging.move(self.pair.public_id, made, by=by, now=self.now, seen=seen, **said)
        for subject in (self.uscc, self.lei, self.pair):
            subject.refresh_from_db()
        return moved

    def join(self) -> None:
        """Two officials join the two files."""
        self.move(Move.PROPOSE, self.first)
        self.move(Move.CONFIRM, self.second)

    def part(self) -> None:
        """Two officials part them again."""
        self.move(Move.PROPOSE_UNDO, self.second)
        self.move(Move.CONFIRM_UNDO, self.first)

    def state(self, identifier: Identifier, number: int, *, mark: str = "A", **row: str) -> None:
        """The tax office delivers a grade under a number."""
        self.now += timedelta(hours=1)
        self.desk.now = self.now
        name = "Example 1 Ltd" if identifier.kind is IdentifierKind.LEI else "示例1公司"
        line = rating(
            number, identifier_type=identifier.kind.value, identifier=identifier.value, name=name, mark=mark, **row
        )
        self.desk.publish(ratings(line, rating(900 + self.now.hour, document=self.now.isoformat())), now=self.now)

    def look(self, subject: Subject, *, as_it_was: bool = False, at: datetime | None = None) -> Permit:
        """An operator's look."""
        actor = command_actor(factories.operator())
        return access.disclose(actor, subject, Purpose.OPERATION, as_it_was=as_it_was, now=at or self.now)

    def held(self, subject: Subject) -> list[str]:
        """The documents in a file."""
        current = RecordVersion.objects.filter(subject=subject).current().select_related("record")
        return sorted(version.record.document for version in current)


@pytest.fixture
def files(office, db) -> Files:
    return Files(office())


def test_joined_files_are_one_and_parted_files_are_two(files):
    files.state(factories.uscc(1), 1, mark="D")
    files.state(LEI, 2, mark="A")
    assert (files.held(files.uscc), files.held(files.lei)) == (["doc1"], ["doc2"])
    files.join()
    assert (files.held(files.uscc), files.held(files.lei)) == (["doc1", "doc2"], [])
    assert files.lei.file == files.uscc
    moved = newest(record__document="doc2")
    assert (moved.cause, moved.by, moved.reason) == ("merging", files.second, "The same register entry.")
    files.part()
    assert (files.held(files.uscc), files.held(files.lei)) == (["doc1"], ["doc2"])
    assert files.lei.file == files.lei
    assert Record.objects.get(document="doc2").subject == files.lei


def test_both_marks_are_made_anew(files):
    files.state(factories.uscc(1), 1, mark="A", decided_on="2026-01-01")
    files.state(LEI, 2, mark="D", decided_on="2026-06-01")
    before = {subject: mark_of(files.look(subject), now=files.now).score for subject in (files.uscc, files.lei)}
    scoring.rescore(by="test", now=files.now)
    files.join()
    assert not Score.objects.fresh(business_date(files.now)).filter(subject__in=[files.uscc, files.lei]).exists()
    assert mark_of(files.look(files.uscc), now=files.now).score == before[files.lei]
    files.part()
    assert {s: mark_of(files.look(s), now=files.now).score for s in (files.uscc, files.lei)} == before


def test_what_is_delivered_while_they_are_one_goes_to_the_one_and_home_again(files):
    files.state(LEI, 2)
    files.join()
    revision = files.uscc.revision
    files.state(LEI, 3, mark="C")
    files.state(LEI, 2, mark="B")
    assert files.held(files.uscc) == ["doc2", "doc3"]
    assert newest(record__document="doc2").mark == "B"
    files.uscc.refresh_from_db()
    assert files.uscc.revision == revision + 2
    files.part()
    assert (files.held(files.uscc), files.held(files.lei)) == ([], ["doc2", "doc3"])


def test_a_document_that_both_hold_counts_once(files):
    files.state(factories.uscc(1), 1, mark="D")
    files.state(LEI, 1, mark="D")
    files.state(LEI, 2, mark="C")
    files.join()
    assert files.held(files.uscc) == ["doc1", "doc2"]
    assert files.held(files.lei) == ["doc1"]
    files.part()
    assert files.held(files.lei) == ["doc1", "doc2"]


def test_what_each_file_said_at_any_time_is_told_exactly(files):
    files.state(factories.uscc(1), 1, mark="D")
    files.state(LEI, 2, mark="A")
    kept = []

    def keep() -> None:
        for identifier in (factories.uscc(1), LEI):
            subject = subjects.find(identifier)
            permit = files.look(subject)
            said = said_by(RecordVersion.objects.opened_by(permit).current())
            moment = files.now + timedelta(minutes=1)  # what is done takes its time, and is known from its end
            kept.append((moment, identifier, subject, said, mark_of(permit, now=files.now).document))

    keep()
    for step in (
        files.join,
        lambda: files.state(LEI, 3, mark="C"),
        files.part,
        lambda: files.state(LEI, 4, mark="B"),
        lambda: (files.move(Move.PROPOSE, files.first, survivor=files.lei.public_id),
                 files.move(Move.CONFIRM, files.second)),
    ):  # fmt: skip
        step()
        keep()
    for moment, identifier, subject, said, document in kept:
        assert subjects.find(identifier, known_at=moment) == subject
        permit = files.look(subject, as_it_was=True)
        assert said_by(RecordVersion.objects.opened_by(permit).known_at(moment)) == said
        then = mark_of(permit, now=files.now, as_of=business_date(moment), known_at=moment)
        assert then.document == document


def test_nobody_joins_files_alone(files):
    files.move(Move.PROPOSE, files.first)
    with pytest.raises(NotAllowed, match="proposed"):
        files.move(Move.CONFIRM, files.first)
    files.move(Move.CONFIRM, files.second)
    files.move(Move.PROPOSE_UNDO, files.second)
    with pytest.raises(NotAllowed, match="proposed"):
        files.move(Move.CONFIRM_UNDO, files.second)
    files.move(Move.KEEP, files.first)
    assert files.lei.file == files.uscc


def test_whoever_is_party_neither_looks_nor_decides(files):
    subjects.open_office(files.second, files.lei, Office.Role.DELEGATE, by="test", now=files.now - DAY)
    with pytest.raises(NotAllowed, match="your own"):
        merging.look_at(files.pair.public_id, by=files.second, now=files.now)
    with pytest.raises(NotAllowed, match="officials"):
        merging.look_at(files.pair.public_id, by=factories.officer(), now=files.now)
    with pytest.raises(NotAllowed, match="officials"):
        merging.suggest(factories.uscc(1), LEI, by=factories.user(), now=files.now)


def test_nobody_decides_unseen_on_an_old_page_or_without_a_reason(files):
    said = {"reason": "x", "survivor": files.uscc.public_id, "now": files.now}
    with pytest.raises(NotAllowed, match="Compare"):
        merging.move(files.pair.public_id, Move.PROPOSE, by=files.first, seen=0, **said)
    with pytest.raises(Conflict):
        files.move(Move.PROPOSE, files.first, seen=3)
    with pytest.raises(Invalid, match="why"):
        files.move(Move.PROPOSE, files.first, reason=" ")
    with pytest.raises(Invalid, match="stays"):
        files.move(Move.PROPOSE, files.first, survivor="nobody")
    with pytest.raises(Conflict):
        files.move(Move.CONFIRM, files.first)
    with pytest.raises(NotFound):
        merging.look_at("none", by=files.first, now=files.now)


def test_looks_are_told_to_both_and_end_with_the_decision(files):
    files.move(Move.PROPOSE, files.first)
    for subject in (files.uscc, files.lei):
        actor = command_actor(files.first, now=files.now)
        asked = {"fields": COMPARED, "about": files.pair, "now": files.now}
        permit = access.disclose(actor, subject, Purpose.SUBJECT_MATCHING, **asked)
        assert Subject.objects.opened_by(permit).get() == subject
        assert SubjectIdentifier.objects.opened_by(permit).count() == 1
        with pytest.raises(NotAllowed):
            RecordVersion.objects.opened_by(permit)
    files.move(Move.CONFIRM, files.second)
    assert not Ground.objects.open().exists()
    with pytest.raises(NotAllowed):
        access.disclose(command_actor(files.first), files.uscc, Purpose.SUBJECT_MATCHING, now=files.now)


def test_only_files_of_one_kind_that_are_two_can_be_a_pair(files):
    person = factories.person()
    with pytest.raises(Invalid, match="company"):
        merging.note_pair(files.uscc, person, source="", by=files.first, now=files.now)
    assert merging.suggest(LEI, factories.uscc(1), by=files.second, now=files.now) == files.pair
    with pytest.raises(NotFound):
        merging.suggest(LEI, factories.uscc(4444), by=files.second, now=files.now)
    files.join()
    with pytest.raises(Invalid, match="already"):
        merging.suggest(LEI, factories.uscc(1), by=files.second, now=files.now)


def test_no_chains_arise(files):
    files.join()
    third = factories.company("示例3公司", factories.uscc(3))
    other = Files.__new__(Files)
    other.__dict__ |= files.__dict__ | {"uscc": third, "lei": files.uscc}
    other.pair = merging.suggest(factories.uscc(3), LEI, by=files.first, now=files.now)
    with pytest.raises(Conflict, match="third"):
        other.move(Move.PROPOSE, files.first, survivor=third.public_id)
    other.uscc, other.lei = files.uscc, third
    other.join()
    third.refresh_from_db()
    assert third.file == files.uscc


def test_every_step_is_in_the_journal_with_public_numbers_alone(files):
    files.join()
    files.part()
    entries = Entry.objects.filter(kind__startswith="merging.").order_by("pk")
    assert [entry.kind for entry in entries] == [
        "merging.noted", "merging.propose", "merging.confirm", "merging.propose-undo", "merging.confirm-undo",
    ]  # fmt: skip
    assert [step.move for step in MergingStep.objects.of(files.pair)] == [
        "propose", "confirm", "propose-undo", "confirm-undo",
    ]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        MergingStep.objects.update(reason="other")


def test_a_joined_file_opens_to_everybody_who_had_one_of_the_two(files):
    owner = factories.user(subject=files.lei)
    stranger = factories.user()
    files.state(LEI, 2)
    files.join()
    record = Record.objects.get(document="doc2")
    old, new = (f"/s/{s.public_id}/records/{record.public_id}" for s in (files.lei, files.uscc))
    browser = browser_of(owner)
    moved = browser.get(f"{old}?page=1")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{new}?page=1")
    page = browser.get(new)
    assert page.status_code == 200
    text = page.content.decode()
    assert "The same register entry." in text
    assert browser_of(stranger).get(old).status_code == 404
    assert browser_of(stranger).get(new).status_code == 404
    files.part()
    assert browser.get(old).status_code == 200
    assert browser.get(new).status_code == 404


def test_a_case_goes_on_while_its_file_is_joined_and_parted(files):
    from credit.disputes import actions as disputes
    from credit.disputes.rules import Complaint, Method, Outcome

    files.state(LEI, 2, mark="D")
    owner, judge, second = factories.user(subject=files.lei), factories.official(), factories.official()
    permit = access.disclose(command_actor(owner), files.lei, Purpose.OWN_RECORD, now=files.now)
    record = Record.objects.get(document="doc2")
    case = disputes.file(
        record.public_id, permit=permit, complaint=Complaint.OTHER, statement="No.", by=owner, now=files.now
    )
    disputes.take(case.public_id, by=judge, now=files.now)
    files.join()
    assert newest(record=record).disputed
    permit = access.disclose(command_actor(owner), files.lei, Purpose.OWN_RECORD, now=files.now)
    disputes.add_information(case.public_id, permit=permit, text="More.", by=owner, now=files.now)

    def review(user: User) -> Permit:
        return access.disclose(command_actor(user), files.lei, Purpose.DISPUTE_REVIEW, about=case, now=files.now)

    proposal = disputes.Proposal(Outcome.CORRECT_MARK, "Right.", next(iter(Method)), corrected_mark="A")
    disputes.propose(case.public_id, permit=review(judge), proposal=proposal, by=judge, now=files.now)
    files.part()
    disputes.check(case.public_id, by=second, now=files.now)
    disputes.confirm(case.public_id, permit=review(second), by=second, now=files.now)
    assert (newest(record=record).mark, newest(record=record).subject) == ("A", files.lei)
    assert not newest(record=record).disputed


@pytest.mark.parametrize(
    "bad",
    [
        {"status": "magic"},
        {"status": "merged"},
        {"status": "proposed", "proposed_by": None},
    ],
)
def test_the_database_refuses_impossible_pairs(files, bad):
    with pytest.raises(IntegrityError), transaction.atomic():
        Merging.objects.filter(pk=files.pair.pk).update(**bad)


def test_the_database_refuses_a_pair_twice_one_file_and_one_official(files):
    for one, other in ((files.uscc, files.uscc), (files.lei, files.uscc)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Merging.objects.create(survivor=one, absorbed=other, noted_at=files.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Merging.objects.update(status="merged", proposed_by=files.first, decided_by=files.first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subject.objects.filter(pk=files.uscc.pk).update(merged_into=files.uscc)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_only_listed_moves_are_possible(status, move):
    allowed = {(official, party, proposer): after(status, move, Standing(official, party, proposer))
               for official in (True, False) for party in (True, False) for proposer in (True, False)}  # fmt: skip
    for (official, party, proposer), answer in allowed.items():
        row = TRANSITIONS.get((status, move))
        if not official:
            assert answer is Refusal.NOT_OFFICIAL
        elif row is None:
            assert answer is Refusal.NOT_NOW
        elif party:
            assert answer is Refusal.PARTY
        elif proposer and row[0] == "second-official":
            assert answer is Refusal.OWN_PROPOSAL
        else:
            assert answer is row[1]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("state"), st.booleans(), st.integers(1, 3), st.sampled_from("ABCD")),
        st.tuples(st.sampled_from(["withdraw", "dispute", "correct", "strike"]), st.integers(0, 5)),
        st.tuples(st.sampled_from(["join", "part"])),
    ),
    min_size=3,
    max_size=9,
)


@db
@settings(max_examples=tries(12), suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(steps=STEPS)
def test_joining_and_parting_leaves_no_trace_in_what_the_files_say(office, steps):
    """Whatever happened before, in between and after: once parted, each file holds what was filed under it."""
    with transaction.atomic():
        files = Files(office())
        released = []
        for kind, *args in steps:
            _do(files, kind, args, released)
        files.pair.refresh_from_db()
        if files.pair.is_joined:
            files.part()
        for record in Record.objects.all():
            versions = versions_of(record)
            assert versions[-1].subject_id == record.subject_id
            assert [version.number for version in versions] == list(range(1, len(versions) + 1))
            told = [v for v in versions if v.cause == "merging"]
            for version in told:
                before = versions[version.number - 2]
                said = ("value", "mark", "valid_from", "valid_to", "disputed", "withheld", "struck", "submission_id")
                assert [getattr(version, name) for name in said] == [getattr(before, name) for name in said]
                assert version.subject_id != before.subject_id
        transaction.set_rollback(True)


def _do(files: Files, kind: str, args: list[Any], released: list[Any]) -> None:
    official = files.first
    files.now += timedelta(hours=1)
    records = list(Record.objects.filter(subject__in=[files.uscc, files.lei]).order_by("pk"))
    if kind == "state":
        by_lei, number, mark = args
        files.state(LEI if by_lei else factories.uscc(1), number, mark=mark)
    elif kind == "join" and not files.pair.is_joined:
        files.join()
    elif kind == "part" and files.pair.is_joined:
        files.part()
    elif kind == "withdraw":
        standing = [v.submission for v in RecordVersion.objects.filter(cause="submission").select_related("submission")]
        standing = [submission for submission in standing if submission.status == "released"]
        if standing:
            found = standing[args[0] % len(standing)]
            actions.withdraw(found.public_id, reason="x", by=files.desk.first, now=files.now)
    elif kind in ("dispute", "correct", "strike") and records:
        record = records[args[0] % len(records)]
        with transaction.atomic():
            try:
                if kind == "dispute":
                    actions.flag_disputed(record, disputed=True, by=official, now=files.now)
                elif kind == "correct":
                    actions.correct(record, mark="B", reason="x", by=official, now=files.now)
                else:
                    actions.strike(record, reason="x", by=official, now=files.now)
            except (Conflict, Invalid):
                pass


def test_while_a_delivery_is_being_published_files_are_not_joined(committed, office):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    files = Files(office())
    files.move(Move.PROPOSE, files.first)

    def join() -> str:
        try:
            files.move(Move.CONFIRM, files.second)
        except Conflict as refusal:
            return str(refusal)
        finally:
            connections.close_all()
        return "joined"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(merging.WHILE_PUBLISHING)
            assert "delivery" in pool.submit(join).result(30)
        assert pool.submit(join).result(30) == "joined"


def test_explain_tells_what_the_file_of_a_number_said_then(files, capsys):
    import json

    from django.core.management import call_command

    files.state(LEI, 2, mark="A")
    before = files.now + timedelta(minutes=1)
    files.state(factories.uscc(1), 1, mark="D", decided_on="2026-08-01")
    files.join()

    def explained(**options: str) -> list[str]:
        by = factories.operator().email
        call_command("explain", f"lei:{LEI.value}", json=True, by=by, purpose="operation", **options)
        return sorted(record["id"] for record in json.loads(capsys.readouterr().out)["records"])

    ids = {record.document: record.public_id for record in Record.objects.all()}
    assert explained() == sorted([ids["doc1"], ids["doc2"]])
    assert explained(known_at=before.isoformat()) == [ids["doc2"]]


def test_an_export_has_all_that_is_held_on_the_files_that_are_one(files):
    files.state(LEI, 2, mark="A", decided_on="2026-06-01")
    mark_of(files.look(files.lei), now=files.now)
    files.join()
    files.state(LEI, 2, mark="A", decided_on="2026-06-01")
    factories.user("Delegate", subject=files.lei)
    actor = command_actor(factories.operator())
    permit = access.disclose(actor, files.uscc, Purpose.DATA_EXPORT, now=files.now)
    held = everything(permit, now=files.now).tree
    assert [(row["name"], row["joined_with"]) for row in held["names"]] == [
        ("示例1公司", None),
        ("Example 1 Ltd", files.uscc.public_id),
    ]
    assert [row["name"] for row in held["ways_in"]] == ["Delegate"]
    assert [row["move"] for row in held["joined_files"]] == ["propose", "confirm"]
    assert {row["file_that_is_led_on"] for row in held["joined_files"]} == {files.lei.public_id}
    assert {row["subject"] for row in held["marks"]} == {files.lei.public_id, files.uscc.public_id}
    (again,) = held["stated_again"]
    assert (again["record"], again["version"]) == (newest(record__document="doc2").record.public_id, 1)
    files.part()
    permit = access.disclose(actor, files.uscc, Purpose.DATA_EXPORT, now=files.now)
    parted = everything(permit, now=files.now).tree
    assert [row["name"] for row in parted["names"]] == ["示例1公司"]
    assert len(parted["joined_files"]) == 4
    assert files.lei.public_id not in str(parted["joined_files"])
