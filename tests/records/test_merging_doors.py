"""Who may join and part two files, which files, and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.access.models import Ground
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Purpose
from credit.ledger.models import Entry
from credit.records import merging
from credit.records.filepages import COMPARED
from credit.records.models import Record, RecordVersion
from credit.subjects import actions as subjects
from credit.subjects.models import Merging, MergingStep, Office, Subject, SubjectIdentifier
from credit.subjects.rules import TRANSITIONS, Move, Refusal, Standing, Status, after
from tests import factories
from tests.conftest import browser_of
from tests.records.pairs import LEI, Files

DAY = timedelta(days=1)
db = pytest.mark.django_db


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
