"""Impact assessments: what a draft would do to everybody. Orders and results are only added to (trigger)."""

import json
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from credit.core.publicid import LENGTH, new_public_id
from credit.scoring.assessment.lines import Shown
from credit.scoring.board.models import Draft
from credit.scoring.impact.comparing import Comparison
from credit.scoring.rules import KINDS
from credit.scoring.schemefile import rules_in
from credit.scoring.words import CategoryWords

DIGEST = r"^[0-9a-f]{64}$"
TRIES = 5
"""How often a part is begun before it is left for the operator to look at."""

WAITS = timedelta(minutes=5)
"""A part that nobody began so long after it was sent is sent again: its message was lost."""

LIES = timedelta(minutes=11)
"""A part that was begun so long ago (more than a worker's hard limit) is sent again: its worker died."""


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """They hold no subject's data: the board reads all, and anybody those of published schemes."""

    def of_draft(self, draft: Draft) -> Self:
        """Those of the text that a draft has now, the newest first, with what a page prints."""
        return self.newest().filter(draft=draft, sha256=draft.sha256)

    def of_scheme(self, sha256: str) -> Self:
        """The finished ones of a published text, the newest first."""
        return self.newest().filter(sha256=sha256, result__isnull=False)

    def newest(self) -> Self:
        """The newest first, each with what its page prints."""
        return self.select_related("result", "against").order_by("-as_of", "-pk")

    def unfinished(self) -> Self:
        """Those that are still being counted."""
        return self.filter(result__isnull=True)


class Assessment(models.Model):
    """An order to count what exactly this text would do, on a day, against the version before it.

    `document` is the tree of the text with this sha256. `against`: the last version published before, None where this
    would be the first. `parts`: in how many the population is counted.
    """

    append_only = True

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    draft = models.ForeignKey(Draft, models.PROTECT, related_name="assessments")
    sha256 = models.CharField(max_length=64)
    document = models.JSONField()
    against = models.ForeignKey("scoring.Scheme", models.PROTECT, null=True, related_name="+")
    as_of = models.DateField()
    parts = models.PositiveIntegerField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()

    objects: ClassVar[AssessmentQuerySet] = AssessmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "sha256", "as_of"], name="one_assessment_of_a_text_a_day"),
            models.CheckConstraint(condition=Q(sha256__regex=DIGEST, parts__gte=1), name="assessment_is_of_a_text"),
        ]
        indexes = [models.Index(fields=["sha256", "-as_of"], name="assessment_of_a_text")]

    def __str__(self) -> str:
        return self.public_id

    @cached_property
    def comparison(self) -> Comparison:
        """The two schemes and the day."""
        after = {kind: rules_in(self.document, kind) for kind in KINDS}
        return Comparison(self.against.rules_by_kind if self.against else None, after, self.as_of)

    @cached_property
    def categories(self) -> dict[str, CategoryWords]:
        """The words of all categories of both schemes; where both have one, the new scheme's."""
        both = [self.document, *([self.against.document] if self.against else [])]
        parts = [part for document in reversed(both) for part in document["categories"]]
        return {part["code"]: CategoryWords(part["code"], part["words"]) for part in parts}

    @property
    def is_done(self) -> bool:
        """Whether everybody has been counted."""
        return hasattr(self, "result")

    @cached_property
    def progress(self) -> "Progress":
        """How far the counting is; one query."""
        counts = self.counted_parts.aggregate(done=Count("pk", filter=Q(tally__isnull=False)), **STUCK)
        return Progress(self.parts if self.is_done else counts["done"], self.parts, bool(counts["stuck"]))


class Progress:
    """Parts that are done, of all; `stuck`: one failed so often that it is not begun again by itself."""

    def __init__(self, done: int, parts: int, stuck: bool) -> None:
        self.done, self.parts, self.stuck = done, parts, stuck

    @property
    def percent(self) -> int:
        """0 to 100."""
        return 100 * self.done // self.parts


class PartQuerySet(models.QuerySet["AssessmentPart"]):
    """Parts of assessments that are being counted."""

    def lying(self, now: datetime) -> Self:
        """What a lost message or a dead worker left; and of those that are all counted but not put together, one."""
        others = AssessmentPart.objects.filter(assessment=OuterRef("assessment"), tally__isnull=True)
        lost = Q(tally__isnull=True, tries__lt=TRIES) & (
            Q(begun_at__isnull=True, sent_at__lt=now - WAITS) | Q(begun_at__lt=now - LIES, sent_at__lt=now - WAITS)
        )
        together = Q(number=1, done_at__lt=now - WAITS) & ~Exists(others)
        return self.filter(lost | together, assessment__result__isnull=True).select_related("assessment")


class AssessmentPart(models.Model):
    """Subjects with ids from `first` to `last`, and what was counted of them (impact/tallies.py), until all are put
    together: then the parts are thrown away, as they tell small numbers."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="counted_parts")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    tally = models.JSONField(null=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects: ClassVar[PartQuerySet] = PartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="one_part_a_number"),
            models.CheckConstraint(
                condition=Q(tally__isnull=True, done_at__isnull=True) | Q(tally__isnull=False, done_at__isnull=False),
                name="part_is_done_whole",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first") - 1, number__gte=1), name="part_is_a_range"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}#{self.number}"


STUCK: dict[str, Any] = {"stuck": Count("pk", filter=Q(tally__isnull=True, tries__gte=TRIES))}


class AssessmentResult(models.Model):
    """What came out, as JSON text: exactly the bytes that anybody downloads. It stays with the scheme for ever."""

    append_only = True

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="result")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(sha256__regex=DIGEST), name="result_digest_is_sha256")]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.sha256[:12]}"

    @cached_property
    def tree(self) -> dict[str, Any]:
        """What impact/report.py made."""
        tree: dict[str, Any] = json.loads(self.text)
        return tree

    @cached_property
    def shown(self) -> Shown:
        """As a page prints it."""
        return Shown(self.tree, self.assessment.categories)
