"""What officials did with records that lay in the wrong file: from which file to which, which ones, who, when, why."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from credit.core.policy import Field, Permit
from credit.core.publicid import LENGTH, new_public_id
from credit.subjects.models import Subject, of_file


class RecordMoveQuerySet(models.QuerySet["RecordMove"]):
    """Named questions about moves of records."""

    def opened_by(self, permit: Permit) -> Self:
        """The moves out of and into the permit's file. Raises NotAllowed."""
        permit.require(Field.RECORDS)
        return self.filter(of_file(permit, "source") | of_file(permit, "target"))


class RecordMove(models.Model):
    """An official moved records (public ids) from one file into another; `undoes`: the move that this one takes back.

    Never changed (trigger). What each record says since then is in its versions.
    """

    append_only = True

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    target = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    records = ArrayField(models.CharField(max_length=LENGTH))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    objects = RecordMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="record_move_says_why"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="record_move_is_between_two_files"),
            models.CheckConstraint(condition=Q(records__len__gt=0), name="record_move_has_records"),
            models.CheckConstraint(condition=Q(undoes=None) | ~Q(undoes=F("pk")), name="record_move_undoes_another"),
        ]

    def __str__(self) -> str:
        return self.public_id
