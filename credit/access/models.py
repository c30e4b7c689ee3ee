"""Why somebody may look (Ground), and that they did (Disclosure)."""

from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext

from credit.core.errors import NotAllowed
from credit.core.policy import Field, GroundKind, Permit, Purpose, Role, Rule, System
from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import Organisation, User
from credit.ledger.models import Entry
from credit.subjects.actions import family_of
from credit.subjects.models import Subject, of_file

KEPT_GROUNDS = (GroundKind.CASE, GroundKind.ORDER, GroundKind.MATCHING)
"""The grounds that are rows here. CLAIM and OFFICE are read from credit.subjects, DUTY from the roles."""


def disclosure_id() -> str:
    """Three groups: there are more looks than anything else."""
    return new_public_id(3)


class GroundQuerySet(models.QuerySet["Ground"]):
    """Standing reasons to look."""

    def open(self) -> Self:
        """Those that nobody has closed."""
        return self.filter(closed_at__isnull=True)

    def giving(self, subject: Subject, user: User | None) -> Self:
        """Open grounds of `user` on `subject`'s file; of the portal itself where `user` is None."""
        held = self.open().filter(subject__in=family_of(subject))
        return held.filter(user=user) if user else held.filter(kind=GroundKind.ORDER)


class Ground(models.Model):
    """One standing reason to look at a subject: opened, closed, never deleted."""

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in KEPT_GROUNDS])
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    about_kind = models.CharField(max_length=40)
    about_id = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=40)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=40, blank=True)

    objects = GroundQuerySet.as_manager()

    class Meta:
        db_table = "access_ground"
        constraints = [
            models.CheckConstraint(
                name="ground_kind_is_kept", condition=Q(kind__in=[kind.value for kind in KEPT_GROUNDS])
            ),
            models.CheckConstraint(name="case_is_somebodys", condition=~Q(kind="case") | Q(user__isnull=False)),
            models.CheckConstraint(name="matching_is_somebodys", condition=~Q(kind="matching") | Q(user__isnull=False)),
            models.CheckConstraint(
                name="ground_closes_whole",
                condition=Q(closed_at__isnull=True, closed_by="") | Q(closed_at__isnull=False) & ~Q(closed_by=""),
            ),
            models.CheckConstraint(
                name="ground_closes_after_it_opens",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=models.F("opened_at")),
            ),
            models.UniqueConstraint(
                name="ground_is_open_once",
                fields=["kind", "user", "subject", "about_id"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about_id}"


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    """Looks, for the subject and for the auditor."""

    def opened_by(self, permit: Permit) -> Self:
        """The looks at the permit's subject. Raises NotAllowed where the permit doesn't open them."""
        permit.require(Field.LOOKS)
        return self.filter(of_file(permit))

    def by_others_than(self, user: User) -> Self:
        """Everybody's looks but one user's own."""
        return self.exclude(user=user)

    def opening(self, field: Field) -> Self:
        """Looks that opened a part of the file."""
        return self.filter(fields__contains=[field.value])

    def since(self, moment: datetime) -> Self:
        """Looks from a moment on."""
        return self.filter(at__gte=moment)

    def own(self, user: User) -> Self:
        """One user's own looks."""
        return self.filter(user=user)

    def for_page(self) -> Self:
        """The newest first, with all that a page prints."""
        return self.select_related("user", "organisation", "subject").order_by("-at", "-pk")

    def audited_under(self, rule: Rule) -> Self:
        """All looks, for an auditor. Raises NotAllowed for any other rule of the table."""
        if rule.purpose is not Purpose.AUDIT or Field.LOOKS not in rule.fields:
            raise NotAllowed(gettext("Only auditors may see all looks."))
        return self.all()

    def by_purpose_since(self, now: datetime, days: int = 7) -> list[tuple[str, int]]:
        """How many looks there were for each purpose in the last days, the most frequent first."""
        recent = self.filter(at__gt=now - timedelta(days=days), at__lte=now)
        counted = recent.values("purpose").annotate(looks=Count("pk")).order_by("-looks", "purpose")
        return [(row["purpose"], row["looks"]) for row in counted]

    def matching(self, *, purpose: str, role: str, since: date | None, until: date | None) -> Self:
        """The auditor's filter; an empty string or None asks for all. Days are inclusive, in the portal's zone."""
        found = self
        if purpose:
            found = found.filter(purpose=purpose)
        if role:
            found = found.filter(role=role)
        if since:
            found = found.filter(at__date__gte=since)
        if until:
            found = found.filter(at__date__lte=until)
        return found


class Disclosure(models.Model):
    """One look: who, in which capacity, at whom, why, what it opened, under which line of the table, until when.

    `role` is a Role, or the System that looked. `basis` is the rule's text as it stood, in English.
    """

    append_only = True

    public_id = models.CharField(max_length=LENGTH, unique=True, default=disclosure_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=20, blank=True, choices=[(system.value, system.value) for system in System])
    role = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=30, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    fields = ArrayField(models.CharField(max_length=20))
    ground_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in GroundKind])
    ground = models.ForeignKey(Ground, models.PROTECT, null=True, related_name="+")
    basis = models.CharField(max_length=300)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()
    until = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        db_table = "access_disclosure"
        constraints = [
            models.CheckConstraint(
                name="looker_is_a_user_or_a_system",
                condition=Q(user__isnull=False, system="") | Q(user__isnull=True) & ~Q(system=""),
            ),
            models.CheckConstraint(name="look_ends_after_it_begins", condition=Q(until__gt=models.F("at"))),
        ]
        indexes = [
            models.Index(fields=["subject", "-at"], name="look_by_subject"),
            models.Index(fields=["-at"], name="look_by_time"),
        ]

    def __str__(self) -> str:
        return self.public_id

    def lives(self, now: datetime) -> bool:
        """Whether its permit may still be used."""
        return self.at <= now < self.until


def capacity(value: str) -> Role | System:
    """The role or system that a stored capacity names."""
    return Role(value) if value in set(Role) else System(value)
