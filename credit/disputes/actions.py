"""The moves of a case. Each is one transaction: the case, its timeline, the record, the grounds, the journal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from credit.access import actions as access
from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import GroundKind, Permit, Purpose
from credit.disputes import rules, words
from credit.disputes.constraints import FILE
from credit.disputes.models import Dispute, DisputeEvent
from credit.disputes.parties import standing_of
from credit.disputes.rules import Bar, Complaint, Method, Move, Outcome, Refusal, Status
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import actions as records
from credit.records.models import RecordVersion

CHANGED_MEANWHILE = (Refusal.CLOSED, Refusal.NOT_NOW)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an official proposes: the outcome, its reason, how it was verified, and the right value if one was wrong."""

    outcome: Outcome
    reason: str
    method: Method
    corrected_mark: str | None = None
    corrected_end: date | None = None


def disputable(record_public_id: str, *, permit: Permit) -> RecordVersion:
    """What a record says now, if its subject may dispute it.

    Raises NotFound, Invalid (it was removed), Conflict (there is an open case about it; details: dispute).
    """
    latest = RecordVersion.objects.opened_by(permit).newest().select_related("record__agency")
    version = latest.filter(record__public_id=record_public_id).first()
    if version is None:
        raise NotFound(words.NO_SUCH_RECORD)
    if version.struck:
        raise Invalid(words.REMOVED)
    case = Dispute.objects.opened_by(permit).open().filter(record=version.record).first()
    if case is not None:
        raise Conflict(words.ALREADY_OPEN, dispute=case.public_id)
    return version


def version_in_question(dispute: Dispute, *, permit: Permit) -> RecordVersion:
    """What the record says now, of a removed one too. Raises NotAllowed."""
    return (
        RecordVersion.objects.opened_by(permit).newest().select_related("record__agency").get(record=dispute.record_id)
    )


@transaction.atomic
def file(
    record_public_id: str, *, permit: Permit, complaint: Complaint, statement: str, by: User, now: datetime
) -> Dispute:
    """Open a case about a record of one's own file; the record is flagged at once for everyone who looks.

    Raises NotFound, NotAllowed (not one's own file), Invalid (nothing said, the record was removed),
    Conflict (there is an open case about it already; details: dispute).
    """
    if permit.purpose is not Purpose.OWN_RECORD:
        raise NotAllowed(words.REFUSED[Refusal.NOT_SUBJECT])
    record = disputable(record_public_id, permit=permit).record
    filed_on = business_date(now)
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                record=record,
                subject_id=permit.subject_id,
                complaint=complaint,
                statement=_said(statement),
                filed_by=by,
                filed_at=now,
                due_on=rules.due_on(filed_on, rules.deadline("decision", filed_on)),
            )
    except IntegrityError as error:  # somebody filed in the same moment
        disputable(record_public_id, permit=permit)
        raise Conflict(words.ALREADY_OPEN) from error
    _note_step(dispute, FILE, by=by, now=now, text=dispute.statement)
    records.flag_disputed(record, disputed=True, by=by, now=now)
    ledger.note("dispute.filed", by=by, about=dispute, at=now, record=record.public_id, complaint=str(complaint))
    return dispute


@transaction.atomic
def add_information(public_id: str, *, permit: Permit, text: str, by: User, now: datetime) -> Dispute:
    """The subject adds to an open case. Raises NotFound, NotAllowed, Conflict (closed), Invalid (nothing said)."""
    dispute, following = _begin(public_id, Move.ADD_INFORMATION, permit=permit, by=by, now=now)
    said = _said(text)
    return _finish(dispute, following, Move.ADD_INFORMATION, by=by, now=now, text=said)


@transaction.atomic
def withdraw(public_id: str, *, permit: Permit, by: User, now: datetime) -> Dispute:
    """The subject takes the dispute back; the record's flag goes. Raises NotFound, NotAllowed, Conflict (closed)."""
    dispute, following = _begin(public_id, Move.WITHDRAW, permit=permit, by=by, now=now)
    _forget_proposal(dispute)
    dispute.withdrawn_by, dispute.withdrawn_at = by, now
    _finish(dispute, following, Move.WITHDRAW, by=by, now=now)
    records.flag_disputed(dispute.record, disputed=False, by=by, now=now)
    _close_grounds(dispute, by=by, now=now)
    return dispute


@transaction.atomic
def take(public_id: str, *, by: User, now: datetime) -> Dispute:
    """An official takes a case from the queue, and with it a reason to look. Raises NotFound, NotAllowed, Conflict."""
    dispute, following = _begin(public_id, Move.TAKE, by=by, now=now)
    dispute.taken_by, dispute.taken_at = by, now
    _finish(dispute, following, Move.TAKE, by=by, now=now)
    _open_ground(dispute, by=by, now=now)
    return dispute


@transaction.atomic
def hand_back(public_id: str, *, by: User, now: datetime) -> Dispute:
    """The official who has the case returns it to the queue. Raises NotFound, NotAllowed, Conflict."""
    dispute, following = _begin(public_id, Move.HAND_BACK, by=by, now=now)
    dispute.taken_by, dispute.taken_at = None, None
    _finish(dispute, following, Move.HAND_BACK, by=by, now=now)
    _close_grounds(dispute, by=by, now=now)
    return dispute


@transaction.atomic
def propose(
    public_id: str, *, permit: Permit, proposal: Proposal, by: User, now: datetime, seen: int | None = None
) -> Dispute:
    """Propose a decision. Raises NotFound, NotAllowed, Conflict (moved on since step `seen`), Invalid."""
    dispute, following = _begin(public_id, Move.PROPOSE, permit=permit, by=by, now=now, seen=seen)
    _check_proposal(dispute, proposal, permit)
    dispute.outcome, dispute.reason, dispute.method = proposal.outcome, _said(proposal.reason), proposal.method
    dispute.corrected_mark, dispute.corrected_end = proposal.corrected_mark, proposal.corrected_end
    dispute.proposed_by, dispute.proposed_at = by, now
    facts: dict[str, str | None] = {
        "outcome": str(proposal.outcome),
        "method": str(proposal.method),
        "corrected_mark": proposal.corrected_mark,
        "corrected_end": proposal.corrected_end.isoformat() if proposal.corrected_end else None,
    }
    return _finish(dispute, following, Move.PROPOSE, by=by, now=now, text=dispute.reason, facts=facts)


@transaction.atomic
def check(public_id: str, *, by: User, now: datetime) -> Dispute:
    """A second official opens a proposed case to check it: a reason to look. Raises NotFound, NotAllowed, Conflict.

    It is a look and no step: the timeline doesn't list it, "who looked" does.
    """
    dispute, _ = _begin(public_id, Move.CHECK, by=by, now=now)
    _open_ground(dispute, by=by, now=now)
    ledger.note("dispute.checked", by=by, about=dispute, at=now)
    return dispute


@transaction.atomic
def send_back(
    public_id: str, *, permit: Permit, reason: str, by: User, now: datetime, seen: int | None = None
) -> Dispute:
    """A second official asks the first for another look. Raises NotFound, NotAllowed, Conflict, Invalid."""
    dispute, following = _begin(public_id, Move.SEND_BACK, permit=permit, by=by, now=now, seen=seen)
    said = _said(reason)
    _forget_proposal(dispute)
    _finish(dispute, following, Move.SEND_BACK, by=by, now=now, text=said)
    _close_grounds(dispute, by=by, now=now, user=by)
    return dispute


@transaction.atomic
def confirm(public_id: str, *, permit: Permit, by: User, now: datetime, seen: int | None = None) -> Dispute:
    """A second official decides as proposed; the record is corrected, removed or kept in the same transaction.

    Raises NotFound, NotAllowed (party, or one's own proposal), Conflict (moved on, or decided by somebody else).
    """
    dispute, following = _begin(public_id, Move.CONFIRM, permit=permit, by=by, now=now, seen=seen)
    dispute.decided_by, dispute.decided_at = by, now
    _finish(dispute, following, Move.CONFIRM, by=by, now=now, text=dispute.reason or "")
    _carry_out(dispute, permit, by=by, now=now)
    _close_grounds(dispute, by=by, now=now)
    return dispute


def _begin(
    public_id: str, move: Move, *, by: User, now: datetime, permit: Permit | None = None, seen: int | None = None
) -> tuple[Dispute, Status]:
    """Lock the case and ask the table. Without a permit nothing about the subject is read."""
    cases = Dispute.objects.opened_by(permit) if permit else Dispute.objects.for_desk()
    dispute = cases.select_for_update(of=("self",)).named(public_id)
    following = rules.after(Status(dispute.status), move, standing_of(dispute, by, permit=permit, now=now))
    if isinstance(following, Bar):
        raise NotAllowed(words.BARRED[following], dispute=public_id)
    if isinstance(following, Refusal):
        refusal = Conflict if following in CHANGED_MEANWHILE else NotAllowed
        raise refusal(words.REFUSED[following], dispute=public_id)
    if seen is not None and seen != dispute.steps:
        raise Conflict(words.STALE, dispute=public_id)
    return dispute, following


def _finish(
    dispute: Dispute, following: Status, move: Move, *, by: User, now: datetime, text: str = "", **facts: Any
) -> Dispute:
    dispute.status = following
    dispute.steps += 1
    dispute.save()
    _note_step(dispute, move, by=by, now=now, text=text, **facts)
    told = {"outcome": dispute.outcome} if move in (Move.PROPOSE, Move.CONFIRM) else {}
    ledger.note(f"dispute.{move}", by=by, about=dispute, at=now, status=str(following), **told)
    return dispute


def _note_step(dispute: Dispute, move: str, *, by: User, now: datetime, text: str, **facts: Any) -> None:
    DisputeEvent.objects.create(
        dispute=dispute, number=dispute.steps, move=move, status=dispute.status, by=by, at=now, text=text, **facts
    )


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(words.NOTHING_SAID)
    return said


def _check_proposal(dispute: Dispute, proposal: Proposal, permit: Permit) -> None:
    """A correction must be one that the record can take: told now, not when somebody confirms. Raises Invalid."""
    version = version_in_question(dispute, permit=permit)
    if version.struck and proposal.outcome is not Outcome.REMOVE:
        raise Invalid(words.ONLY_REMOVAL)
    mark, end = proposal.corrected_mark, proposal.corrected_end
    if mark is not None:
        records.check_mark(version.record, mark, version.valid_from)
    if end is not None and end <= version.valid_from:
        raise Invalid(words.ENDS_TOO_EARLY % {"start": date_format(version.valid_from)})
    if mark == version.mark or (end is not None and end == version.valid_to):
        raise Invalid(words.SAYS_SO_ALREADY)


def _forget_proposal(dispute: Dispute) -> None:
    """The timeline keeps it."""
    dispute.outcome = dispute.reason = dispute.method = dispute.corrected_mark = dispute.corrected_end = None
    dispute.proposed_by = dispute.proposed_at = None


def _open_ground(dispute: Dispute, *, by: User, now: datetime) -> None:
    access.open_ground(GroundKind.CASE, user=by, subject=dispute.subject, about=dispute, by=by, now=now)


def _close_grounds(dispute: Dispute, *, by: User, now: datetime, user: User | None = None) -> None:
    access.close_ground(GroundKind.CASE, subject=dispute.subject, about=dispute, by=by, now=now, user=user)


def _carry_out(dispute: Dispute, permit: Permit, *, by: User, now: datetime) -> None:
    """Take the record's flag away, then do to it what was decided: so its last version says why.

    What the agency removed meanwhile stays removed.
    """
    records.flag_disputed(dispute.record, disputed=False, by=by, now=now)
    reason = dispute.reason or ""
    match Outcome(dispute.outcome or Outcome.KEEP):
        case Outcome.REMOVE:
            if not RecordVersion.objects.opened_by(permit).newest().get(record=dispute.record_id).struck:
                records.strike(dispute.record, reason=reason, by=by, now=now)
        case Outcome.CORRECT_MARK | Outcome.CORRECT_END:
            records.correct(
                dispute.record,
                mark=dispute.corrected_mark,
                valid_to=dispute.corrected_end,
                reason=reason,
                by=by,
                now=now,
            )
        case Outcome.KEEP:
            pass
