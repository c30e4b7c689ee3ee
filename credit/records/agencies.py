"""What `identity.Organisation` doesn't say about an agency: its field, its legal basis, what it may submit."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from credit.identity.models import Organisation


class AgencyProfile(models.Model):
    """An agency's field (the category of its penalties and licences) and the law under which it keeps records."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True, related_name="profile")
    category = models.CharField(max_length=32)
    legal_basis_en = models.TextField()
    legal_basis_zh = models.TextField()

    def __str__(self) -> str:
        return self.organisation.code

    @property
    def legal_basis(self) -> str:
        """The law, in the language in which the page is read."""
        return self.legal_basis_zh if (get_language() or "").startswith("zh") else self.legal_basis_en


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Which agency may submit what."""

    def at(self, now: datetime) -> Self:
        """Registrations in force at a moment."""
        return self.filter(Q(until=None) | Q(until__gt=now), since__lte=now)


class Registration(models.Model):
    """An agency may submit a notation, from `since` until just before `until` (None: no end)."""

    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="registrations")
    notation = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["notation"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "notation"], condition=Q(until=None), name="one_open_registration_a_notation"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="registration_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.notation}"
