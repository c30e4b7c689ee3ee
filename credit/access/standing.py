"""What reasons an actor has to look at a subject, read from where each is kept."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from credit.access.actors import Actor
from credit.access.models import Ground
from credit.core.policy import DUTY_ROLES, GroundKind, Role, System
from credit.identity.models import Membership, Organisation
from credit.ledger.actions import HasPublicId
from credit.subjects.actions import family_of
from credit.subjects.models import Claim, Office, Subject


@dataclass(frozen=True, slots=True)
class Standing:
    """The roles that an actor can look in and the grounds they have; `rows`: those grounds that are rows."""

    roles: frozenset[Role | System]
    grounds: frozenset[GroundKind]
    rows: dict[GroundKind, Ground]


def standing_of(actor: Actor, subject: Subject, *, about: HasPublicId | None, now: datetime) -> Standing:
    """The standing of an actor towards a subject; with `about`, only of that case or order, claims and duties aside.

    SUBJECT follows from a proven claim and REPRESENTATIVE from an office in force: nobody is appointed to them.
    """
    roles: set[Role | System] = set(actor.roles)
    grounds: set[GroundKind] = set()
    if actor.system is not None:
        roles.add(actor.system)
    if actor.user is not None:
        family = family_of(subject)
        claims = Claim.objects.filter(user=actor.user, subject__in=family, proven_at__lte=now)
        if claims.filter(_lasts(now)).exists():
            roles.add(Role.SUBJECT)
            grounds.add(GroundKind.CLAIM)
        if Office.objects.at(now).filter(user=actor.user, subject__in=family).exists():
            roles.add(Role.REPRESENTATIVE)
            grounds.add(GroundKind.OFFICE)
        if actor.roles & DUTY_ROLES:
            grounds.add(GroundKind.DUTY)
    rows = _rows(actor, subject, about)
    return Standing(frozenset(roles), frozenset(grounds) | frozenset(rows), rows)


def organisation_of(actor: Actor, role: Role | System, now: datetime) -> Organisation | None:
    """The public body for which somebody acts in a role; None for subjects and for the portal itself."""
    if actor.user is None:
        return None
    held = Membership.objects.held_by(actor.user, now).filter(role=role.value)
    membership = held.select_related("organisation").order_by("since", "pk").first()
    return membership.organisation if membership else None


def _rows(actor: Actor, subject: Subject, about: HasPublicId | None) -> dict[GroundKind, Ground]:
    """The grounds that higher contexts opened, the oldest of each kind."""
    held = Ground.objects.giving(subject, actor.user)
    if about is not None:
        held = held.filter(about_id=about.public_id)
    return {GroundKind(ground.kind): ground for ground in held.order_by("-opened_at", "-pk")}


def _lasts(now: datetime) -> Q:
    """A claim that nobody has ended."""
    return Q(ended_at=None) | Q(ended_at__gt=now)
