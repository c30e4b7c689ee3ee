"""Rows that an officer accepted although one check of them failed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from credit.records.notations.faults import Code
from credit.records.submissions import Submission

REASON_LENGTH = (10, 300)
"""Characters that a reason has at least and at most."""

ACCEPTABLE = (Code.IDENTIFIER_INVALID, Code.NAME_CONFLICT, Code.NOT_AUTHORISED)
"""Faults that can be accepted; of the first only the one where nothing but the check digit fails."""


class OverrideQuerySet(models.QuerySet["RowOverride"]):
    """Named questions about accepted rows."""

    def for_page(self) -> Self:
        """In the file's order, with who accepted them."""
        return self.select_related("by").order_by("line", "pk")


class RowOverride(models.Model):
    """One officer accepted one row of a submission despite one fault, and said why. Never changed (trigger)."""

    append_only = True

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="overrides")
    line = models.IntegerField()
    code = models.CharField(max_length=40)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OverrideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "line", "code"], name="one_override_a_row_and_fault"),
            models.CheckConstraint(condition=Q(line__gte=1), name="override_is_of_a_row"),
            models.CheckConstraint(
                condition=Q(code__in=[code.value for code in ACCEPTABLE]), name="override_code_can_be_accepted"
            ),
            models.CheckConstraint(
                condition=Q(
                    GreaterThanOrEqual(Length("reason"), REASON_LENGTH[0]),
                    LessThanOrEqual(Length("reason"), REASON_LENGTH[1]),
                ),
                name="override_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} in line {self.line} of {self.submission_id}"
