"""Pairs of files that are, or may be, about one and the same subject, and every step that was taken with them."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from credit.core.policy import Field, Permit
from credit.core.publicid import LENGTH, new_public_id
from credit.subjects.rules import JOINED, WAITING, Move, Status

STATUS_NAMES = {
    Status.NOTED: _("Nobody has looked at it yet"),
    Status.PROPOSED: _("Joining is proposed"),
    Status.MERGED: _("Joined"),
    Status.DISMISSED: _("Not the same"),
    Status.UNDO_PROPOSED: _("Parting is proposed"),
    Status.UNDONE: _("Parted again"),
}
MOVE_NAMES = {
    Move.PROPOSE: _("Propose to join the two files"),
    Move.DISMISS: _("They are not the same"),
    Move.SEND_BACK: _("Send the proposal back"),
    Move.CONFIRM: _("Confirm: join the two files"),
    Move.PROPOSE_UNDO: _("Propose to part the two files again"),
    Move.KEEP: _("Leave them joined"),
    Move.CONFIRM_UNDO: _("Confirm: part the two files"),
}


def _choices(names: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [(code.value, name) for code, name in names.items()]


def _person(name: str = "+", *, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name=name)


class MergingQuerySet(models.QuerySet["Merging"]):
    """Named questions about pairs of files. None reads a subject's data."""

    def waiting(self) -> Self:
        """Those that wait for an official, the oldest first."""
        return self.filter(status__in=[status.value for status in WAITING]).for_desk().order_by("noted_at", "pk")

    def settled(self) -> Self:
        """Those that wait for nobody, the latest first."""
        return self.exclude(status__in=[status.value for status in WAITING]).for_desk().order_by("-noted_at", "-pk")

    def for_desk(self) -> Self:
        """With all that the desk prints."""
        return self.select_related("survivor", "absorbed", "proposed_by")


class Merging(models.Model):
    """Two files that may be one: `absorbed` is led on to `survivor` while the pair is joined.

    `source`: the public id of the delivery that named both in one row; "" where an official brought them together.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    survivor = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="+")
    absorbed = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=_choices(STATUS_NAMES), default=Status.NOTED.value)
    source = models.CharField(max_length=LENGTH, blank=True)
    noted_at = models.DateTimeField()
    noted_by = _person()
    steps_taken = models.PositiveIntegerField(default=0)
    proposed_by = _person()
    decided_by = _person()

    objects = MergingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Least("survivor", "absorbed"), Greatest("survivor", "absorbed"), name="one_merging_a_pair"
            ),
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(status__in=[status.value for status in JOINED]),
                name="absorbed_into_one_file",
            ),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="merging_is_of_two_files"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="merging_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="merging_takes_two_officials"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["merged", "undone"]) | Q(decided_by__isnull=False, proposed_by__isnull=False),
                name="merging_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["proposed", "undo-proposed"]) | Q(proposed_by__isnull=False),
                name="merging_has_a_proposer",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_joined(self) -> bool:
        """Whether the two files are one now."""
        return self.status in JOINED


class MergingStepQuerySet(models.QuerySet["MergingStep"]):
    """Named questions about what was done with pairs of files."""

    def of(self, merging: Merging) -> Self:
        """All steps of a pair, in order."""
        return self.filter(merging=merging).select_related("by").order_by("number")

    def about_file_opened_by(self, permit: Permit) -> Self:
        """All steps about the files that are one with the permit's, in order. Raises NotAllowed."""
        permit.require(Field.NAME)
        own = Q()
        for part in ("survivor", "absorbed"):
            own |= Q(**{part: permit.subject_id}) | Q(**{f"{part}__merged_into": permit.subject_id})
        return self.filter(own).select_related("merging", "survivor", "absorbed").order_by("at", "pk")

    def last_about(self, absorbed_id: int, moment: datetime) -> "MergingStep | None":
        """The last step until a moment that led a file on to another, or stopped it; None where there was none."""
        turns = self.filter(absorbed_id=absorbed_id, at__lte=moment, move__in=[Move.CONFIRM, Move.CONFIRM_UNDO])
        return turns.order_by("-at", "-pk").first()


class MergingStep(models.Model):
    """One move with a pair of files: who, when, why, and which of the two was to survive. Never changed (trigger)."""

    append_only = True

    merging = models.ForeignKey(Merging, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=16, choices=_choices(MOVE_NAMES))
    survivor = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="+")
    absorbed = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="+")
    by = _person(null=False)
    at = models.DateTimeField()
    reason = models.TextField()

    objects = MergingStepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merging", "number"], name="merging_steps_are_numbered"),
            models.CheckConstraint(condition=~Q(reason=""), name="merging_step_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.merging_id}#{self.number} {self.move}"
