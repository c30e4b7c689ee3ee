"""Organisations and memberships: made and ended by name, journalled."""

from datetime import datetime

from django.db import transaction

from credit.core.errors import Conflict
from credit.core.policy import Role
from credit.identity.models import Membership, Organisation, User
from credit.ledger import actions as ledger


@transaction.atomic
def appoint(user: User, organisation: Organisation, role: Role, *, by: "User | str", now: datetime) -> Membership:
    """Give a user a role in an organisation from now on. The same role twice is one."""
    membership, made = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role, until=None, defaults={"since": now}
    )
    if made:
        ledger.note("membership.opened", by=by, about=user, at=now, organisation=organisation.code, role=role.value)
    return membership


@transaction.atomic
def dismiss(membership: Membership, *, by: "User | str", now: datetime) -> None:
    """End a membership now. Raises Conflict when it has ended already."""
    ended = Membership.objects.filter(pk=membership.pk, until=None).update(until=now)
    if not ended:
        raise Conflict("This membership has ended already.")
    ledger.note("membership.closed", by=by, about=membership.user, at=now, role=membership.role)
