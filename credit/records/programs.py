"""The programs that act for an agency over /api, and the answers that they were given once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q

from credit.core.policy import Role
from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import Organisation


class Scope(StrEnum):
    """What a token lets a program do."""

    WRITE = "submissions:write"
    READ = "submissions:read"
    RELEASE = "submissions:release"


class Kind(StrEnum):
    """What a program is registered for: never for both, as nobody releases what they delivered."""

    SUBMIT = "submit"
    RELEASE = "release"


SCOPES: dict[Kind, tuple[Scope, ...]] = {
    Kind.SUBMIT: (Scope.WRITE, Scope.READ),
    Kind.RELEASE: (Scope.READ, Scope.RELEASE),
}


ANSWERS_KEPT = timedelta(hours=48)
"""How long a program is answered alike under one key; at least the 24 hours that are promised."""


class ApiClientQuerySet(models.QuerySet["ApiClient"]):
    """Named questions about programs."""

    def of_agency(self, agency: Organisation) -> Self:
        """All programs of an agency, those in use first, with what its page prints."""
        ordered = self.order_by(F("ended_at").desc(nulls_first=True), "pk")
        return ordered.filter(agency=agency).select_related("created_by", "ended_by")


class ApiClient(models.Model):
    """A program of an agency. The officer who registered it answers for all that it does.

    `oauth` holds its secret, hashed. It acts only while that officer is one of the agency's.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="programs")
    oauth = models.OneToOneField(Client, models.PROTECT, related_name="program")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="programs")
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="program_kind_is_known", condition=Q(kind__in=[kind.value for kind in Kind])),
            models.CheckConstraint(
                name="program_end_is_whole",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("created_at")),
            ),
            models.UniqueConstraint(
                fields=["agency", "name"], condition=Q(ended_at=None), name="one_open_program_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """What the journal calls it."""
        return f"program:{self.public_id}"


@dataclass(frozen=True, slots=True)
class Held:
    """What a living access token says. `answerable`: whether the officer who registered the program still is one."""

    program: ApiClient
    scopes: frozenset[str]
    answerable: bool


HELD = """
    SELECT p.id, p.public_id, t.scopes, EXISTS (
        SELECT FROM identity_membership m JOIN identity_user u ON u.id = m.user_id
        WHERE m.user_id = p.created_by_id AND m.organisation_id = p.agency_id AND m.role = %(role)s
          AND m.since <= %(now)s AND (m.until IS NULL OR m.until > %(now)s) AND u.is_active)
    FROM allauth_idp_oidc_token t JOIN records_apiclient p ON p.oauth_id = t.client_id
    WHERE t.type = %(type)s AND t.hash = %(hash)s AND t.expires_at > %(now)s AND p.ended_at IS NULL
"""


def held_by(token: str, now: datetime) -> Held | None:
    """The program in use to which a living access token was given. Each request asks: so it is one query, as text."""
    asked = {
        "role": Role.OFFICER.value,
        "now": now,
        "type": Token.Type.ACCESS_TOKEN.value,
        "hash": get_adapter().hash_token(token),
    }
    with connection.cursor() as cursor:
        cursor.execute(HELD, asked)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, public_id, scopes, answerable = row
    return Held(_known(pk, public_id), frozenset(scopes.split()), answerable)


@lru_cache(maxsize=1000)
def _known(pk: int, public_id: str) -> ApiClient:
    """A program with what never changes in it: its agency, its officer, its kind. Read once a process."""
    return ApiClient.objects.select_related("agency", "created_by").get(pk=pk, public_id=public_id)


class ApiAnswerQuerySet(models.QuerySet["ApiAnswer"]):
    """Named questions about answers."""

    def outlived(self, now: datetime) -> Self:
        """Those that nobody is given again."""
        return self.filter(at__lt=now - ANSWERS_KEPT)


class ApiAnswer(models.Model):
    """What a program was answered under an Idempotency-Key, so that the same request is done once.

    `key` is the SHA-256 of the key that it chose, `request` that of what it asked. The row and what it did are one
    transaction; `status` 0 is seen by nobody but that.
    """

    program = models.ForeignKey(ApiClient, models.PROTECT, related_name="answers")
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    location = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    objects = ApiAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.status} for {self.program_id}"
