"""Two files about one subject become one by two officials, and are parted again exactly."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid
from credit.core.policy import Permit, Purpose
from credit.identity.models import User
from credit.records import actions, merging
from credit.records.models import Record, RecordVersion
from credit.scoring import actions as scoring
from credit.scoring.actions import mark_of
from credit.scoring.models import Score
from credit.subjects import actions as subjects
from credit.subjects.rules import Move
from portal.export import everything
from tests import factories
from tests.examples import tries
from tests.records.conftest import newest, versions_of
from tests.records.pairs import LEI, Files
from tests.records.test_known_at import said_by

db = pytest.mark.django_db


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
