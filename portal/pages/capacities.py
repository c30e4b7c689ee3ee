"""The capacities in which a signed-in user may act: what the navigation and the start page offer.

A name stands here because the user's own claim or office says that it is theirs; a look at the file behind
it goes through credit.access like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from credit.core.policy import Role
from credit.identity.models import Membership, Organisation, User
from credit.subjects.models import Claim, Office


@dataclass(frozen=True, slots=True)
class Capacity:
    """One door: `kind` is person, company, agency, desk, audit or board; `key` the public id or code in its URLs."""

    kind: str
    key: str
    title: str
    name: str
    text: str
    url: str
    here: bool = False


def capacities_of(user: User, path: str, *, now: datetime) -> tuple[Capacity, ...]:
    """All doors of a user, in three queries; `here` on the one that `path` lies behind."""
    doors = [*_own_records(user), *_companies(user, now), *_offices_held(user, now)]
    return tuple(
        Capacity(door.kind, door.key, door.title, door.name, door.text, door.url, here=path.startswith(door.url))
        for door in doors
    )


def _own_records(user: User) -> list[Capacity]:
    claims = Claim.objects.filter(user=user, ended_at=None).select_related("subject__merged_into")
    files = {claim.subject.file.public_id: claim.subject.file.name for claim in claims.order_by("proven_at")}
    return [
        Capacity(
            "person",
            public_id,
            _("My record"),
            name,
            _("Your mark, your records, your disputes, and who looked."),
            reverse("pages:overview", args=[public_id]),
        )
        for public_id, name in files.items()
    ]


def _companies(user: User, now: datetime) -> list[Capacity]:
    offices = Office.objects.at(now).filter(user=user).select_related("subject__merged_into").order_by("since", "pk")
    companies = {office.subject.file.public_id: office.subject.file.name for office in offices}
    return [
        Capacity(
            "company",
            public_id,
            name,
            name,
            _("You may act for this company."),
            reverse("pages:overview", args=[public_id]),
        )
        for public_id, name in companies.items()
    ]


def _offices_held(user: User, now: datetime) -> list[Capacity]:
    """The doors that memberships open: agencies first, then the desk, the audit and the scheme board."""
    held = list(Membership.objects.held_by(user, now).select_related("organisation").order_by("organisation__code"))
    agencies = [_agency(membership.organisation) for membership in held if membership.role == Role.OFFICER]
    roles = {membership.role for membership in held}
    return [*agencies, *(desk() for role, desk in DESKS.items() if role in roles)]


def _agency(organisation: Organisation) -> Capacity:
    text = _("What you delivered, what is faulty, and what waits for release.")
    url = reverse("agency:home", args=[organisation.code])
    return Capacity("agency", organisation.code, organisation.name, organisation.name, text, url)


def _desk() -> Capacity:
    text = _("Disputes that wait for a decision, the nearest deadline first.")
    return Capacity("desk", "", _("Review desk"), _("Review desk"), text, reverse("desk:queue"))


def _audit() -> Capacity:
    text = _("Every look at a record, with its purpose and its ground.")
    return Capacity("audit", "", _("Audit"), _("Audit"), text, reverse("audit:home"))


def _board() -> Capacity:
    text = _("Drafts of how marks are made: what they would do to whom, and which wait for you.")
    return Capacity("board", "", _("Scheme board"), _("Scheme board"), text, reverse("board:home"))


DESKS: dict[Role, Callable[[], Capacity]] = {Role.OFFICIAL: _desk, Role.AUDITOR: _audit, Role.BOARD: _board}
