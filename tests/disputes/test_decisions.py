"""What filing and deciding do to the record, the mark, the grounds and the journal, in the same transaction."""

from datetime import date, timedelta

import pytest

from credit.access.models import Ground
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.disputes import actions
from credit.disputes.actions import Proposal
from credit.disputes.models import Dispute, DisputeEvent
from credit.disputes.rules import Complaint, Method, Outcome
from credit.ledger.models import Entry
from credit.records import actions as records
from credit.records.models import RecordVersion
from credit.scoring import actions as scoring
from tests.disputes.conftest import KEEP, REMOVE


def versions(world):
    return list(RecordVersion.objects.filter(record=world.record).order_by("number"))


def mark(world):
    return scoring.mark_of(world.own_permit(), now=world.now)


def journalled(kind):
    return Entry.objects.filter(kind=kind).count()


def test_filing_flags_the_record_at_once(world):
    dispute = world.file()
    assert [version.disputed for version in versions(world)] == [False, True]
    assert (dispute.status, dispute.due_on) == ("filed", date(2026, 12, 13))
    assert journalled("dispute.filed") == 1


def test_filing_twice_is_a_conflict_that_names_the_open_case(world):
    first = world.file()
    with pytest.raises(Conflict) as refusal:
        world.file()
    assert refusal.value.details == {"dispute": first.public_id}
    assert Dispute.objects.count() == 1
    assert len(versions(world)) == 2


def test_a_record_that_was_removed_cannot_be_disputed(world):
    world.decided(REMOVE)
    with pytest.raises(Invalid, match="removed"):
        world.file()


def test_a_record_that_was_kept_can_be_disputed_again(world):
    world.decided(KEEP)
    assert world.file().status == "filed"


@pytest.mark.parametrize("said", ["", "   \n"])
def test_a_dispute_says_something(world, said):
    with pytest.raises(Invalid):
        world.file(statement=said)


def test_there_is_no_case_about_a_record_that_is_not_there(world):
    with pytest.raises(NotFound):
        actions.file(
            "2222-2222",
            permit=world.own_permit(),
            complaint=Complaint.OTHER,
            statement="Hello.",
            by=world.owner,
            now=world.now,
        )


def test_an_upheld_removal_strikes_the_record_and_moves_the_mark(world):
    before = mark(world)
    revision = world.subject.revision
    dispute = world.decided(REMOVE)
    last = versions(world)[-1]
    assert (dispute.is_upheld, last.struck, last.disputed, last.by) == (True, True, False, world.officials[1])
    assert last.reason == REMOVE.reason
    assert before.score is not None
    assert mark(world).score is None  # it was the only record: nothing is left to mark
    world.subject.refresh_from_db()
    assert world.subject.revision > revision
    assert journalled("dispute.confirm") == 1


def test_an_upheld_end_date_ends_the_record_earlier(world):
    ended = world.now.date() - timedelta(days=1)
    assert mark(world).score is not None
    world.decided(Proposal(Outcome.CORRECT_END, "The time was up.", Method.ORIGINAL_DOCUMENT, corrected_end=ended))
    last = versions(world)[-1]
    assert (last.valid_to, last.struck, last.disputed) == (ended, False, False)
    assert mark(world).score is None


def test_a_rejected_dispute_leaves_the_facts_and_takes_the_flag(world):
    before = mark(world)
    facts = versions(world)[0]
    dispute = world.decided(KEEP)
    last = versions(world)[-1]
    assert (dispute.is_upheld, last.disputed, last.struck) == (False, False, False)
    assert (last.mark, last.valid_from, last.valid_to) == (facts.mark, facts.valid_from, facts.valid_to)
    assert mark(world).score == before.score


def test_a_withdrawn_dispute_takes_the_flag(world):
    dispute = world.withdraw(world.proposed())
    assert not versions(world)[-1].disputed
    assert (dispute.status, dispute.outcome, dispute.withdrawn_by) == ("withdrawn", None, world.owner)


@pytest.mark.parametrize("ending", ["decided", "withdrawn", "handed back"])
def test_the_reason_to_look_ends_with_the_case(world, ending):
    dispute = world.proposed() if ending != "handed back" else world.take(world.file())
    if ending != "handed back":
        world.check(dispute)
    assert Ground.objects.open().filter(about_id=dispute.public_id).exists()
    if ending == "decided":
        world.confirm(dispute)
    elif ending == "withdrawn":
        world.withdraw(dispute)
    else:
        actions.hand_back(dispute.public_id, by=world.officials[0], now=world.now)
    assert not Ground.objects.open().filter(about_id=dispute.public_id).exists()
    for official in world.officials:
        with pytest.raises(NotAllowed):
            world.review_permit(official, dispute)


def test_sending_back_ends_only_the_second_officials_look(world):
    dispute = world.proposed()
    world.check(dispute)
    world.send_back(dispute)
    held = Ground.objects.open().filter(about_id=dispute.public_id)
    assert [ground.user for ground in held] == [world.officials[0]]


def test_an_end_before_the_beginning_is_refused_when_it_is_proposed(world):
    dispute = world.take(world.file())
    start = versions(world)[-1].valid_from
    wrong = Proposal(Outcome.CORRECT_END, "Ended.", Method.ASKED_AGENCY, corrected_end=start)
    with pytest.raises(Invalid):
        world.propose(dispute, wrong)


def test_a_mark_that_the_agency_does_not_give_is_refused_when_it_is_proposed(world):
    dispute = world.take(world.file())
    with pytest.raises(Invalid):
        world.propose(dispute, Proposal(Outcome.CORRECT_MARK, "Wrong.", Method.ASKED_AGENCY, corrected_mark="zzz"))


def test_information_is_added_to_the_timeline_while_the_case_is_open(world):
    dispute = world.proposed()
    actions.add_information(
        dispute.public_id, permit=world.own_permit(), text=" The receipt. ", by=world.owner, now=world.now
    )
    last = DisputeEvent.objects.timeline(dispute).last()
    assert last is not None
    assert (last.move, last.text, last.status) == ("add-information", "The receipt.", "proposed")


def test_the_journal_holds_no_word_of_what_was_said(world):
    world.decided(REMOVE)
    said = [*DisputeEvent.objects.exclude(text="").values_list("text", flat=True), world.subject.name]
    bodies = Entry.objects.filter(kind__startswith="dispute.").values_list("opening__body", flat=True)
    assert len(bodies) == 5  # filed, take, propose, checked, confirm
    assert not [body for body in bodies for words in said if words in body]


def test_what_the_agency_removed_meanwhile_can_still_be_closed(world):
    dispute = world.take(world.file())
    records.strike(world.record, reason="Delivered by mistake.", by=world.submitter, now=world.now)
    with pytest.raises(Invalid, match="removed this record"):
        world.propose(dispute, KEEP)
    world.propose(dispute, REMOVE)
    world.check(dispute)
    assert world.confirm(dispute).status == "decided"
    last = versions(world)[-1]
    assert (last.struck, last.disputed) == (True, False)


def test_a_correction_that_changes_nothing_is_refused_when_it_is_proposed(world):
    dispute = world.take(world.file())
    end = versions(world)[-1].valid_to
    with pytest.raises(Invalid, match="already"):
        world.propose(dispute, Proposal(Outcome.CORRECT_END, "Ended.", Method.ASKED_AGENCY, corrected_end=end))
