"""An assessment from its order to its result, whatever happens to workers and messages on the way."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from credit.core.errors import Conflict, NotAllowed, NotFound
from credit.ledger.models import Entry
from credit.scoring import tasks
from credit.scoring.assessment import assessing
from credit.scoring.assessment.models import LIES, TRIES, WAITS, Assessment, AssessmentPart, AssessmentResult
from credit.scoring.board import drafts
from credit.scoring.board.life import Status
from credit.scoring.bulk import population as everybody
from credit.scoring.models import Draft
from credit.subjects.models import Subject, SubjectIdentifier
from tests import factories
from tests.scoring.impact.conftest import NEXT


@pytest.fixture
def sent(monkeypatch):
    """What was told to the workers."""
    messages = []
    monkeypatch.setattr(assessing, "send", messages.extend)
    return messages


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(everybody, "PART", 30)


def counted(order: Assessment) -> list[int]:
    return list(order.counted_parts.filter(tally__isnull=False).values_list("number", flat=True))


def test_the_result_says_what_the_new_weight_does(assessed):
    tree = assessed.result.tree
    assert (tree["scheme"]["version"], tree["against"]["version"], tree["as_of"]) == (2, 1, "2026-11-23")
    companies = tree["kinds"]["company"]
    assert companies["subjects"] == 40
    assert companies["moves"] == {"up": 0, "down": 20, "same": 10, "gained": 0, "lost": 0, "none": 10}
    assert len(tree["largest"]) == 20
    assert {tuple(line["category"] for line in mover["because"]) for mover in tree["largest"]} <= {
        ("market",),
        ("market", "base"),
    }
    assert [group["group"] for group in tree["between_kinds"]] == ["individual", "company"]


def test_the_draft_may_be_approved_from_then_on(assessed, draft):
    draft.refresh_from_db()
    assert (draft.status, draft.assessed_sha256) == (Status.ASSESSED, assessed.sha256)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["assessment.ordered", "assessment.finished", "scheme.draft-assessed"]


def test_parts_of_any_size_give_the_same_result(assessed, board, draft, now, monkeypatch):
    whole = assessed.result.tree
    monkeypatch.setattr(everybody, "PART", 7)
    drafts.send_back(draft.public_id, reason="once more", by=board, now=now)
    later = now + timedelta(days=1)
    order = assessing.order(draft.public_id, by=board, now=later)
    assert order.parts == -(-Subject.objects.count() // 7)
    for number in reversed(range(1, order.parts + 1)):
        assessing.count_part(order.pk, number, now=later)
    again = AssessmentResult.objects.get(assessment=order).tree
    fading = ("as_of", "largest")  # marks fade by a day: within rounding the same
    assert {k: v for k, v in again.items() if k not in (*fading, "kinds")} == {
        k: v for k, v in whole.items() if k not in (*fading, "kinds")
    }
    assert again["kinds"]["company"]["moves"] == whole["kinds"]["company"]["moves"]


@pytest.mark.usefixtures("population", "small_parts")
def test_the_last_part_finishes_it_and_a_part_twice_is_once(
    draft, board, now, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        order = assessing.order(draft.public_id, by=board, now=now)
    assert sent == [(order.pk, number) for number in range(1, order.parts + 1)]
    assert order.parts >= 3
    for _, number in [*sent[:-1], *sent[:-1]]:
        assert not assessing.count_part(order.pk, number, now=now)
    assert counted(order) == [number for _, number in sent[:-1]]
    assert not AssessmentResult.objects.exists()
    tasks.assess_part(*sent[-1])
    assert AssessmentResult.objects.get().assessment == order
    assert assessing.count_part(order.pk, sent[-1][1], now=now)  # a late message
    assert AssessmentResult.objects.count() == 1
    assert not AssessmentPart.objects.exists()


@pytest.mark.usefixtures("population", "small_parts")
def test_two_workers_that_put_all_together_at_once_leave_one_result(draft, board, now, sent, monkeypatch):
    order = assessing.order(draft.public_id, by=board, now=now)
    together = assessing._together
    found = {}

    def meanwhile(assessment):
        whole = together(assessment)
        if whole is not None and not found:
            found["other"] = True
            assessing.finish(assessment, now=now)
        return whole

    monkeypatch.setattr(assessing, "_together", meanwhile)
    for number in range(1, order.parts + 1):
        assessing.count_part(order.pk, number, now=now)
    assert found
    assert AssessmentResult.objects.count() == 1


@pytest.mark.usefixtures("population", "small_parts")
def test_what_a_lost_message_or_a_dead_worker_left_is_sent_again(draft, board, now, sent, monkeypatch):
    order = assessing.order(draft.public_id, by=board, now=now)
    assessing.count_part(order.pk, 1, now=now)
    sent.clear()
    assert assessing.sweep(now=now + WAITS - timedelta(seconds=1)) == 0
    killed = order.counted_parts.get(number=2)

    def dies(*_arguments):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(everybody, "facts_of", dies)
        with pytest.raises(SystemExit):
            assessing.count_part(order.pk, killed.number, now=now)
    assert assessing.sweep(now=now + WAITS + timedelta(seconds=1)) == order.parts - 2  # all that nobody has begun
    assert (order.pk, 2) not in sent
    sent.clear()
    late = now + LIES + WAITS + timedelta(seconds=1)
    assessing.sweep(now=late)
    assert (order.pk, 2) in sent
    assert (order.pk, 1) not in sent
    assert assessing.sweep(now=late) == 0
    for message in sent:
        assessing.count_part(*message, now=late)
    assert AssessmentResult.objects.count() == 1


@pytest.mark.usefixtures("population", "small_parts")
def test_a_worker_that_died_before_putting_together_is_made_good(draft, board, now, sent, monkeypatch):
    order = assessing.order(draft.public_id, by=board, now=now)
    with monkeypatch.context() as patched:
        patched.setattr(assessing, "finish", lambda *_arguments, **_named: False)
        for number in range(1, order.parts + 1):
            assessing.count_part(order.pk, number, now=now)
    sent.clear()
    late = now + WAITS + timedelta(seconds=1)
    assert assessing.sweep(now=late) == 1
    assert assessing.count_part(*sent[0], now=late)
    assert AssessmentResult.objects.count() == 1


@pytest.mark.usefixtures("population")
def test_a_part_that_fails_again_and_again_is_left_until_the_board_orders_again(draft, board, now, sent):
    order = assessing.order(draft.public_id, by=board, now=now)
    order.counted_parts.update(tries=TRIES, begun_at=now)
    assert assessing.sweep(now=now + timedelta(days=1)) == 0
    assert Assessment.objects.get().progress.stuck
    again = assessing.order(draft.public_id, by=board, now=now)
    assert again == order
    assert not Assessment.objects.get().progress.stuck


@pytest.mark.usefixtures("population")
def test_a_new_text_makes_a_new_assessment_and_a_late_one_changes_nothing(draft, board, now, sent):
    first = assessing.order(draft.public_id, by=board, now=now)
    drafts.edit(draft.public_id, NEXT.replace(b"weight = 240", b"weight = 200"), by=board, now=now)
    assert assessing.count_part(first.pk, 1, now=now)
    draft.refresh_from_db()
    assert (draft.status, draft.assessed_sha256) == (Status.DRAFT, None)
    second = assessing.order(draft.public_id, by=board, now=now)
    assert second.pk != first.pk
    assert list(Assessment.objects.of_draft(draft)) == [second]
    assert Assessment.objects.count() == 2


def test_sent_back_with_the_same_text_the_day_s_result_still_holds(assessed, draft, board, now):
    drafts.send_back(draft.public_id, reason="think again", by=board, now=now)
    assert assessing.order(draft.public_id, by=board, now=now) == assessed
    assert Draft.objects.get().status == Status.ASSESSED


def test_only_the_board_orders_and_only_for_a_draft_that_waits(assessed, draft, board, now):
    with pytest.raises(NotAllowed):
        assessing.order(draft.public_id, by=factories.official(), now=now)
    with pytest.raises(Conflict):
        assessing.order(draft.public_id, by=board, now=now)
    with pytest.raises(NotFound):
        assessing.order("none", by=board, now=now)


@pytest.mark.parametrize("table", ["scoring_assessment", "scoring_assessmentresult"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET sha256 = sha256", "DELETE FROM {}"])
def test_an_assessment_never_changes(assessed, table, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_nothing_that_is_kept_leads_to_anybody(assessed):
    text = assessed.result.text
    for subject in Subject.objects.all():
        assert subject.public_id not in text
        assert subject.name not in text
    assert SubjectIdentifier.objects.exists()
    assert not {"subject", "public_id", "id"} & set(keys_of(json.loads(text)))


def test_no_small_count_is_told(population, state, draft, board, now):
    """Three people of one province, one of whom moves; and one company in a band of its own."""
    for place in range(3):
        alone = factories.person(identifier=factories.resident_id(9000 + place))
        state(alone, value=-1000)
    order = assessing.order(draft.public_id, by=board, now=now)
    assessing.count_part(order.pk, 1, now=now)
    tree = AssessmentResult.objects.get().tree
    for name, count in counts_of(tree):
        assert count is None or count == 0 or (count >= 5 and count % 5 == 0), name


def keys_of(tree):
    if isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from keys_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from keys_of(value)


COUNTS = {"count", "subjects", "marked", "favourable", "before", "after", "up", "down", "same", "gained", "lost"}
COUNTS |= {"none", "higher", "lower", "renamed"}


def counts_of(tree, within="") -> list[tuple[str, int | None]]:
    """All counts in a result, each with where it stands; marks of the largest movers are none."""
    if isinstance(tree, list):
        return [found for value in tree for found in counts_of(value, within)]
    if not isinstance(tree, dict):
        return []
    found = []
    for key, value in tree.items():
        path = f"{within}.{key}"
        if key in COUNTS and not isinstance(value, dict | list | str) and not within.startswith(".largest"):
            found.append((path, value))
        found += counts_of(value, path)
    return found
