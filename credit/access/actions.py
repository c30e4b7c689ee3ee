"""The one door to a subject's data: grounds are opened and closed, looks are decided and journalled."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext

from credit.access.actors import Actor
from credit.access.models import KEPT_GROUNDS, Disclosure, Ground, disclosure_id
from credit.access.standing import Standing, organisation_of, standing_of
from credit.core.errors import Invalid, NotAllowed
from credit.core.policy import DUTY_ROLES, Field, GroundKind, Permit, Purpose, Rule, decide
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.ledger.actions import HasPublicId
from credit.subjects.models import Subject


def disclose(
    actor: Actor,
    subject: Subject,
    purpose: Purpose,
    *,
    fields: Collection[Field] | None = None,
    about: HasPublicId | None = None,
    as_it_was: bool = False,
    now: datetime,
) -> Permit:
    """Decide by the table, write the Disclosure and its ledger entry, return the Permit.

    `fields`: those needed (None: all that the rule opens). `about`: the case or order that is the ground,
    where the actor could have several. Where a file was joined with another, the look is at that one; `as_it_was`: at
    the file itself, to read what it said before. Raises NotAllowed; the refusal is journalled too, unless the caller's
    own transaction takes it back.
    """
    subject = subject if as_it_was else subject.file
    standing = standing_of(actor, subject, about=about, now=now)
    try:
        rule = decide(
            purpose,
            roles=standing.roles,
            grounds=standing.grounds,
            second_factor=actor.second_factor,
            fields=fields,
        )
    except NotAllowed as refusal:
        refuse(actor, subject, purpose, now=now, code=refusal.code)
        raise NotAllowed(gettext(str(refusal)), code=refusal.code) from refusal
    opened = rule.fields if fields is None else frozenset(fields)
    return _permit(_write(actor, subject, rule, fields=opened, standing=standing, now=now))


def resume(permit_id: str, actor: Actor, *, now: datetime) -> Permit | None:
    """The permit of an earlier look of the same actor, while it lives and its ground stands; else None."""
    held = Disclosure.objects.filter(public_id=permit_id).select_related("subject", "ground").first()
    if held is None or not held.lives(now) or not _is_of(held, actor):
        return None
    standing = standing_of(actor, held.subject, about=None, now=now)
    if held.ground is not None and held.ground.closed_at is not None:
        return None
    fields = frozenset(Field(field) for field in held.fields)
    try:
        rule = decide(
            Purpose(held.purpose),
            roles=[role for role in standing.roles if role == held.role],
            grounds=[ground for ground in standing.grounds if ground == held.ground_kind],
            second_factor=actor.second_factor,
            fields=fields,
        )
    except NotAllowed:
        return None
    return _permit(held) if rule.fields >= fields else None


@transaction.atomic
def refuse(actor: Actor, subject: Subject | None, purpose: Purpose, *, now: datetime, code: str = "unknown") -> None:
    """Journal a look that was refused. `subject` None: there was none, and what was asked for is not kept."""
    ledger.note("access.refused", by=actor, about=subject, at=now, purpose=str(purpose), why=code)


@transaction.atomic
def audit(actor: Actor, *, page: str, now: datetime, **asked: str) -> Rule:
    """Let an auditor see a page of looks, and journal that they did, with what they asked for. Raises NotAllowed."""
    rule = decide(
        Purpose.AUDIT,
        roles=actor.roles,
        grounds={GroundKind.DUTY} if actor.roles & DUTY_ROLES else set(),
        second_factor=actor.second_factor,
        fields={Field.LOOKS},
    )
    ledger.note("audit.looked", by=actor, about=None, at=now, page=page, **asked)
    return rule


@transaction.atomic
def open_ground(
    kind: GroundKind, *, user: User | None, subject: Subject, about: HasPublicId, by: User | Actor, now: datetime
) -> Ground:
    """Give `user` (None: the portal itself) a standing reason to look at `subject`: CASE, ORDER or MATCHING.

    CLAIM and OFFICE are read from credit.subjects, DUTY from the roles: they are never opened here.
    The same ground twice is one. Raises Invalid.
    """
    if kind not in KEPT_GROUNDS or (kind is not GroundKind.ORDER and user is None):
        raise Invalid(gettext("This isn't a reason that can be given to somebody."))
    ground, made = Ground.objects.get_or_create(
        kind=kind.value,
        user=user,
        subject=subject,
        about_id=about.public_id,
        closed_at=None,
        defaults={"about_kind": _sort_of(about), "opened_at": now, "opened_by": by.public_id},
    )
    if made:
        holder = user.public_id if user else "system"
        facts = {"ground": kind.value, "user": holder, "of": about.public_id}
        ledger.note("access.ground-opened", by=by, about=subject, at=now, **facts)
    return ground


@transaction.atomic
def close_ground(
    kind: GroundKind,
    *,
    subject: Subject,
    about: HasPublicId,
    by: User | Actor,
    now: datetime,
    user: User | None = None,
) -> int:
    """Close the open grounds of `kind` on `subject` that `about` gave (only `user`'s, if given); returns how many."""
    held = Ground.objects.open().filter(kind=kind.value, subject=subject, about_id=about.public_id)
    if user is not None:
        held = held.filter(user=user)
    closed = held.update(closed_at=now, closed_by=by.public_id)
    if closed:
        ledger.note(
            "access.ground-closed", by=by, about=subject, at=now, ground=kind.value, of=about.public_id, closed=closed
        )
    return closed


@transaction.atomic
def _write(
    actor: Actor, subject: Subject, rule: Rule, *, fields: frozenset[Field], standing: Standing, now: datetime
) -> Disclosure:
    """The look, and its entry in the journal."""
    public_id = disclosure_id()
    organisation = organisation_of(actor, rule.role, now)
    entry = ledger.note(
        "access.disclosed",
        by=actor,
        about=subject,
        at=now,
        permit=public_id,
        purpose=rule.purpose.value,
        role=rule.role.value,
        ground=rule.ground.value,
        fields=sorted(field.value for field in fields),
        minutes=rule.minutes,
        organisation=organisation.code if organisation else None,
        basis=rule.basis,
        channel=actor.channel.value,
    )
    return Disclosure.objects.create(
        public_id=public_id,
        user=actor.user,
        system=actor.system or "",
        role=rule.role.value,
        organisation=organisation,
        subject=subject,
        purpose=rule.purpose.value,
        fields=sorted(field.value for field in fields),
        ground_kind=rule.ground.value,
        ground=standing.rows.get(rule.ground),
        basis=rule.basis,
        channel=actor.channel.value,
        at=now,
        until=now + timedelta(minutes=rule.minutes),
        entry=entry,
    )


def _permit(look: Disclosure) -> Permit:
    """The capability that a look gives."""
    return Permit(
        id=look.public_id,
        subject_id=look.subject_id,
        subject_public_id=look.subject.public_id,
        purpose=Purpose(look.purpose),
        fields=frozenset(Field(field) for field in look.fields),
        until=look.until,
    )


def _is_of(look: Disclosure, actor: Actor) -> bool:
    """Whether this actor made this look."""
    if actor.user is not None:
        return look.user_id == actor.user.pk
    return actor.system is not None and look.system == actor.system


def _sort_of(thing: HasPublicId) -> str:
    """A model's own name."""
    return thing._meta.model_name or "" if isinstance(thing, models.Model) else type(thing).__name__.lower()
