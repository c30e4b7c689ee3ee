"""Who may act for an agency on its deliveries."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from credit.core.errors import NotAllowed
from credit.core.policy import Role
from credit.identity.models import Membership, Organisation, User
from credit.records.models import Registration


def require_officer(user: User, agency: Organisation, *, now: datetime) -> None:
    """Pass for an officer of the agency; in demo mode for the sample operator too. Raises NotAllowed."""
    held = Membership.objects.at(now).filter(user=user, organisation=agency, role=Role.OFFICER)
    if agency.kind == Organisation.Kind.AGENCY and held.exists():
        return
    if settings.MODE == "demo" and Role.OPERATOR in user.roles(now):
        return
    raise NotAllowed(_("Only an officer of this agency may do this."))


def require_registered(agency: Organisation, notation: str, *, now: datetime) -> None:
    """Pass while the agency may submit this notation. Raises NotAllowed."""
    if not Registration.objects.at(now).filter(agency=agency, notation=notation).exists():
        raise NotAllowed(_("This agency may no longer submit this notation, so nothing of it can be released."))


def other_officer(agency: Organisation, than: User, *, now: datetime) -> User | None:
    """An officer of the agency who is somebody else, the longest serving first; None where there is none."""
    held = Membership.objects.at(now).filter(organisation=agency, role=Role.OFFICER, user__is_active=True)
    first = held.exclude(user=than).select_related("user").order_by("pk").first()
    return first.user if first else None
