"""Reviews of marks by humans. A subject's are read through a permit; the desk's list reads no subject data."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from credit.core.errors import NotFound
from credit.core.policy import Field, Permit
from credit.core.publicid import LENGTH, new_public_id
from credit.scoring.reviews import words
from credit.scoring.reviews.rules import OPEN, Finding, Status
from credit.subjects.models import Subject, of_file


def _person(*, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+")


def _filled(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def _empty(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


IS_OPEN = Q(status__in=[status.value for status in OPEN])
ANSWER = ("finding", "answer", "answered_at", "as_of")


class ReviewQuerySet(models.QuerySet["Review"]):
    """Named questions about reviews."""

    def opened_by(self, permit: Permit) -> Self:
        """The reviews of the permit's subject. Raises NotAllowed when it doesn't open the mark."""
        permit.require(Field.MARK)
        return self.filter(of_file(permit))

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(IS_OPEN)

    def for_list(self) -> Self:
        """All that a subject's list prints, the newest first."""
        return self.select_related("record__agency").order_by("-asked_at", "-pk")

    def for_desk(self) -> Self:
        """What officials may know of a review before they may look: nothing about the subject or what they say."""
        return self.select_related("taken_by", "subject").defer("reason", "answer", "score")

    def for_queue(self) -> Self:
        """The open ones, the nearest deadline first, with all that the desk's list prints."""
        return self.open().for_desk().order_by("due_on", "asked_at", "pk")

    def named(self, public_id: str) -> "Review":
        """The review with this public id. Raises NotFound."""
        found = self.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(words.NO_SUCH_REVIEW)
        return found


class Review(models.Model):
    """One "may a human look at my mark again?", from asking to the answer. A closed one never changes (trigger).

    `as_of` and `score`: the mark that was answered on (None: there was none). `record`: the one that looks wrong.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    reason = models.TextField()
    status = models.CharField(
        max_length=10, choices=[(code.value, word) for code, word in words.STATUS.items()], default="asked"
    )
    asked_by = _person(null=False)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    taken_by = _person()
    taken_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(
        max_length=12,
        choices=[(code.value, word) for code, word in words.FINDING.items()],
        null=True,
        blank=True,
    )
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    score = models.IntegerField(null=True, blank=True)
    withdrawn_by = _person()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ReviewQuerySet] = ReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["due_on", "asked_at"], name="review_queue", condition=IS_OPEN)]
        constraints = [
            UniqueConstraint(fields=["subject"], condition=IS_OPEN, name="review_one_open_a_subject"),
            CheckConstraint(
                name="review_codes_are_known",
                condition=Q(status__in=[code.value for code in Status])
                & (Q(finding__isnull=True) | Q(finding__in=[code.value for code in Finding])),
            ),
            CheckConstraint(
                name="review_says_something", condition=~Q(reason="") & (Q(answer__isnull=True) | ~Q(answer=""))
            ),
            CheckConstraint(
                name="review_is_taken_whole",
                condition=Q(status="asked") & _empty("taken_by", "taken_at")
                | Q(status__in=["taken", "answered"]) & _filled("taken_by", "taken_at")
                | Q(status="withdrawn") & (_filled("taken_by", "taken_at") | _empty("taken_by", "taken_at")),
            ),
            CheckConstraint(
                name="review_answer_is_whole",
                condition=Q(status="answered") & _filled(*ANSWER) | ~Q(status="answered") & _empty(*ANSWER, "score"),
            ),
            CheckConstraint(
                name="review_names_the_wrong_record",
                condition=Q(finding="record-wrong", finding__isnull=False, record__isnull=False)
                | (Q(finding__isnull=True) | ~Q(finding="record-wrong")) & Q(record__isnull=True),
            ),
            CheckConstraint(
                name="review_withdrawal_is_whole",
                condition=Q(status="withdrawn") & _filled("withdrawn_by", "withdrawn_at")
                | ~Q(status="withdrawn") & _empty("withdrawn_by", "withdrawn_at"),
            ),
            CheckConstraint(
                name="review_asker_answers_nothing",
                condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("asked_by")),
            ),
            CheckConstraint(
                name="review_times_are_in_order",
                condition=(Q(taken_at__isnull=True) | Q(taken_at__gte=F("asked_at")))
                & (Q(answered_at__isnull=True) | Q(answered_at__gte=F("taken_at")))
                & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("asked_at"))),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something."""
        return self.status in OPEN

    @property
    def found(self) -> Any:
        """What the answer means for the subject, in a sentence; None while there is none."""
        return words.FOUND[Finding(self.finding)] if self.finding else None

    def is_late(self, today: date) -> bool:
        """Whether the answer is overdue."""
        return self.is_open and self.due_on < today
