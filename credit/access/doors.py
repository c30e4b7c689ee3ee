"""Every view has a door, said in one line above it; the middleware refuses a view without one.

    @anyone                                     a public page
    @signed_in                                  whoever has signed in
    @subject_page(Field.RECORDS, ...)           URL has <subject>; view(request, permit, ...)
    @for_role(Role.OFFICIAL)                    a staff role, with its second factor
    @for_agency                                 URL has <code>; view(request, agency, ...), an officer of it
    @for_programs                               /api: no session counts there; the view asks for a token itself

`look(request, subject, purpose)` is for views behind @for_role that read one subject (a case).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from credit.access import actions
from credit.access.actors import Actor, UserRequest, actor_of, showed_recently
from credit.core.errors import NotAllowed, NotFound
from credit.core.policy import STAFF, Field, Permit, Purpose, Role
from credit.identity.models import Membership, Organisation
from credit.ledger.actions import HasPublicId
from credit.subjects.models import Subject

SESSION_KEY = "permits"
SESSION_KEEPS = 20  # looks that one session can resume

View = Callable[..., HttpResponseBase]


class SubjectView(Protocol):
    """What stands behind a subject's door: it gets the permit instead of the subject's public id."""

    def __call__(self, request: UserRequest, permit: Permit, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request."""
        ...


class AgencyView(Protocol):
    """What stands behind an agency's door."""

    def __call__(self, request: UserRequest, agency: Organisation, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request."""
        ...


@dataclass(frozen=True, slots=True)
class Door:
    """Who may pass: what tests/test_doors.py compares with its written table."""

    kind: str  # anyone | signed-in | subject-page | for-role | for-agency | for-programs
    roles: frozenset[Role] = frozenset()
    fields: frozenset[Field] = frozenset()


ANYONE = Door("anyone")
SIGNED_IN = Door("signed-in")

OPENED_BY_NAME: dict[str, Door] = {
    # Views that others wrote, and those of contexts below this one. allauth guards its own steps besides.
    **dict.fromkeys(
        (
            "account_login",
            "account_confirm_login_code",
            "account_logout",
            "account_signup",
            "account_inactive",
            "account_email_verification_sent",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "mfa_authenticate",
            "set_language",
            "ledger:heads",
            "ledger:download",
        ),
        ANYONE,
    ),
    **dict.fromkeys(
        (
            "account_email",
            "account_reauthenticate",
            "account_change_password",
            "account_set_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "usersessions_list",
        ),
        SIGNED_IN,
    ),
}
"""URL names of views that can't carry a decorator of ours. The portal may add its own."""


class DoorMiddleware:
    """Refuses a view that nobody opened by name (403): a forgotten decorator shuts a page, never opens it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing before or after the view."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        """Raises PermissionDenied for a view without a door."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if door_of(view, name) is None:
            raise PermissionDenied(_("This page has no door yet."))


def door_of(view: View, name: str) -> Door | None:
    """The door of a view, by its decorator or by its URL's name; None where it has none."""
    door: Door | None = getattr(view, "door", None)
    return door or OPENED_BY_NAME.get(name)


def anyone(view: View) -> View:
    """A public page. Also opens LoginRequiredMiddleware for it."""
    return login_not_required(_hung(view, ANYONE))


def signed_in(view: View) -> View:
    """A page for whoever has signed in."""
    return _hung(view, SIGNED_IN)


def subject_page(*fields: Field, purpose: Purpose = Purpose.OWN_RECORD) -> Callable[[SubjectView], View]:
    """A page on one subject: the URL's <subject> becomes a permit that opens at least `fields`.

    Raises NotFound for a subject that the user has no ground for, exactly as for one that isn't there.
    """

    def hang(view: SubjectView) -> View:
        @wraps(view)
        def opened(request: UserRequest, subject: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            permit = _permit_for(request, subject, purpose, fields)
            if permit.subject_public_id != subject and request.method == "GET":  # this file was joined with another
                return HttpResponseRedirect(request.get_full_path().replace(subject, permit.subject_public_id, 1))
            return view(request, permit, *args, **kwargs)

        return _hung(opened, Door("subject-page", fields=frozenset(fields)))

    return hang


def for_role(*roles: Role) -> Callable[[View], View]:
    """A page for people in one of `roles`; staff must have shown a second factor, and are sent to do so.

    Raises NotAllowed for everybody else.
    """

    def hang(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            held = actor.roles & frozenset(roles)
            if not held:
                raise NotAllowed(_("This page is for people in another role. Your own pages are on the start page."))
            return _to_second_factor(request, actor, held) or view(request, *args, **kwargs)

        return _hung(opened, Door("for-role", roles=frozenset(roles)))

    return hang


def for_agency(view: AgencyView) -> View:
    """A page of one agency: the URL's <code> becomes the agency. Raises NotFound unless the user is its officer."""

    @wraps(view)
    def opened(request: UserRequest, code: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        membership = Membership.objects.of_agency(request.user, code, timezone.now()).first()
        if membership is None:
            raise NotFound(_("There is no such page, or it is not yours to see."))
        return _to_second_factor(request, actor, (Role.OFFICER,)) or view(
            request, membership.organisation, *args, **kwargs
        )

    return _hung(opened, Door("for-agency", roles=frozenset({Role.OFFICER})))


def for_programs(view: View) -> View:
    """An address for programs. Opens LoginRequiredMiddleware, and needs no CSRF token, as no cookie counts there."""
    return login_not_required(csrf_exempt(_hung(view, Door("for-programs"))))


def shown_recently(view: AgencyView) -> AgencyView:
    """Behind another door: a POST needs a sign-in of the last minutes; whoever's is older is asked again."""

    @wraps(view)
    def asked(request: UserRequest, agency: Organisation, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not showed_recently(request):
            raise ReauthenticationRequired
        return view(request, agency, *args, **kwargs)

    return asked


def look(
    request: HttpRequest,
    subject: Subject,
    purpose: Purpose,
    *,
    fields: Collection[Field] | None = None,
    about: HasPublicId | None = None,
    as_it_was: bool = False,
) -> Permit:
    """The session's living permit for this subject, purpose and case, or a new disclosure. Raises as `disclose`."""
    now = timezone.now()
    subject = subject if as_it_was else subject.file
    actor = actor_of(request, now=now)
    held: dict[str, str] = request.session.get(SESSION_KEY, {})
    asked = "all" if fields is None else ",".join(sorted(fields))
    key = ":".join([purpose, subject.public_id, about.public_id if about else "", asked])
    if key in held:
        permit = actions.resume(held[key], actor, now=now)
        if permit and permit.subject_id == subject.pk:
            return permit
    permit = actions.disclose(actor, subject, purpose, fields=fields, about=about, as_it_was=as_it_was, now=now)
    others = [(name, value) for name, value in held.items() if name != key]
    request.session[SESSION_KEY] = dict([*others, (key, permit.id)][-SESSION_KEEPS:])
    return permit


def _permit_for(request: HttpRequest, public_id: str, purpose: Purpose, fields: tuple[Field, ...]) -> Permit:
    """The permit of a subject's page, opened for all that the rule opens. Raises NotFound."""
    subject = Subject.objects.filter(public_id=public_id).select_related("merged_into").first()
    if subject is None:
        actions.refuse(actor_of(request), None, purpose, now=timezone.now())
        raise NotFound(_("There is no such page, or it is not yours to see."))
    try:
        permit = look(request, subject, purpose)
    except NotAllowed as refusal:
        raise NotFound(_("There is no such page, or it is not yours to see.")) from refusal
    for field in fields:
        permit.require(field)
    request.permit = permit  # type: ignore[attr-defined]  # for what every page of a subject prints
    return permit


def _to_second_factor(request: HttpRequest, actor: Actor, roles: Collection[Role]) -> HttpResponseRedirect | None:
    """Where somebody in a staff role goes who hasn't shown a second factor: to set one up, or to show it."""
    if actor.second_factor or not STAFF.intersection(roles):
        return None
    has_one = is_mfa_enabled(actor.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    page = reverse("mfa_reauthenticate" if has_one else "mfa_activate_totp")
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{page}?{urlencode({'next': back})}")


def _hung(view: View, door: Door) -> View:
    """The view with its door on it."""
    view.door = door  # type: ignore[attr-defined]
    return view
