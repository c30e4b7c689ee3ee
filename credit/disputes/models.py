"""Disputes and their timelines. A subject's cases are read through a permit; the queue reads no subject data."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date
from credit.core.errors import NotFound
from credit.core.policy import Field, Permit, System, touch
from credit.core.publicid import new_public_id
from credit.disputes import words
from credit.disputes.constraints import DISPUTE, EVENT, FILE, IS_OPEN
from credit.disputes.rules import OPEN, Method, Move, Outcome, Status
from credit.subjects.models import of_file

if TYPE_CHECKING:
    from credit.identity.models import User


class Filter(models.TextChoices):
    """The cuts of the officials' queue."""

    ALL = "all", _("All open cases")
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Nobody has taken it")
    TO_CHECK = "to-check", _("Waiting for a second official")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Named questions about cases."""

    def opened_by(self, permit: Permit) -> Self:
        """The cases of the permit's subject. Raises NotAllowed when it doesn't open disputes."""
        permit.require(Field.DISPUTES)
        return self.filter(of_file(permit))

    def opened_to(self, system: System) -> Self:
        """All cases, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.DISPUTES)
        return self.all()

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(status__in=OPEN)

    def for_list(self) -> Self:
        """All that the subject's list prints: the open ones first, the nearest deadline first."""
        ranked = self.annotate(is_closed=Q(status__in=[Status.DECIDED, Status.WITHDRAWN]))
        return ranked.select_related("record__agency").order_by("is_closed", "due_on", "-filed_at")

    def for_case(self) -> Self:
        """All that the page of one case prints."""
        return self.select_related("record__agency", "taken_by", "proposed_by", "decided_by")

    def for_desk(self) -> Self:
        """What officials may know of a case before they may look at it: nothing about the subject or what they say."""
        return self.select_related("record__agency", "taken_by", "subject").defer(
            "statement", "reason", "corrected_mark", "corrected_end"
        )

    def for_queue(self, cut: Filter, user: "User") -> Self:
        """Open disputes in one cut, the nearest deadline first, with all that the queue prints."""
        cuts = {
            Filter.ALL: Q(),
            Filter.MINE: Q(taken_by=user),
            Filter.UNASSIGNED: Q(status=Status.FILED),
            Filter.TO_CHECK: Q(status=Status.PROPOSED) & ~Q(proposed_by=user),
        }
        return self.open().filter(cuts[cut]).for_desk().order_by("due_on", "filed_at", "pk")

    def named(self, public_id: str) -> "Dispute":
        """The case with this public id. Raises NotFound."""
        found = self.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(words.NO_SUCH_CASE)
        return found


def _choices(labels: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [(code.value, label) for code, label in labels.items()]


def _person(name: str, *, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name=name)


class Dispute(models.Model):
    """One "this is wrong" about one record, from filing to decision. A closed case never changes (trigger)."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    record = models.ForeignKey("records.Record", models.PROTECT, related_name="disputes")
    subject = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="disputes")
    complaint = models.CharField(max_length=16, choices=_choices(words.COMPLAINT))
    statement = models.TextField()
    status = models.CharField(max_length=16, choices=_choices(words.STATUS), default=Status.FILED.value)
    steps = models.PositiveIntegerField(default=1)  # moves made so far; a form says which one it was printed after
    filed_by = _person("disputes_filed", null=False)
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    taken_by = _person("disputes_taken")
    taken_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=_choices(words.OUTCOME), null=True, blank=True)
    corrected_mark = models.CharField(max_length=64, null=True, blank=True)
    corrected_end = models.DateField(null=True, blank=True)
    reason = models.TextField(null=True, blank=True)
    method = models.CharField(max_length=24, choices=_choices(words.METHOD), null=True, blank=True)
    proposed_by = _person("disputes_proposed")
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = _person("disputes_decided")
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = _person("disputes_withdrawn")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_on", "filed_at"], name="dispute_queue", condition=IS_OPEN),
        ]
        constraints = DISPUTE

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something."""
        return self.status in OPEN

    @property
    def is_upheld(self) -> bool:
        """Whether it was decided that the subject was right."""
        return self.status == Status.DECIDED and self.outcome != Outcome.KEEP

    @property
    def decision(self) -> Any:
        """What the decision means for the subject, in one sentence; None while there is none."""
        return words.DECIDED[Outcome(self.outcome)] if self.status == Status.DECIDED and self.outcome else None

    def days_left(self, now: datetime) -> int:
        """Whole days until the deadline; negative when it has passed."""
        return (self.due_on - business_date(now)).days


class DisputeEventQuerySet(models.QuerySet["DisputeEvent"]):
    """Named questions about timelines."""

    def opened_by(self, permit: Permit) -> Self:
        """The timelines of the permit's subject. Raises NotAllowed when it doesn't open disputes."""
        permit.require(Field.DISPUTES)
        return self.filter(of_file(permit, "dispute__subject"))

    def timeline(self, dispute: Dispute) -> Self:
        """All that happened in one case, in order."""
        return self.filter(dispute=dispute).select_related("by").order_by("number")


class DisputeEvent(models.Model):
    """One move in a case: who, when, what was said. Never changed (trigger)."""

    append_only: ClassVar[bool] = True

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=24, choices=[(FILE, words.FILED), *_choices(words.HAPPENED)])
    status = models.CharField(max_length=16, choices=_choices(words.STATUS))
    by = _person("dispute_events", null=False)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)

    objects = DisputeEventQuerySet.as_manager()

    class Meta:
        constraints = EVENT

    def __str__(self) -> str:
        return f"{self.dispute_id}#{self.number} {self.move}"

    @property
    def outcome(self) -> Any:
        """The words of the outcome that was proposed in this step, if one was."""
        code = self.facts.get("outcome")
        return words.OUTCOME[Outcome(code)] if code else None

    @property
    def method(self) -> Any:
        """The words of the method of verification that was given in this step, if one was."""
        code = self.facts.get("method")
        return words.METHOD[Method(code)] if code else None

    @property
    def corrected_end(self) -> date | None:
        """The end date that was proposed in this step, if one was."""
        day = self.facts.get("corrected_end")
        return date.fromisoformat(day) if day else None

    @property
    def is_told_to_subject(self) -> bool:
        """What was only proposed stays with the desk until it is decided; then the decision tells it."""
        return self.move == Move.ADD_INFORMATION
