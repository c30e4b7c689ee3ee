"""Persons and companies, their encrypted identifiers, and who may act for whom."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.core.identifiers import IdentifierKind
from credit.core.policy import Field, Permit, System, touch
from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import User
from credit.subjects.mergings import Merging, MergingStep
from credit.subjects.numbers import NumberAct, RegisterJoin
from credit.subjects.othernames import SubjectName

__all__ = [
    "Claim",
    "Merging",
    "MergingStep",
    "NumberAct",
    "Office",
    "RegisterJoin",
    "Subject",
    "SubjectIdentifier",
    "SubjectName",
    "of_file",
]


def of_file(permit: Permit, path: str = "subject") -> Q:
    """What belongs to the permit's file through `path`: its own, and that of files which were joined with it."""
    return Q(**{f"{path}_id": permit.subject_id}) | Q(**{f"{path}__merged_into_id": permit.subject_id})


class SubjectQuerySet(models.QuerySet["Subject"]):
    """Subjects are read through a permit."""

    def opened_by(self, permit: Permit) -> Self:
        """The one subject that the permit opens, with its name. Raises NotAllowed."""
        permit.require(Field.NAME)
        return self.filter(pk=permit.subject_id)

    def family_opened_by(self, permit: Permit) -> Self:
        """The subject that the permit opens, and those whose files were joined with its own. Raises NotAllowed."""
        permit.require(Field.NAME)
        return self.filter(Q(pk=permit.subject_id) | Q(merged_into=permit.subject_id))


class Subject(models.Model):
    """The individual or company that records are about. Every change of its file raises its revision.

    `merged_into`: two officials found that this file is about the subject of another one, which leads on (see
    credit/records/merging.py). No file that others were joined with is itself joined with another.
    """

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("individual")
        COMPANY = "company", _("company")

    grows_in_bulk = True

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=400)
    revision = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", db_index=False
    )

    objects = SubjectQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["merged_into"], name="subject_merged", condition=Q(merged_into__isnull=False), include=["id"]
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(revision__gte=0), name="revision_counts_from_zero"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="no_subject_is_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def file(self) -> "Subject":
        """The subject whose file this one's number leads to now: itself, or that with which it was joined."""
        return self.merged_into or self


class IdentifierQuerySet(models.QuerySet["SubjectIdentifier"]):
    """Identifiers are read through a permit."""

    def opened_by(self, permit: Permit) -> Self:
        """The identifiers of the one subject that the permit opens. Raises NotAllowed."""
        permit.require(Field.IDENTIFIERS)
        return self.filter(of_file(permit))

    def opened_to(self, system: System) -> Self:
        """Everybody's identifiers, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.IDENTIFIERS)
        return self.all()


class SubjectIdentifier(models.Model):
    """An official number of a subject; `token` is its AES-SIV ciphertext, so that it can be looked up."""

    grows_in_bulk = True

    # Checked by a trigger, once for all rows of a statement (0002_bulk).
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="identifiers", db_constraint=False)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in IdentifierKind])
    token = models.BinaryField()

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "token"], name="one_subject_an_identifier")]


class Claim(models.Model):
    """A user has proven that a person's file is their own."""

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="claims")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="claims")
    proven_at = models.DateTimeField()
    proven_how = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(ended_at=None), name="one_claim_a_person"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("proven_at")), name="claim_ends_after_it_began"
            ),
        ]


class OfficeQuerySet(models.QuerySet["Office"]):
    """Named questions about who may act for a company."""

    def at(self, now: datetime) -> Self:
        """Offices in force at a moment."""
        return self.filter(Q(until=None) | Q(until__gt=now), since__lte=now)


class Office(models.Model):
    """A user may act for a company in a role, from `since` until just before `until` (None: no end)."""

    class Role(models.TextChoices):
        LEGAL_REPRESENTATIVE = "legal-representative", _("legal representative")
        DELEGATE = "delegate", _("delegate")

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="offices")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject", "role"], condition=Q(until=None), name="one_open_office_a_role"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="office_ends_after_it_began"
            ),
        ]
