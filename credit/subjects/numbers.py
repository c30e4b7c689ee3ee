"""Which numbers are of one subject, and who said so: deliveries that name a register number beside a company's own
code, and officials who attach a number to a file, or take one off.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.core.policy import Field, Permit
from credit.core.publicid import LENGTH, new_public_id


class RegisterJoin(models.Model):
    """A delivery (`source`, its public id) named a subject with this register number. `dropped_at`: it was taken back.

    The number stays with the subject as long as one such delivery stands, or an official attached it.
    """

    subject = models.ForeignKey(
        "subjects.Subject", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    token = models.BinaryField()
    source = models.CharField(max_length=LENGTH)
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source"], name="join_of_source"),
            models.Index(fields=["token"], name="join_of_token"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "token"], condition=Q(dropped_at=None), name="one_join_a_source_and_number"
            ),
        ]

    def __str__(self) -> str:
        return f"a register number of {self.subject_id}"


class NumberActQuerySet(models.QuerySet["NumberAct"]):
    """Named questions about what officials did with numbers."""

    def opened_by(self, permit: Permit) -> Self:
        """What was done with the numbers of the permit's file, and of those joined with it. Raises NotAllowed."""
        permit.require(Field.IDENTIFIERS)
        return self.filter(Q(subject=permit.subject_id) | Q(subject__merged_into=permit.subject_id))


class NumberAct(models.Model):
    """An official attached a number to a file or took it off, and why; `undoes`: the act that this one takes back.

    Never changed (trigger). The number is there as its token alone.
    """

    append_only = True

    class Kind(models.TextChoices):
        ATTACH = "attach"
        DETACH = "detach"

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    act = models.CharField(max_length=6, choices=Kind)
    subject = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="number_acts")
    kind = models.CharField(max_length=12)
    token = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    objects = NumberActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="number_act_says_why"),
            models.CheckConstraint(condition=Q(act__in=["attach", "detach"]), name="number_act_is_known"),
            models.CheckConstraint(condition=Q(undoes=None) | ~Q(undoes=F("pk")), name="number_act_undoes_another"),
        ]

    def __str__(self) -> str:
        return self.public_id
