"""Who is at the door: a signed-in user, somebody at the command line, or a part of the portal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import time

from allauth.account import app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

from credit.core.policy import Role, System
from credit.identity.models import User


class UserRequest(HttpRequest):
    """A request behind a door that signs people in."""

    user: User


class Channel(StrEnum):
    """By which way somebody came."""

    WEB = "web"
    COMMAND = "command"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which standing roles, and whether a second factor was shown.

    Exactly one of `user` and `system` is given.
    """

    user: User | None
    name: str
    roles: frozenset[Role]
    second_factor: bool
    channel: Channel
    system: System | None = None

    @property
    def public_id(self) -> str:
        """What the journal calls them: the user's public id, or "system:reports"."""
        return self.user.public_id if self.user else f"system:{self.system}"


def showed_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with TOTP, a passkey or a recovery code, as allauth recorded it."""
    user = request.user
    if not isinstance(user, User):
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def showed_recently(request: HttpRequest) -> bool:
    """Whether the user signed in, or did so again, within settings.ACCOUNT_REAUTHENTICATION_TIMEOUT (seconds)."""
    user = request.user
    if not isinstance(user, User):
        return False
    times = [float(record.get("at", 0)) for record in get_authentication_records(request, user)]
    return time() - max(times, default=0) < float(account_settings.REAUTHENTICATION_TIMEOUT)


def actor_of(request: HttpRequest, *, now: datetime | None = None) -> Actor:
    """The signed-in user behind a request. Raises TypeError where nobody is signed in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("a view that acts for somebody must have a door that signs them in")
    roles = frozenset(user.roles(now or timezone.now()))
    return Actor(user, user.name, roles, showed_second_factor(request), Channel.WEB)


def command_actor(user: User, *, now: datetime | None = None) -> Actor:
    """Who runs a command. Sign-in to the machine itself stands in for the second factor."""
    return Actor(user, user.name, frozenset(user.roles(now or timezone.now())), True, Channel.COMMAND)


def system_actor(system: System) -> Actor:
    """A named part of the portal; what it may look at is in the table like everybody else's."""
    return Actor(None, str(system), frozenset(), False, Channel.WORKER, system)
