"""From a draft to a signed scheme: assessed, approved by two, announced long enough; an edit begins anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.ledger.models import Entry
from credit.scoring import actions, signing
from credit.scoring.board import drafts
from credit.scoring.board.life import Status
from credit.scoring.models import Draft, Scheme
from tests import factories
from tests.scoring.boardworld import assessed, later, member, text
from tests.scoring.conftest import OPEN_1


def scheme_of(now):
    """The first version, published in a test of its own transactions."""
    return actions.publish(OPEN_1, by="test", now=now)


def at_once(*calls):
    """The results of calls that start together, each on its own connection: a value or a refusal."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(10)
            return call()
        except (Conflict, NotAllowed) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def board(scheme):
    return member(), member()


@pytest.fixture
def draft(board, now):
    return drafts.start(text(starts=later(now)), by=board[0], now=now)


@pytest.fixture
def approved(draft, board, now):
    assessed(draft, now=now)
    for one in board:
        drafts.approve(draft.public_id, by=one, now=now)
    return Draft.objects.get(pk=draft.pk)


def test_the_whole_life_ends_in_a_signed_scheme_with_its_draft_attached(approved, board, now):
    done = drafts.publish(approved.public_id, by=board[1], now=now)
    scheme = Scheme.objects.get(code="open", version=2)
    assert (done.status, done.scheme) == (Status.PUBLISHED, scheme)
    assert scheme.draft == done
    assert scheme.text == done.text
    assert scheme.sha256 == done.sha256 == done.assessed_sha256
    assert signing.faults_of(scheme) == []
    moves = list(done.events.order_by("number").values_list("move", flat=True))
    assert moves == ["start", "assess", "approve", "approve", "publish"]
    kinds = Entry.objects.filter(kind__startswith="scheme.").values_list("kind", flat=True)
    assert {"scheme.drafted", "scheme.draft-assessed", "scheme.draft-approved", "scheme.draft-published"} <= set(kinds)


def test_it_is_announced_before_it_is_in_force_and_the_old_one_marks_until_then(approved, board, scheme, now):
    drafts.publish(approved.public_id, by=board[0], now=now)
    starts = approved.in_force_from
    assert Scheme.objects.in_force(starts - timedelta(days=1)) == scheme
    assert Scheme.objects.in_force(starts).version == 2


def test_nobody_approves_what_is_not_assessed(draft, board, now):
    with pytest.raises(Conflict) as refusal:
        drafts.approve(draft.public_id, by=board[1], now=now)
    assert "assess" in str(refusal.value)


def test_one_member_alone_is_not_two(draft, board, now):
    assessed(draft, now=now)
    drafts.approve(draft.public_id, by=board[0], now=now)
    with pytest.raises(NotAllowed):
        drafts.approve(draft.public_id, by=board[0], now=now)
    with pytest.raises(Conflict):
        drafts.publish(draft.public_id, by=board[0], now=now)


def test_on_a_larger_board_whoever_wrote_any_text_of_it_approves_nothing(draft, board, now):
    third, fourth = member(), member()
    drafts.edit(draft.public_id, text(starts=later(now, 61)), by=third, now=now)
    assessed(Draft.objects.get(pk=draft.pk), now=now)
    for author in (board[0], third):
        with pytest.raises(NotAllowed):
            drafts.approve(draft.public_id, by=author, now=now)
    drafts.approve(draft.public_id, by=board[1], now=now)
    assert drafts.approve(draft.public_id, by=fourth, now=now).status == Status.APPROVED


def test_another_text_drops_assessment_and_approvals(approved, board, now):
    changed = drafts.edit(approved.public_id, text(starts=later(now, 70)), by=board[0], now=now)
    assert (changed.status, changed.assessed_sha256, changed.approvals) == (Status.DRAFT, None, [])
    with pytest.raises(Conflict):
        drafts.approve(approved.public_id, by=board[1], now=now)


def test_an_assessment_of_an_older_text_counts_for_nothing(draft, board, now):
    drafts.edit(draft.public_id, text(starts=later(now, 70)), by=board[0], now=now)
    with pytest.raises(Conflict):
        drafts.note_assessed(draft.pk, sha256=draft.sha256, now=now)
    assert Draft.objects.get(pk=draft.pk).status == Status.DRAFT


def test_sent_back_it_begins_anew_and_the_reason_stays(approved, board, now):
    back = drafts.send_back(approved.public_id, reason=" Too hard on labour. ", by=board[1], now=now)
    assert (back.status, back.approvals, back.assessed_at) == (Status.DRAFT, [], None)
    assert back.events.latest("number").reason == "Too hard on labour."
    with pytest.raises(Invalid):
        drafts.abandon(approved.public_id, reason=" ", by=board[1], now=now)


def test_a_draft_that_is_given_up_stays_readable_and_lets_another_in(draft, board, now):
    with pytest.raises(Conflict):
        drafts.start(text(starts=later(now)), by=board[1], now=now)
    drafts.abandon(draft.public_id, reason="A better one comes.", by=board[1], now=now)
    again = drafts.start(text(starts=later(now)), by=board[1], now=now)
    assert Draft.objects.named(draft.public_id).text == again.text


@pytest.mark.parametrize("move", [drafts.approve, drafts.publish])
def test_nobody_decides_on_what_they_have_not_read(approved, board, now, move):
    with pytest.raises((Conflict, NotAllowed)):
        move(approved.public_id, by=board[0], now=now, seen=approved.steps - 1)
    assert Draft.objects.get(pk=approved.pk).status == Status.APPROVED


@pytest.mark.parametrize("who", [factories.user, factories.official, factories.auditor, factories.operator])
def test_nobody_but_the_board_does_anything(approved, now, who):
    stranger = who()
    with pytest.raises(NotAllowed):
        drafts.start(text(starts=later(now)), by=stranger, now=now)
    with pytest.raises(NotAllowed):
        drafts.edit(approved.public_id, text(starts=later(now, 99)), by=stranger, now=now)
    with pytest.raises(NotAllowed):
        drafts.publish(approved.public_id, by=stranger, now=now)
    for move in (drafts.send_back, drafts.abandon):
        with pytest.raises(NotAllowed):
            move(approved.public_id, reason="No.", by=stranger, now=now)
    with pytest.raises(NotFound):
        drafts.publish("NONE-SUCH", by=stranger, now=now)


def test_a_draft_comes_into_force_after_its_notice_at_the_earliest(board, now):
    with pytest.raises(Invalid) as refusal:
        drafts.start(text(starts=later(now, 29)), by=board[0], now=now)
    assert [path for path, _ in refusal.value.details["faults"]] == ["in_force_from"]
    assert drafts.start(text(starts=later(now, 30)), by=board[0], now=now).in_force_from == later(now, 30)


def test_who_publishes_too_late_is_told_so_and_publishes_nothing(approved, board, now):
    late = now + timedelta(days=31)
    with pytest.raises(Invalid):
        drafts.publish(approved.public_id, by=board[0], now=late)
    assert not Scheme.objects.filter(version=2).exists()


def test_all_faults_of_a_draft_are_told_at_once_with_their_paths(board, now):
    bad = text(starts=later(now), base="5000", version="0", disputed='"perhaps"').replace(b"[reasons.kinds.en]", b"[x]")
    with pytest.raises(Invalid) as refusal:
        drafts.start(bad, by=board[0], now=now)
    paths = [path for path, _ in refusal.value.details["faults"]]
    assert {"version", "disputed", "x", "reasons.kinds.en"} <= set(paths)


@pytest.mark.parametrize("number", [1, 3])
def test_only_the_next_version_is_drafted(board, now, number):
    with pytest.raises(Conflict):
        drafts.start(text(starts=later(now), version=str(number)), by=board[0], now=now)


def test_a_draft_stays_one_of_its_version(draft, board, now):
    with pytest.raises(Conflict):
        drafts.edit(draft.public_id, text(starts=later(now), version="3"), by=board[0], now=now)
    with pytest.raises(Invalid):
        drafts.edit(draft.public_id, draft.text.encode(), by=board[0], now=now)


def test_the_operator_publishes_only_the_first_version_by_command(scheme, now):
    with pytest.raises(Conflict):
        actions.publish(text(starts=later(now)), by="test", now=now, only_first=True)
    assert actions.publish(scheme.text.encode(), by="test", now=now, only_first=True) == scheme
    other = scheme.text.replace('code = "open"', 'code = "other"').encode()
    assert actions.publish(other, by="test", now=now, only_first=True).version == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"status": "approved"},
        {"status": "assessed"},
        {"status": "assessed", "assessed_sha256": "0" * 64},
        {"status": "published"},
        {"status": "abandoned"},
        {"status": "in-force"},
        {"assessed_sha256": "0" * 64},
        {"sha256": "nonsense"},
        {"text": ""},
        {"version": 0},
        {"version": 7},
        {"code": "other"},
    ],
)
def test_the_database_refuses_drafts_that_cannot_be(draft, bad):
    with pytest.raises(DatabaseError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**bad)


def test_the_database_refuses_one_member_twice(draft, board, now):
    assessed(draft, now=now)
    drafts.approve(draft.public_id, by=board[0], now=now)
    twice = {"status": "approved", "second_approved_by": board[0], "second_approved_at": now}
    with pytest.raises(DatabaseError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**twice)


@pytest.mark.parametrize("closing", ["publish", "abandon"])
def test_what_is_closed_never_changes_and_nothing_is_deleted(approved, board, now, closing):
    if closing == "publish":
        drafts.publish(approved.public_id, by=board[0], now=now)
    else:
        drafts.abandon(approved.public_id, reason="No.", by=board[0], now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Draft.objects.filter(pk=approved.pk).update(text="another")
    with pytest.raises(DatabaseError), transaction.atomic():
        Draft.objects.filter(pk=approved.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        approved.events.update(reason="another")


def test_two_approvals_at_once_are_one_each_and_the_same_member_counts_once(committed, now):
    scheme_of(now)
    first, second = member(), member()
    draft = assessed(drafts.start(text(starts=later(now)), by=first, now=now), now=now)

    def approve(one):
        return lambda: drafts.approve(draft.public_id, by=one, now=now)

    answers = at_once(approve(first), approve(first), approve(second))
    assert len([answer for answer in answers if isinstance(answer, Conflict | NotAllowed)]) == 1
    kept = Draft.objects.get(pk=draft.pk)
    assert kept.status == Status.APPROVED
    assert {who for who, _ in kept.approvals} == {first, second}
    assert list(kept.events.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]


def test_published_twice_at_once_is_once(committed, now):
    scheme_of(now)
    board = member(), member()
    draft = assessed(drafts.start(text(starts=later(now)), by=board[0], now=now), now=now)
    for one in board:
        drafts.approve(draft.public_id, by=one, now=now)
    answers = at_once(*[lambda one=one: drafts.publish(draft.public_id, by=one, now=now) for one in board])
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == 1
    assert Scheme.objects.filter(version=2).count() == 1
