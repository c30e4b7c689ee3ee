"""The moves of a draft on its way to being published. Each is one transaction: the draft, its event, the journal."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Role, System
from credit.identity.models import Membership, User
from credit.ledger import actions as ledger
from credit.scoring import actions
from credit.scoring.board import life, lifewords
from credit.scoring.board.life import Move, Refusal, Standing, Status
from credit.scoring.faultwords import in_words
from credit.scoring.models import Draft, DraftEvent
from credit.scoring.schemefile import SchemeFile, faults_of, read_scheme

CHANGED_MEANWHILE = (Refusal.CLOSED, Refusal.NOT_NOW, Refusal.NOT_ASSESSED)
BY_PORTAL = f"system:{System.SCORING}"


def standings(drafts: Iterable[Draft], by: User, *, now: datetime) -> dict[int, Standing]:
    """How somebody stands to each of the drafts, by primary key, in two queries. Whoever wrote any of a draft's texts
    is an author of it."""
    board = set(Membership.objects.at(now).filter(role=Role.BOARD).values_list("user_id", flat=True))
    found = list(drafts)
    wrote = DraftEvent.objects.filter(draft__in=found, by=by, move__in=[lifewords.START, Move.EDIT])
    written = set(wrote.values_list("draft_id", flat=True))
    return {
        draft.pk: Standing(
            member=by.pk in board,
            author=draft.pk in written,
            approved=by.pk in (draft.first_approved_by_id, draft.second_approved_by_id),
            board=len(board),
        )
        for draft in found
    }


def standing_of(draft: Draft, by: User, *, now: datetime) -> Standing:
    """How somebody stands to one draft."""
    return standings([draft], by, now=now)[draft.pk]


@transaction.atomic
def start(data: bytes, *, by: User, now: datetime) -> Draft:
    """Hand in a draft: a scheme's TOML, whole, of the version that comes next.

    Raises NotAllowed, Invalid (details: faults, each a path and a sentence), Conflict (another version is next, or
    there is an open draft of it).
    """
    if not Membership.objects.held_by(by, now).filter(role=Role.BOARD).exists():
        raise NotAllowed(lifewords.REFUSED[Refusal.NOT_MEMBER])
    file = _read(data, now=now)
    code, version = file.tree["code"], file.tree["version"]
    actions.refuse_out_of_turn(code, version, file.in_force_from, today=business_date(now))
    draft = Draft(code=code, version=version, status=Status.DRAFT.value, drafted_by=by, drafted_at=now)
    _write(draft, data, file)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise Conflict(lifewords.ALREADY_OPEN) from error
    _note(draft, lifewords.START, by=by, now=now, reason="")
    ledger.note("scheme.drafted", by=by, about=draft, at=now, **_facts(draft))
    return draft


@transaction.atomic
def edit(public_id: str, data: bytes, *, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Put another text in place of a draft's. Its assessment and approvals were for the old one: they are dropped.

    Raises NotFound, NotAllowed, Conflict (moved on since step `seen`, closed), Invalid (faults, or nothing new).
    """
    draft, following = _begin(public_id, Move.EDIT, by=by, now=now, seen=seen)
    file = _read(data, now=now)
    if (file.tree["code"], file.tree["version"]) != (draft.code, draft.version):
        raise Conflict(
            _("This is the draft of %(code)s, version %(version)s.") % {"code": draft.code, "version": draft.version}
        )
    if hashlib.sha256(data).hexdigest() == draft.sha256:
        raise Invalid(lifewords.SAME_TEXT)
    actions.refuse_out_of_turn(draft.code, draft.version, file.in_force_from, today=business_date(now))
    _write(draft, data, file)
    draft.drafted_by, draft.drafted_at = by, now
    _forget_approvals(draft)
    return _finish(draft, following, Move.EDIT, by=by, now=now)


@transaction.atomic
def note_assessed(draft_id: int, *, sha256: str, now: datetime) -> Draft:
    """The portal has assessed what a text would do: the draft of exactly that text may be approved from now on.

    `draft_id` is its primary key. Raises Conflict where it has another text meanwhile, or has moved on.
    """
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    following = _follow(draft, Move.ASSESS, Standing(portal=True))
    if draft.sha256 != sha256:
        raise Conflict(lifewords.OTHER_TEXT)
    draft.assessed_sha256, draft.assessed_at = sha256, now
    return _finish(draft, following, Move.ASSESS, by=None, now=now)


@transaction.atomic
def approve(public_id: str, *, by: User, now: datetime, seen: int | None = None) -> Draft:
    """A member approves what was assessed. Raises NotFound, NotAllowed (approved already, own text), Conflict."""
    draft, following = _begin(public_id, Move.APPROVE, by=by, now=now, seen=seen)
    if following is Status.APPROVED_ONCE:
        draft.first_approved_by, draft.first_approved_at = by, now
    else:
        draft.second_approved_by, draft.second_approved_at = by, now
    return _finish(draft, following, Move.APPROVE, by=by, now=now)


@transaction.atomic
def send_back(public_id: str, *, reason: str, by: User, now: datetime, seen: int | None = None) -> Draft:
    """A member asks for another text, or another assessment. Raises NotFound, NotAllowed, Conflict, Invalid."""
    draft, following = _begin(public_id, Move.SEND_BACK, by=by, now=now, seen=seen)
    _forget_approvals(draft)
    return _finish(draft, following, Move.SEND_BACK, by=by, now=now, reason=_said(reason))


@transaction.atomic
def abandon(public_id: str, *, reason: str, by: User, now: datetime, seen: int | None = None) -> Draft:
    """A member gives a draft up; it stays readable. Raises NotFound, NotAllowed, Conflict, Invalid."""
    draft, following = _begin(public_id, Move.ABANDON, by=by, now=now, seen=seen)
    draft.closed_at = now
    return _finish(draft, following, Move.ABANDON, by=by, now=now, reason=_said(reason))


@transaction.atomic
def publish(public_id: str, *, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Publish what two members approved: its text becomes a signed scheme, and its draft stays attached to it.

    Raises NotFound, NotAllowed, Conflict (moved on; out of turn), Invalid (the notice would be too short), Unavailable
    (no key to sign with).
    """
    draft, following = _begin(public_id, Move.PUBLISH, by=by, now=now, seen=seen)
    faults = _too_early(draft.in_force_from, now=now)
    if faults:
        raise Invalid(faults[0])
    draft.scheme = actions.publish(draft.text.encode(), by=by, now=now)
    draft.closed_at = now
    return _finish(draft, following, Move.PUBLISH, by=by, now=now)


def _begin(public_id: str, move: Move, *, by: User, now: datetime, seen: int | None) -> tuple[Draft, Status]:
    """Lock the draft and ask the table."""
    draft = Draft.objects.select_for_update().filter(public_id=public_id).first()
    if draft is None:
        raise NotFound(lifewords.NO_SUCH_DRAFT)
    following = _follow(draft, move, standing_of(draft, by, now=now))
    if seen is not None and seen != draft.steps:
        raise Conflict(lifewords.STALE, draft=public_id)
    return draft, following


def _follow(draft: Draft, move: Move, standing: Standing) -> Status:
    following = life.after(Status(draft.status), move, standing)
    if isinstance(following, Refusal):
        refusal = Conflict if following in CHANGED_MEANWHILE else NotAllowed
        raise refusal(lifewords.REFUSED[following], draft=draft.public_id)
    return following


def _finish(draft: Draft, following: Status, move: Move, *, by: User | None, now: datetime, reason: str = "") -> Draft:
    draft.status = following.value
    draft.steps += 1
    draft.save()
    _note(draft, move.value, by=by, now=now, reason=reason)
    ledger.note(f"scheme.{_KINDS[move]}", by=by or BY_PORTAL, about=draft, at=now, **_facts(draft))
    return draft


_KINDS = {
    Move.EDIT: "draft-edited",
    Move.ASSESS: "draft-assessed",
    Move.APPROVE: "draft-approved",
    Move.SEND_BACK: "draft-sent-back",
    Move.PUBLISH: "draft-published",
    Move.ABANDON: "draft-abandoned",
}


def _facts(draft: Draft) -> dict[str, Any]:
    return {"code": draft.code, "version": draft.version, "sha256": draft.sha256, "status": str(draft.status)}


def _note(draft: Draft, move: str, *, by: User | None, now: datetime, reason: str) -> None:
    DraftEvent.objects.create(
        draft=draft,
        number=draft.steps,
        move=move,
        status=draft.status,
        by=by,
        at=now,
        sha256=draft.sha256,
        reason=reason,
    )


def _read(data: bytes, *, now: datetime) -> SchemeFile:
    """A scheme that says all that a published one must. Raises Invalid with all its faults."""
    faults = [in_words(fault) for fault in faults_of(data, whole=True)]
    if not faults:
        file = read_scheme(data)
        faults = [("in_force_from", fault) for fault in _too_early(file.in_force_from, now=now)]
        if not faults:
            return file
    raise Invalid(_("This draft can't be handed in."), faults=faults)


def _too_early(starts: Any, *, now: datetime) -> list[str]:
    """What is wrong with the day on which a version would come into force, in a sentence; nothing where it is late
    enough to be announced first."""
    today = business_date(now)
    notice = life.notice_on(today)
    earliest = notice.earliest(today)
    if starts >= earliest:
        return []
    told = {"days": notice.days, "day": date_format(earliest)}
    return [_("A version is announced %(days)s days before it comes into force: at the earliest on %(day)s.") % told]


def _write(draft: Draft, data: bytes, file: SchemeFile) -> None:
    draft.text, draft.sha256 = data.decode(), hashlib.sha256(data).hexdigest()
    draft.document, draft.in_force_from = file.tree, file.in_force_from


def _forget_approvals(draft: Draft) -> None:
    """The events keep them."""
    draft.assessed_sha256 = draft.assessed_at = None
    draft.first_approved_by = draft.first_approved_at = None
    draft.second_approved_by = draft.second_approved_at = None


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(lifewords.NOTHING_SAID)
    return said
