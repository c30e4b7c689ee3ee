"""The moves of a review. Each is one transaction: the review, the grounds to look, the journal."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from credit.access import actions as access
from credit.access.models import Ground
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed
from credit.core.policy import GroundKind, Permit, Purpose, Role
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records.models import Record, Submission
from credit.scoring.actions import mark_of
from credit.scoring.models import Review
from credit.scoring.reviews import rules, words
from credit.scoring.reviews.rules import Bar, Finding, Move, Refusal, Standing, Status
from credit.subjects.actions import family_of
from credit.subjects.models import Claim, Office, Subject

LONGEST = 2000
"""Characters of what the subject says, and of the answer."""
CHANGED_MEANWHILE = (Refusal.CLOSED, Refusal.NOT_NOW)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a human found and why. `record`: the public id of the one that looks wrong, empty otherwise."""

    finding: Finding
    text: str
    record: str = ""


@transaction.atomic
def ask(permit: Permit, *, reason: str, by: User, now: datetime) -> Review:
    """Ask that a human looks at one's own mark. Raises NotAllowed (not one's own file), Invalid, Conflict (asked)."""
    if permit.purpose is not Purpose.OWN_RECORD:
        raise NotAllowed(words.REFUSED[Refusal.NOT_SUBJECT])
    said, today = _said(reason), business_date(now)
    if Review.objects.opened_by(permit).open().exists():
        raise Conflict(words.ALREADY_OPEN)
    try:
        with transaction.atomic():
            review = Review.objects.create(
                subject_id=permit.subject_id,
                reason=said,
                asked_by=by,
                asked_at=now,
                due_on=rules.due_on(today, rules.limit_on(today)),
            )
    except IntegrityError as error:  # somebody asked in the same moment
        raise Conflict(words.ALREADY_OPEN) from error
    ledger.note("review.asked", by=by, about=review, at=now, subject=permit.subject_public_id)
    return review


@transaction.atomic
def withdraw(public_id: str, *, permit: Permit, by: User, now: datetime) -> Review:
    """The subject takes it back. Raises NotFound, NotAllowed, Conflict (closed)."""
    review, following = _begin(public_id, Move.WITHDRAW, permit=permit, by=by, now=now)
    review.withdrawn_by, review.withdrawn_at = by, now
    _finish(review, following, Move.WITHDRAW, by=by, now=now)
    _close_grounds(review, by=by, now=now)
    return review


@transaction.atomic
def take(public_id: str, *, by: User, now: datetime) -> Review:
    """An official takes it, and with it a reason to look at the mark. Raises NotFound, NotAllowed, Conflict."""
    review, following = _begin(public_id, Move.TAKE, by=by, now=now)
    review.taken_by, review.taken_at = by, now
    _finish(review, following, Move.TAKE, by=by, now=now)
    access.open_ground(GroundKind.CASE, user=by, subject=review.subject, about=review, by=by, now=now)
    return review


@transaction.atomic
def hand_back(public_id: str, *, by: User, now: datetime) -> Review:
    """The official who has it gives it back to the desk. Raises NotFound, NotAllowed, Conflict."""
    review, following = _begin(public_id, Move.HAND_BACK, by=by, now=now)
    review.taken_by, review.taken_at = None, None
    _finish(review, following, Move.HAND_BACK, by=by, now=now)
    _close_grounds(review, by=by, now=now)
    return review


@transaction.atomic
def answer(public_id: str, *, permit: Permit, said: Answer, by: User, now: datetime, seen: int | None = None) -> Review:
    """Answer with a reason, on the mark as it is now. `seen`: the file's revision when the page was printed.

    Raises NotFound, NotAllowed, Conflict (closed, or the file has changed), Invalid (nothing said, no such record).
    """
    review, following = _begin(public_id, Move.ANSWER, permit=permit, by=by, now=now)
    if seen is not None and seen != revision_of(permit):
        raise Conflict(words.STALE, review=public_id)
    mark = mark_of(permit, now=now)
    review.finding, review.answer, review.record = said.finding, _said(said.text), _record(said, permit)
    review.answered_at, review.as_of, review.score = now, mark.as_of, mark.score
    _finish(review, following, Move.ANSWER, by=by, now=now, finding=str(said.finding))
    _close_grounds(review, by=by, now=now)
    return review


def revision_of(permit: Permit) -> int:
    """How often the permit's file has changed."""
    return Subject.objects.values_list("revision", flat=True).get(pk=permit.subject_id)


def standing_of(review: Review, user: User, *, permit: Permit | None, now: datetime) -> Standing:
    """What a user may speak for and holds. Who looks at their own file speaks as the subject, never as an official."""
    family = (review.subject_id, review.subject.merged_into_id)
    own = permit is not None and permit.purpose is Purpose.OWN_RECORD
    reviews = permit is None or permit.purpose is Purpose.MARK_REVIEW
    official = reviews and Role.OFFICIAL in user.roles(now)
    return Standing(
        subject=own and permit is not None and permit.subject_id in family,
        official=official,
        reviewer=review.taken_by_id == user.pk,
        bars=bars_of(review, user, now=now) if official else frozenset(),
    )


def follow(review: Review, move: Move, by: User, *, permit: Permit | None = None, now: datetime) -> Status:
    """Where a move leads. Raises NotAllowed, Conflict (closed, or moved on)."""
    following = rules.after(Status(review.status), move, standing_of(review, by, permit=permit, now=now))
    if isinstance(following, Bar):
        raise NotAllowed(words.BARRED[following], review=review.public_id)
    if isinstance(following, Refusal):
        refusal = Conflict if following in CHANGED_MEANWHILE else NotAllowed
        raise refusal(words.REFUSED[following], review=review.public_id)
    return following


def bars_of(review: Review, user: User, *, now: datetime) -> frozenset[Bar]:
    """Why this user is party to the mark; empty for somebody who has nothing to do with it."""
    family = family_of(review.subject)
    stated = Submission.objects.filter(versions__subject__in=family)
    found = {
        Bar.OWN_FILE: Claim.objects.filter(user=user, subject__in=family, ended_at=None).exists(),
        Bar.OWN_COMPANY: Office.objects.at(now).filter(user=user, subject__in=family).exists(),
        Bar.OWN_ASKING: review.asked_by_id == user.pk,
        Bar.OWN_SUBMISSION: stated.filter(submitted_by=user).exists(),
        Bar.OWN_RELEASE: stated.filter(released_by=user).exists(),
    }
    return frozenset(bar for bar, holds in found.items() if holds)


def may_look(review: Review, user: User) -> bool:
    """Whether this review is an open reason for the user to look."""
    held = Ground.objects.giving(review.subject, user)
    return held.filter(kind=GroundKind.CASE, about_id=review.public_id).exists()


def _begin(
    public_id: str, move: Move, *, by: User, now: datetime, permit: Permit | None = None
) -> tuple[Review, Status]:
    """Lock the review and ask the table. Without a permit nothing about the subject is read."""
    reviews = Review.objects.opened_by(permit) if permit else Review.objects.for_desk()
    review = reviews.select_related("subject").select_for_update(of=("self",)).named(public_id)
    return review, follow(review, move, by, permit=permit, now=now)


_KINDS = {Move.WITHDRAW: "withdrawn", Move.TAKE: "taken", Move.HAND_BACK: "handed-back", Move.ANSWER: "answered"}


def _finish(review: Review, following: Status, move: Move, *, by: User, now: datetime, **told: str) -> None:
    review.status = following.value
    review.save()
    ledger.note(f"review.{_KINDS[move]}", by=by, about=review, at=now, **told)


def _close_grounds(review: Review, *, by: User, now: datetime) -> None:
    access.close_ground(GroundKind.CASE, subject=review.subject, about=review, by=by, now=now)


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(words.NOTHING_SAID)
    if len(said) > LONGEST:
        raise Invalid(words.TOO_LONG % {"limit": LONGEST})
    return said


def _record(said: Answer, permit: Permit) -> Record | None:
    """The record that an answer names. Raises Invalid where it should name one and doesn't, or the other way round."""
    if said.finding is not Finding.RECORD_WRONG:
        if said.record:
            raise Invalid(words.NAMES_NO_RECORD)
        return None
    found = Record.objects.opened_by(permit).filter(public_id=said.record).first()
    if found is None:
        raise Invalid(words.NO_SUCH_RECORD)
    return found
