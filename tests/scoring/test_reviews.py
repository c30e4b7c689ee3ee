"""A human looks at a mark again: asked, taken, answered with a reason, and the database refuses what can't be."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.access.models import Disclosure, Ground
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Purpose, Role
from credit.identity import actions as identity
from credit.ledger.models import Entry
from credit.records.models import RecordVersion
from credit.scoring import actions
from credit.scoring.actions import mark_of
from credit.scoring.models import Review
from credit.scoring.reviews import actions as reviews
from credit.scoring.reviews.actions import Answer
from credit.scoring.reviews.rules import Finding, Move, Status
from credit.subjects import actions as subjects
from credit.subjects.actions import raise_revision
from credit.subjects.models import Office
from tests import factories
from tests.disputes.records import penalty
from tests.scoring.conftest import OPEN_1
from tests.scoring.test_reviewing import ALLOWED, ROLES

STANDS = Answer(Finding.STANDS, "Every line is right.")


@dataclass
class World:
    """Each method does one move as a person would: with a look of their own."""

    now: Any
    subject: Any
    owner: Any
    submitter: Any
    releaser: Any
    record: Any
    officials: list[Any]

    def own(self, user=None):
        return access.disclose(command_actor(user or self.owner), self.subject, Purpose.OWN_RECORD, now=self.now)

    def look(self, review, user):
        actor = command_actor(user)
        return access.disclose(actor, self.subject, Purpose.MARK_REVIEW, about=review, now=self.now)

    def ask(self, reason="Why so low?"):
        return reviews.ask(self.own(), reason=reason, by=self.owner, now=self.now)

    def take(self, review, user=None):
        return reviews.take(review.public_id, by=user or self.officials[0], now=self.now)

    def answer(self, review, said=STANDS, user=None, **more):
        by = user or self.officials[0]
        return reviews.answer(review.public_id, permit=self.look(review, by), said=said, by=by, now=self.now, **more)

    def withdraw(self, review):
        return reviews.withdraw(review.public_id, permit=self.own(), by=self.owner, now=self.now)

    def in_status(self, status):
        review = self.ask()
        if status is Status.WITHDRAWN:
            return self.withdraw(review)
        if status is not Status.ASKED:
            review = self.take(review)
        return self.answer(review) if status is Status.ANSWERED else review


def make_world(now):
    actions.publish(OPEN_1, by="test", now=now)
    subject = factories.person()
    submitter, releaser = factories.officer(), factories.officer()
    record = penalty(subject, submitted_by=submitter, released_by=releaser, now=now)
    officials = [factories.official() for _ in range(2)]
    return World(now, subject, factories.user(subject=subject), submitter, releaser, record, officials)


@pytest.fixture
def world(db, now):
    return make_world(now)


def move_as(world, move, role, review):
    by = {"subject": world.owner, "official": world.officials[1], "reviewer": world.officials[0]}.get(role)
    by = by or factories.user()
    given = {"by": by, "now": world.now}
    if move in (Move.TAKE, Move.HAND_BACK):
        return getattr(reviews, move.name.lower())(review.public_id, **given)
    if move is Move.WITHDRAW:
        permit = world.own() if role == "subject" else world.look(review, by)
        return reviews.withdraw(review.public_id, permit=permit, **given)
    permit = world.own() if role == "subject" else world.look(review, by)
    return reviews.answer(review.public_id, permit=permit, said=STANDS, **given)


@pytest.mark.parametrize("status", list(Status))
def test_only_listed_moves_are_possible(world, status):
    review = world.in_status(status)
    for move, role in product(Move, ROLES):
        if role == "reviewer" and status in (Status.ASKED, Status.WITHDRAWN):
            continue  # nobody has it
        expected = ALLOWED.get((status.value, move.value, role))
        point = transaction.savepoint()
        try:
            move_as(world, move, role, review)
            got = Review.objects.get(pk=review.pk).status
        except (NotAllowed, Conflict):
            got = None
        assert got == expected, (status, move, role)
        transaction.savepoint_rollback(point)


def test_the_answer_is_about_the_mark_of_that_day_and_ends_the_reason_to_look(world):
    review = world.answer(world.take(world.ask()))
    mark = mark_of(world.own(), now=world.now)
    assert (review.status, review.score, review.as_of) == ("answered", mark.score, mark.as_of)
    assert not Ground.objects.open().filter(about_id=review.public_id).exists()
    with pytest.raises(NotAllowed):
        world.look(review, world.officials[0])
    kinds = list(Entry.objects.filter(kind__startswith="review.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["review.asked", "review.taken", "review.answered"]
    assert "Why so low?" not in str(list(Entry.objects.values()))


def test_one_is_open_at_a_time_and_another_may_follow(world):
    first = world.ask()
    with pytest.raises(Conflict):
        world.ask()
    world.answer(world.take(first))
    assert world.ask().status == "asked"


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_nothing_and_too_much_is_refused(world, reason):
    with pytest.raises(Invalid):
        world.ask(reason)


def test_it_is_due_on_the_day_of_the_dated_limit(world):
    assert (world.ask().due_on - world.now.date()).days == 20


def test_an_answer_on_a_file_that_has_changed_is_refused(world):
    review = world.take(world.ask())
    seen = reviews.revision_of(world.own())
    raise_revision([world.subject.pk])
    with pytest.raises(Conflict):
        world.answer(review, seen=seen)
    assert world.answer(review, seen=seen + 1).status == "answered"


def test_a_wrong_record_is_named_and_no_other(world):
    review = world.take(world.ask())
    stranger = penalty(factories.person(), submitted_by=world.submitter, released_by=world.releaser, now=world.now)
    for said in (
        Answer(Finding.RECORD_WRONG, "It is another's."),
        Answer(Finding.RECORD_WRONG, "It is another's.", stranger.public_id),
        Answer(Finding.STANDS, "Right.", world.record.public_id),
        Answer(Finding.STANDS, " "),
    ):
        with pytest.raises(Invalid):
            world.answer(review, said)
    answered = world.answer(review, Answer(Finding.RECORD_WRONG, "It is another's.", world.record.public_id))
    assert answered.record == world.record


@pytest.mark.parametrize("stake", ["own-file", "submission", "release"])
def test_a_party_may_not_take_it(world, stake):
    user = {"own-file": world.owner, "submission": world.submitter, "release": world.releaser}[stake]
    identity.appoint(user, factories.oversight(), Role.OFFICIAL, by="test", now=factories.SINCE)
    review = world.ask()
    with pytest.raises(NotAllowed):
        world.take(review, user)
    assert Review.objects.get(pk=review.pk).status == "asked"


def test_a_company_of_ones_own_is_a_stake(db, now):
    actions.publish(OPEN_1, by="test", now=now)
    company = factories.company()
    owner, official = factories.user(subject=company), factories.official()
    permit = access.disclose(command_actor(owner), company, Purpose.OWN_RECORD, now=now)
    review = reviews.ask(permit, reason="Why?", by=owner, now=now)
    subjects.open_office(official, company, Office.Role.LEGAL_REPRESENTATIVE, by="test", now=factories.SINCE)
    with pytest.raises(NotAllowed):
        reviews.take(review.public_id, by=official, now=now)


def test_another_subjects_review_is_not_found(world):
    review = world.ask()
    other = factories.person()
    stranger = factories.user(subject=other)
    permit = access.disclose(command_actor(stranger), other, Purpose.OWN_RECORD, now=world.now)
    with pytest.raises(NotFound):
        reviews.withdraw(review.public_id, permit=permit, by=stranger, now=world.now)


def row(world, **changes):
    asked = {
        "subject": world.subject,
        "reason": "Why?",
        "asked_by": world.owner,
        "asked_at": world.now,
        "due_on": world.now.date() + timedelta(days=20),
    }
    return asked | changes


def taken(world, **changes):
    return row(world, status="taken", taken_by=world.officials[0], taken_at=world.now) | changes


def answered(world, **changes):
    said = {
        "status": "answered",
        "finding": "stands",
        "answer": "Right.",
        "answered_at": world.now,
        "as_of": world.now.date(),
        "score": 440,
    }
    return taken(world) | said | changes


def withdrawn(world, **changes):
    return row(world, status="withdrawn", withdrawn_by=world.owner, withdrawn_at=world.now) | changes


BAD = {
    "review_codes_are_known": [lambda w: answered(w, finding="nonsense"), lambda w: row(w, status="nonsense")],
    "review_says_something": [lambda w: row(w, reason=""), lambda w: answered(w, answer="")],
    "review_is_taken_whole": [
        lambda w: taken(w, taken_at=None),
        lambda w: row(w, taken_by=w.officials[0]),
        lambda w: withdrawn(w, taken_by=w.officials[0]),
    ],
    "review_answer_is_whole": [
        lambda w: answered(w, answer=None),
        lambda w: answered(w, as_of=None),
        lambda w: taken(w, score=440),
    ],
    "review_names_the_wrong_record": [
        lambda w: answered(w, finding="record-wrong"),
        lambda w: answered(w, record=w.record),
        lambda w: row(w, record=w.record),
    ],
    "review_withdrawal_is_whole": [lambda w: withdrawn(w, withdrawn_at=None), lambda w: row(w, withdrawn_by=w.owner)],
    "review_asker_answers_nothing": [lambda w: taken(w, taken_by=w.owner)],
    "review_times_are_in_order": [
        lambda w: taken(w, taken_at=w.now - timedelta(hours=1)),
        lambda w: answered(w, answered_at=w.now - timedelta(hours=1)),
        lambda w: withdrawn(w, withdrawn_at=w.now - timedelta(hours=1)),
    ],
}


@pytest.mark.parametrize("made", [row, taken, answered, withdrawn])
def test_the_database_takes_what_can_be(world, made):
    assert Review.objects.create(**made(world)).pk


@pytest.mark.parametrize(("name", "made"), [(name, made) for name, rows in BAD.items() for made in rows])
def test_the_database_refuses_what_cannot_be(world, name, made):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Review.objects.create(**made(world))


def test_the_database_keeps_what_was_asked_and_what_was_answered(world):
    review = world.ask()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(reason="Something else.")
    done = world.answer(world.take(review))
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Review.objects.filter(pk=done.pk).update(answer="Something else.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=done.pk).delete()
    Review.objects.create(**row(world))
    with pytest.raises(IntegrityError, match="review_one_open_a_subject"), transaction.atomic():
        Review.objects.create(**row(world))


def text(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.fixture
def today_world(db):
    """For pages, which ask the clock."""
    return make_world(timezone.now() - timedelta(minutes=5))


def test_from_asking_to_reading_the_answer(today_world, client_of):
    world = today_world
    own = client_of(world.owner, second_factor=False)
    page = reverse("scoring:review", args=[world.subject.public_id])
    assert "Ask for a human" in text(own.get(page))
    assert "Say in a few words" in text(own.post(page, {"reason": ""}), 422)
    assert own.post(page, {"reason": "Why <b>so</b> low?"}).status_code == 302
    assert own.post(page, {"reason": "Again"}).status_code == 409
    review = Review.objects.get()
    assert "Why &lt;b&gt;so&lt;/b&gt; low?" in text(own.get(page))
    assert page in text(own.get(reverse("pages:overview", args=[world.subject.public_id])))

    desk = client_of(world.officials[0])
    assert review.public_id in text(desk.get(reverse("reviews:list")))
    detail = reverse("reviews:detail", args=[review.public_id])
    unseen = text(desk.get(detail))
    assert "low?" not in unseen
    assert world.subject.name not in unseen
    assert desk.post(reverse("reviews:take", args=[review.public_id])).status_code == 302
    seen = text(desk.get(detail))
    for said in ("low?", world.subject.name, "Where everybody starts", world.record.public_id, "What did you find?"):
        assert said in seen
    assert f"/s/{world.subject.public_id}" not in seen
    answer = reverse("reviews:answer", args=[review.public_id])
    revision = reviews.revision_of(world.own())
    assert "Choose the record" in text(
        desk.post(answer, {"finding": "record-wrong", "text": "x", "seen": revision}), 422
    )
    said = {"finding": "record-wrong", "record": world.record.public_id, "text": "It is another's.", "seen": revision}
    assert desk.post(answer, said).status_code == 302
    assert "This review is closed" in text(desk.get(detail))

    told = text(own.get(page))
    for said in ("It is another&#x27;s.", "Dispute the record of", "about the mark of"):
        assert said in told
    look = Disclosure.objects.get(purpose="mark-review")
    assert look.user == world.officials[0]
    assert "To review a mark" in text(own.get(reverse("access:looks", args=[world.subject.public_id])))


def test_what_has_ended_is_the_subjects_alone(today_world, client_of):
    world = today_world
    long_ago = world.now - timedelta(days=4 * 365)
    ended = penalty(world.subject, submitted_by=world.submitter, released_by=world.releaser, now=long_ago)
    assert ended.public_id in [line.record for line in mark_of(world.own(), now=world.now).idle]
    review = world.take(world.ask())
    seen = text(client_of(world.officials[0]).get(reverse("reviews:detail", args=[review.public_id])))
    assert world.record.public_id in seen
    assert ended.public_id not in seen
    assert ended.document not in seen


def test_taking_back_what_was_asked(today_world, client_of):
    world = today_world
    own = client_of(world.owner)
    review = world.ask()
    page = reverse("scoring:review-withdraw", args=[world.subject.public_id, review.public_id])
    assert own.post(page).status_code == 302
    assert own.post(page).status_code == 409
    assert "Withdrawn" in text(own.get(reverse("scoring:review", args=[world.subject.public_id])))


def test_handing_back_ends_the_look(today_world, client_of):
    world = today_world
    review = world.take(world.ask())
    desk = client_of(world.officials[0])
    desk.get(reverse("reviews:detail", args=[review.public_id]))
    assert desk.post(reverse("reviews:hand-back", args=[review.public_id])).status_code == 302
    unseen = text(desk.get(reverse("reviews:detail", args=[review.public_id])))
    assert world.subject.name not in unseen


def test_a_party_reads_why_not(today_world, client_of):
    world = today_world
    review = world.ask()
    identity.appoint(world.owner, factories.oversight(), Role.OFFICIAL, by="test", now=factories.SINCE)
    desk = client_of(world.owner)
    assert "about your own mark" in text(desk.get(reverse("reviews:detail", args=[review.public_id])))
    assert desk.post(reverse("reviews:take", args=[review.public_id])).status_code == 403


@pytest.mark.parametrize("number", [1, 8])
def test_the_desk_costs_the_same_for_few_and_for_many(today_world, client_of, number, django_assert_max_num_queries):
    world = today_world
    for _ in range(number):
        subject = factories.person()
        Review.objects.create(**row(world, subject=subject, asked_by=factories.user(subject=subject)))
    desk = client_of(world.officials[0])
    desk.get(reverse("reviews:list"))
    with django_assert_max_num_queries(12):
        assert text(desk.get(reverse("reviews:list"))).count("/desk/reviews/") == number


def test_withheld_records_stay_their_subjects_own(today_world):
    world = today_world
    review = world.take(world.ask())
    RecordVersion.objects.filter(record=world.record).update(superseded_at=world.now)
    first = RecordVersion.objects.get(record=world.record)
    first.pk, first._state.adding = None, True
    first.number, first.withheld, first.superseded_at, first.recorded_at = 2, True, None, world.now
    first.cause, first.reason = "withholding", "x"
    first.save()
    permit = world.look(review, world.officials[0])
    assert not permit.opens_withheld
    assert mark_of(permit, now=world.now).lines == []
