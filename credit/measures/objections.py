"""Objecting to a measure, and what officials do with it. Each move is one transaction with its journal entry."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from credit.access import actions as access
from credit.access.actors import Actor
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed
from credit.core.policy import GroundKind, Permit, Purpose, System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.measures import rules, sets, words
from credit.measures.constraints import LONGEST
from credit.measures.models import Derivation, Measure, Objection
from credit.measures.parties import standing_of
from credit.measures.rules import Bar, Because, Happening, Kind, Move, Refusal, Standing, State, Status

CHANGED_MEANWHILE = (Refusal.CLOSED, Refusal.NOT_NOW)


@transaction.atomic
def file(measure_id: str, *, permit: Permit, reason: str, by: User, now: datetime) -> Objection:
    """Object to a measure of one's own file: until it is answered, what hasn't started doesn't start.

    Raises NotFound, NotAllowed (not one's own file), Invalid (nothing or too much said, in one's favour),
    Conflict (over, or objected to already).
    """
    if permit.purpose is not Purpose.OWN_RECORD:
        raise NotAllowed(words.REFUSED[Refusal.NOT_SUBJECT])
    said = _said(reason)
    measure = Measure.objects.opened_by(permit).named(measure_id)
    sets.lock([measure.subject_id])
    measure = Measure.objects.opened_by(permit).select_related("entry").named(measure_id)
    _refuse_unobjectable(measure)
    objection = Objection.objects.create(measure=measure, reason=said, status=Status.FILED, filed_by=by, filed_at=now)
    ledger.note("objection.filed", by=by, about=objection, at=now, measure=measure.public_id)
    return objection


@transaction.atomic
def withdraw(public_id: str, *, permit: Permit, by: User, now: datetime) -> Objection:
    """The subject takes it back. Raises NotFound, NotAllowed, Conflict (closed)."""
    objection, following = _begin(public_id, Move.WITHDRAW, by=by, permit=permit, now=now)
    objection.closed_at = now
    _finish(objection, following, Move.WITHDRAW, by=by, now=now)
    _close_grounds(objection, by=by, now=now)
    _put_off(objection.measure, now=now)
    return objection


@transaction.atomic
def take(public_id: str, *, by: User, now: datetime) -> Objection:
    """An official takes it from the queue, and with it a reason to look. Raises NotFound, NotAllowed, Conflict."""
    objection, following = _begin(public_id, Move.TAKE, by=by, now=now)
    objection.taken_by, objection.taken_at = by, now
    _finish(objection, following, Move.TAKE, by=by, now=now)
    subject = objection.measure.subject
    access.open_ground(GroundKind.CASE, user=by, subject=subject, about=objection, by=by, now=now)
    return objection


@transaction.atomic
def hand_back(public_id: str, *, by: User, now: datetime) -> Objection:
    """The official who has it returns it to the queue. Raises NotFound, NotAllowed, Conflict."""
    objection, following = _begin(public_id, Move.HAND_BACK, by=by, now=now)
    objection.taken_by, objection.taken_at = None, None
    _finish(objection, following, Move.HAND_BACK, by=by, now=now)
    _close_grounds(objection, by=by, now=now)
    return objection


@transaction.atomic
def decide(public_id: str, *, permit: Permit, uphold: bool, reason: str, by: User, now: datetime) -> Objection:
    """Answer an objection: upheld, the measure is over at once and its cause brings it no second time; refused, it
    stays, and starts on the announced day or the day after. Raises NotFound, NotAllowed, Conflict, Invalid."""
    move = Move.UPHOLD if uphold else Move.REFUSE
    objection, following = _begin(public_id, move, by=by, permit=permit, now=now)
    objection.answer, objection.decided_by, objection.closed_at = _said(reason), by, now
    _finish(objection, following, move, by=by, now=now)
    _close_grounds(objection, by=by, now=now)
    if uphold:
        _end(objection.measure, now=now)
    else:
        _put_off(objection.measure, now=now)
    return objection


def lapse(measures: Collection[str], *, by: Actor, now: datetime) -> None:
    """Close the open objections to measures that have just ended by themselves, inside the caller's transaction."""
    found = Objection.objects.open().filter(measure__public_id__in=measures).select_related("measure__subject")
    for objection in found.select_for_update(of=("self",)):
        standing = Standing(portal=by.system is System.MEASURES)
        following = _following(objection, Move.LAPSE, standing)
        objection.closed_at = now
        _finish(objection, following, Move.LAPSE, by=by, now=now)
        _close_grounds(objection, by=by, now=now)


def _refuse_unobjectable(measure: Measure) -> None:
    """Raises Invalid (in one's favour), Conflict (over, or objected to already)."""
    earlier = tuple(Status(one) for one in measure.objections.values_list("status", flat=True))
    kind, state = Kind(measure.entry.kind), State(measure.state)
    if rules.objectable(kind, state, earlier):
        return
    if kind is Kind.FAVOURABLE:
        raise Invalid(words.NOT_AGAINST_YOU)
    raise Conflict(words.OBJECTED_ALREADY if measure.stands else words.OVER_ALREADY)


def _begin(
    public_id: str, move: Move, *, by: User, now: datetime, permit: Permit | None = None
) -> tuple[Objection, Status]:
    """Lock the objection and ask the table. Without a permit nothing that the subject said is read."""
    found = Objection.objects.opened_by(permit) if permit else Objection.objects.for_desk()
    sets.lock([found.select_related("measure").named(public_id).measure.subject_id])
    objection = found.select_related("measure__subject").select_for_update(of=("self",)).named(public_id)
    return objection, _following(objection, move, standing_of(objection, by, permit=permit, now=now))


def _following(objection: Objection, move: Move, standing: Standing) -> Status:
    following = rules.after(Status(objection.status), move, standing)
    if isinstance(following, Bar):
        raise NotAllowed(words.BARRED[following])
    if isinstance(following, Refusal):
        refusal = Conflict if following in CHANGED_MEANWHILE else NotAllowed
        raise refusal(words.REFUSED[following])
    return following


def _finish(objection: Objection, following: Status, move: Move, *, by: User | Actor, now: datetime) -> None:
    objection.status = following
    objection.save()
    measure = objection.measure.public_id
    ledger.note(f"objection.{move}", by=by, about=objection, at=now, measure=measure, status=str(following))


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(words.NOTHING_SAID)
    if len(said) > LONGEST:
        raise Invalid(words.TOO_LONG % {"limit": LONGEST})
    return said


def _close_grounds(objection: Objection, *, by: User | Actor, now: datetime) -> None:
    subject = objection.measure.subject
    access.close_ground(GroundKind.CASE, subject=subject, about=objection, by=by, now=now)


def _end(measure: Measure, *, now: datetime) -> None:
    """The measure is over, and bars itself."""
    today = business_date(now)
    measure.state = rules.MEASURE_MOVES[State(measure.state), Happening.UPHOLD]
    measure.ended_on = max(today, measure.noticed_on)
    measure.ended_at, measure.ended_because, measure.bars = now, Because.OBJECTION, True
    measure.save()


def _put_off(measure: Measure, *, now: datetime) -> None:
    """What hasn't started starts on its day, or the day after this one; whoever asks next looks again."""
    if measure.state == State.ANNOUNCED:
        measure.starts_on = rules.put_off(measure.starts_on, business_date(now))
        measure.save()
        Derivation.objects.filter(subject_id=measure.subject_id).update(stale_from=business_date(now))
