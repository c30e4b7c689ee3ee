"""Numbers of one subject: joined by deliveries, and by officials, who can take each other's acts back.

A register number that a delivery names beside a company's own code leads to its file as long as a delivery stands that
says so. All else is an official's act: to attach a number (an LEI never stands in a row with another one), to take one
off that leads to the wrong file, to undo either. What was delivered under a number stays where it is, and is moved by
itself (moving.py).
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import SUBJECT_KIND, Identifier, IdentifierKind
from credit.core.policy import Role
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.ledger import sets
from credit.records.models import Submission
from credit.subjects import actions as subjects
from credit.subjects.models import NumberAct, RegisterJoin, Subject, SubjectIdentifier
from credit.vault import actions as vault

INTAKE = "system:intake"

UNSUPPORTED = """
DELETE FROM subjects_subjectidentifier i USING subjects_registerjoin gone
WHERE gone.source = %(source)s AND i.kind = 'register' AND i.token = gone.token AND i.subject_id = gone.subject_id
AND NOT EXISTS (SELECT FROM subjects_registerjoin j
    WHERE j.token = i.token AND j.subject_id = i.subject_id AND j.dropped_at IS NULL)
AND NOT EXISTS (SELECT FROM subjects_numberact a WHERE a.kind = 'register' AND a.token = i.token)
AND EXISTS (SELECT FROM subjects_subjectidentifier other WHERE other.subject_id = i.subject_id AND other.id <> i.id)
"""
"""Register numbers of a delivery that was taken back, where nothing else says whose they are. A file keeps one."""


def note_joins(submission: Submission, *, now: datetime) -> None:
    """Journal how many register numbers a delivery names, in its transaction; no number stands in the journal."""
    joined = RegisterJoin.objects.filter(source=submission.public_id).count()
    if joined:
        ledger.note("subjects.registers-joined", by=INTAKE, about=submission, at=now, numbers=joined)


def drop_joins(submission: Submission, *, now: datetime) -> int:
    """Take off the register numbers that only a delivery which is being taken back brought; how many."""
    joins = RegisterJoin.objects.filter(source=submission.public_id, dropped_at=None)
    if not joins.update(dropped_at=now):
        return 0
    dropped = sets.run(UNSUPPORTED, source=submission.public_id)
    ledger.note("subjects.registers-dropped", by=INTAKE, about=submission, at=now, numbers=dropped)
    return dropped


@transaction.atomic
def attach(number: Identifier, *, to: Identifier, reason: str, by: User, now: datetime) -> NumberAct:
    """An official gives a file one more number. Raises NotAllowed, NotFound, Invalid, Conflict (it leads elsewhere)."""
    subject = subjects.find(to)
    if subject is None:
        raise NotFound(_("This number isn't on file."))
    return attach_to(subject, number, reason=reason, by=by, now=now)


@transaction.atomic
def attach_to(subject: Subject, number: Identifier, *, reason: str, by: User, now: datetime) -> NumberAct:
    """As `attach`, to a file that the official has before them."""
    if SUBJECT_KIND[number.kind] != subject.kind:
        raise Invalid(_("A person and a company are never the same."))
    token = vault.encrypt_identifier(number.kind, number.value)
    return _act(NumberAct.Kind.ATTACH, subject, number.kind, token, reason=reason, by=by, now=now)


@transaction.atomic
def detach(number: Identifier, *, reason: str, by: User, now: datetime) -> NumberAct:
    """An official takes a number off a file that has others. Raises NotAllowed, NotFound, Invalid, Conflict."""
    token = vault.encrypt_identifier(number.kind, number.value)
    held = SubjectIdentifier.objects.select_related("subject").filter(kind=number.kind, token=token).first()
    if held is None:
        raise NotFound(_("This number isn't on file."))
    return _act(NumberAct.Kind.DETACH, held.subject, number.kind, token, reason=reason, by=by, now=now)


@transaction.atomic
def undo(public_id: str, *, reason: str, by: User, now: datetime) -> NumberAct:
    """An official takes an act with a number back. Raises as `attach`, and Conflict where it was undone already."""
    done = NumberAct.objects.select_related("subject").filter(public_id=public_id).first()
    if done is None:
        raise NotFound(_("Nothing was done under this number."))
    if NumberAct.objects.filter(undoes=done).exists():
        raise Conflict(_("This was undone already."))
    other = NumberAct.Kind.DETACH if done.act == NumberAct.Kind.ATTACH else NumberAct.Kind.ATTACH
    kind, token = IdentifierKind(done.kind), bytes(done.token)
    try:
        with transaction.atomic():
            return _act(other, done.subject, kind, token, reason=reason, by=by, now=now, undoes=done)
    except IntegrityError:  # somebody else undid it at the same moment
        raise Conflict(_("This was undone already.")) from None


def require_official(user: User, subject: Subject, now: datetime) -> None:
    """Pass for an official to whom the file isn't their own. Raises NotAllowed."""
    if Role.OFFICIAL not in user.roles(now):
        raise NotAllowed(_("Only officials decide which numbers and records are whose."))
    if subjects.is_party(user, subject, now=now):
        raise NotAllowed(_("This file is your own, or of a company that you act for. Another official must decide."))


def _act(
    act: NumberAct.Kind,
    subject: Subject,
    kind: IdentifierKind,
    token: bytes,
    *,
    reason: str,
    by: User,
    now: datetime,
    undoes: NumberAct | None = None,
) -> NumberAct:
    require_official(by, subject, now)
    if not reason.strip():
        raise Invalid(_("Say why."))
    (_give if act is NumberAct.Kind.ATTACH else _take)(subject, kind, token)
    made = NumberAct.objects.create(
        act=act, subject=subject, kind=kind, token=token, by=by, at=now, reason=reason.strip(), undoes=undoes
    )
    subjects.raise_revision([subject.pk])
    undone = undoes.public_id if undoes else None
    facts = {"file": subject.public_id, "sort": kind.value, "undoes": undone}
    ledger.note(f"number.{act.value}", by=by, about=made, at=now, **facts)
    return made


def _give(subject: Subject, kind: IdentifierKind, token: bytes) -> None:
    try:
        with transaction.atomic():
            SubjectIdentifier.objects.create(subject=subject, kind=kind, token=token)
    except IntegrityError:
        raise Conflict(
            _("This number leads to a file already. Bring the two files together, or take it off there first.")
        ) from None


def _take(subject: Subject, kind: IdentifierKind, token: bytes) -> None:
    held = SubjectIdentifier.objects.select_for_update().filter(subject=subject)
    mine = [one for one in held if one.kind == kind and bytes(one.token) == token]
    if not mine:
        raise Conflict(_("This number isn't this file's any more."))
    if len(held) == 1:
        raise Conflict(_("It is the only number of this file: without it nobody would find the file."))
    mine[0].delete()
