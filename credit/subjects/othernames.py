"""Names that an officer accepted for a number on file: which one is shown, and which are known beside it.

The name on file is the latest that was accepted and stands; the first one, that of the file's beginning, is known for
ever. What a delivery brought goes with it when it is taken back.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from credit.core.policy import Field, Permit
from credit.core.publicid import LENGTH


class SubjectNameQuerySet(models.QuerySet["SubjectName"]):
    """Names are read through a permit; those of many subjects by intake alone."""

    def opened_by(self, permit: Permit) -> Self:
        """All names that were ever accepted for the permit's file, in order. Raises NotAllowed."""
        permit.require(Field.NAME)
        own = Q(subject=permit.subject_id) | Q(subject__merged_into=permit.subject_id)
        return self.filter(own).select_related("subject").order_by("pk")

    def standing(self) -> Self:
        """Those whose delivery wasn't taken back."""
        return self.filter(dropped_at=None)


class SubjectName(models.Model):
    """A delivery (`source`, its public id) named a subject so, and an officer accepted it; `before`: the name shown
    until then. `dropped_at`: the delivery was taken back."""

    subject = models.ForeignKey("subjects.Subject", models.PROTECT, related_name="other_names")
    name = models.CharField(max_length=400)
    before = models.CharField(max_length=400)
    source = models.CharField(max_length=LENGTH)
    since = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = SubjectNameQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source"], name="name_of_source")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "source"], condition=Q(dropped_at=None), name="one_name_a_subject_and_source"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(dropped_at__gte=F("since")), name="name_dropped_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="name_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"name of {self.subject_id} since {self.since}"


def known_beside(subjects: Collection[int]) -> dict[int, set[str]]:
    """By subject, the names that are known beside the one on file. For intake only. One query."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    first: set[int] = set()
    rows = SubjectName.objects.filter(subject__in=subjects).order_by("pk")
    for subject, name, before, dropped in rows.values_list("subject", "name", "before", "dropped_at"):
        if subject not in first:  # the first of all is that of the file's beginning, which no acceptance brought
            first.add(subject)
            found[subject].add(before)
        if dropped is None:
            found[subject].add(name)
    return dict(found)


def accept(names: Mapping[int, str], *, source: str, now: datetime) -> None:
    """From now on these subjects are shown under these names. Within the caller's transaction."""
    from credit.subjects.models import Subject  # its module has this one's model

    found = list(Subject.objects.filter(pk__in=names).order_by("pk").select_for_update(no_key=True))
    SubjectName.objects.bulk_create(
        SubjectName(subject=one, name=names[one.pk], before=one.name, source=source, since=now) for one in found
    )
    for subject in found:
        subject.name, subject.revision = names[subject.pk], subject.revision + 1
    Subject.objects.bulk_update(found, ["name", "revision"], batch_size=1_000)


def drop(source: str, *, now: datetime) -> int:
    """Forget the names that a delivery brought; each subject is shown under the latest that stands. How many."""
    from credit.subjects.models import Subject

    gone = SubjectName.objects.standing().filter(source=source)
    subjects = sorted(gone.values_list("subject", flat=True))
    found = list(Subject.objects.filter(pk__in=subjects).order_by("pk").select_for_update(no_key=True))
    gone.update(dropped_at=Greatest(F("since"), now))
    for subject in found:
        names = SubjectName.objects.filter(subject=subject).order_by("pk")
        latest = names.standing().last()
        beginning = names.first()
        if latest is None and beginning is None:
            continue
        subject.name = latest.name if latest is not None else beginning.before if beginning is not None else ""
        subject.revision += 1
    Subject.objects.bulk_update(found, ["name", "revision"], batch_size=1_000)
    return len(found)
