"""Drafts of schemes and what was done to them. A published or abandoned draft never changes (trigger)."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.core.errors import NotFound
from credit.core.publicid import LENGTH, new_public_id
from credit.scoring.board import lifewords
from credit.scoring.board.constraints import DRAFT, EVENT
from credit.scoring.board.life import OPEN, Move, Status
from credit.scoring.saying import SaysHow

if TYPE_CHECKING:
    from credit.scoring.assessment.models import Assessment, AssessmentQuerySet


def _person(*, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+")


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts hold no subject's data: whoever may open the board's pages may read them."""

    def open(self) -> Self:
        """Those that are neither published nor abandoned."""
        return self.filter(status__in=[status.value for status in OPEN])

    def for_list(self) -> Self:
        """All that the board's list prints: the open ones first, the newest first."""
        closed = ~Q(status__in=[status.value for status in OPEN])
        people = self.select_related("drafted_by", "first_approved_by", "second_approved_by")
        return people.annotate(is_closed=closed).defer("text").order_by("is_closed", "-drafted_at", "-pk")

    def named(self, public_id: str) -> "Draft":
        """The draft with this public id, with all that its page prints. Raises NotFound."""
        people = self.select_related("drafted_by", "first_approved_by", "second_approved_by", "scheme")
        found = people.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(lifewords.NO_SUCH_DRAFT)
        return found


class Draft(SaysHow, models.Model):
    """A version of a scheme before it is published, and for ever after: its text, where it stands, who approved it.

    `sha256` is that of `text`; `assessed_sha256` is that of the text whose effect was assessed, so that approvals can
    only be for what was assessed. `scheme` is what it was published as. `steps`: moves made so far; a form says which
    one it was printed after.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    in_force_from = models.DateField()
    status = models.CharField(max_length=16, choices=[(key.value, word) for key, word in lifewords.STATUS.items()])
    steps = models.PositiveIntegerField(default=1)
    drafted_by = _person(null=False)
    drafted_at = models.DateTimeField()
    assessed_sha256 = models.CharField(max_length=64, null=True, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    first_approved_by = _person()
    first_approved_at = models.DateTimeField(null=True, blank=True)
    second_approved_by = _person()
    second_approved_at = models.DateTimeField(null=True, blank=True)
    scheme = models.OneToOneField("scoring.Scheme", models.PROTECT, null=True, blank=True, related_name="draft")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DraftQuerySet] = DraftQuerySet.as_manager()  # type: ignore[assignment]
    assessments: "AssessmentQuerySet"

    class Meta:
        constraints = DRAFT
        indexes = [models.Index(fields=["-drafted_at"], name="draft_newest")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether something can still happen to it."""
        return self.status in OPEN

    @cached_property
    def assessment(self) -> "Assessment | None":
        """The newest assessment of the text that it has now, done or being counted; None where none was ordered."""
        return self.assessments.filter(sha256=self.sha256).newest().first()

    @property
    def approvals(self) -> list[tuple[Any, datetime]]:
        """Who approved it and when, in order; at most two, and never one member twice."""
        both = (
            (self.first_approved_by, self.first_approved_at),
            (self.second_approved_by, self.second_approved_at),
        )
        return [(who, at) for who, at in both if who is not None and at is not None]


class DraftEvent(models.Model):
    """One move on a draft: who, when, on which text, and why. Never changed (trigger)."""

    append_only: ClassVar[bool] = True

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=16)
    status = models.CharField(max_length=16, choices=[(key.value, word) for key, word in lifewords.STATUS.items()])
    by = _person()
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = EVENT

    def __str__(self) -> str:
        return f"{self.draft_id}#{self.number} {self.move}"

    @property
    def happened(self) -> str:
        """What was done, in words."""
        return str(lifewords.DRAFTED if self.move == lifewords.START else lifewords.HAPPENED[Move(self.move)])

    @property
    def stood(self) -> Status:
        """Where the draft stood after it."""
        return Status(self.status)
