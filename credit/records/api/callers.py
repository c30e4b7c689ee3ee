"""Who calls: a program of an agency, by its token alone. Sessions and cookies count for nothing here."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit.core.errors import NotAllowed, TooMany
from credit.identity.models import Organisation, User
from credit.records.api.problems import Unauthorised
from credit.records.models import ApiClient
from credit.records.programs import Scope, held_by

WINDOW = 60
"""Seconds over which requests are counted."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a request, and the moment at which it was let in."""

    program: ApiClient
    now: datetime

    @property
    def agency(self) -> Organisation:
        """For whom it acts."""
        return self.program.agency

    @property
    def officer(self) -> User:
        """Who registered it and answers for it."""
        return self.program.created_by


class ProgramRequest(HttpRequest):
    """A request that a token let in."""

    auth: Caller


class Token:
    """Lets in a program whose token has a scope: `auth=Token(Scope.READ)`.

    Raises Unauthorised, NotAllowed (another scope; nobody answers for the program any more), TooMany.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        """The caller."""
        now = timezone.now()
        held = held_by(_token_of(request), now)
        if held is None:
            raise Unauthorised(
                _("This token has expired, was withdrawn, or never was one. Ask for a new one."),
                code="token_invalid",
                challenge=', error="invalid_token"',
            )
        _count(held.program, now)
        if self.scope not in held.scopes:
            raise NotAllowed(
                _("This token doesn't have the scope %(scope)s.") % {"scope": self.scope},
                code="scope_missing",
                challenge=f', error="insufficient_scope", scope="{self.scope}"',
            )
        if not held.answerable:
            raise NotAllowed(
                _("Whoever registered this program is no officer of the agency now. Another must register it anew.")
            )
        return Caller(held.program, now)


def _token_of(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorised(_("Send an access token: Authorization: Bearer …"), challenge="")
    return token.strip()


def _count(program: ApiClient, now: datetime) -> None:
    """One more request of the program in this window. Raises TooMany."""
    window, second = divmod(int(now.timestamp()), WINDOW)
    key = f"{settings.CACHES['default']['KEY_PREFIX']}:api:{program.public_id}:{window}"
    both = _redis(settings.REDIS_URL).pipeline()
    both.incr(key)
    both.expire(key, 2 * WINDOW)
    if both.execute()[0] > settings.API_REQUESTS_A_MINUTE:
        raise TooMany(_("This program asks too often. Wait, then go on."), wait=WINDOW - second)


@cache
def _redis(url: str) -> redis.Redis:
    """One connection pool a process; Django's cache would ask three times and make its client anew each time."""
    return redis.Redis.from_url(url, **settings.CACHES["default"]["OPTIONS"])
