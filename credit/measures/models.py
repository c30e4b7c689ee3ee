"""Measures, what has been looked at for them, and objections. A subject's are read through a permit."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from credit.core.errors import NotFound
from credit.core.policy import Field, Permit, System, touch
from credit.core.publicid import LENGTH, new_public_id
from credit.measures import words
from credit.measures.constraints import IS_OPEN, LONGEST, MEASURE, OBJECTION, STANDS
from credit.measures.published import ListEntry, PublishedList
from credit.measures.rules import DECIDED, Kind, State, Status
from credit.subjects.models import Subject, of_file

if TYPE_CHECKING:
    from credit.identity.models import User

__all__ = ["Derivation", "ListEntry", "Measure", "Objection", "Part", "PublishedList"]


class Part(models.IntegerChoices):
    """The parts of a subject's page, in their order."""

    ANNOUNCED = 0
    IN_FORCE = 1
    FAVOURABLE = 2
    OVER = 3


class MeasureQuerySet(models.QuerySet["Measure"]):
    """Named questions about measures."""

    def opened_by(self, permit: Permit) -> Self:
        """The measures of the permit's subject. Raises NotAllowed when it doesn't open them."""
        permit.require(Field.MEASURES)
        return self.filter(of_file(permit))

    def opened_to(self, system: System) -> Self:
        """All measures, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.MEASURES)
        return self.all()

    def standing(self) -> Self:
        """Those that are announced or in force."""
        return self.filter(STANDS)

    def announced(self) -> Self:
        """Those that are against their subject and haven't started."""
        return self.filter(state=State.ANNOUNCED)

    def for_list(self) -> Self:
        """With all that a list prints, part by part (`part`): what is coming first, what is over last."""
        part = Case(
            When(~STANDS, then=Value(Part.OVER)),
            When(entry__kind=Kind.FAVOURABLE, then=Value(Part.FAVOURABLE)),
            When(state=State.ANNOUNCED, then=Value(Part.ANNOUNCED)),
            default=Value(Part.IN_FORCE),
            output_field=IntegerField(),
        )
        open_objection = Objection.objects.filter(IS_OPEN, measure=OuterRef("pk"))
        found = self.annotate(part=part, objected=Exists(open_objection))
        return found.select_related("entry__agency", "entry__published", "record__agency").order_by(
            "part", Coalesce("ended_on", "starts_on").desc(), "pk"
        )

    def named(self, public_id: str) -> "Measure":
        """The measure with this public id. Raises NotFound."""
        found = self.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(words.NO_SUCH_MEASURE)
        return found


class Measure(models.Model):
    """What one agency does under one published entry, because of one record or of the band (`band`) of the mark.

    Notice was given on `noticed_on`; it starts on `starts_on` at the earliest (`started_on`: it did) and ends with its
    cause: `ends_on` is the day on which that is expected (None: no end is set), `ended_on` that on which it was over.
    `bars`: an objection was upheld, and the same cause brings it no second time.
    """

    public_id = models.CharField(max_length=LENGTH, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="+")
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, blank=True, related_name="+")
    band = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    noticed_at = models.DateTimeField()
    noticed_on = models.DateField()
    starts_on = models.DateField()
    started_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=10, null=True, blank=True)
    bars = models.BooleanField(default=False)

    objects: ClassVar[MeasureQuerySet] = MeasureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = MEASURE

    def __str__(self) -> str:
        return self.public_id

    @property
    def stands(self) -> bool:
        """Whether it is announced or in force."""
        return self.state in (State.ANNOUNCED, State.IN_FORCE)


class DerivationQuerySet(models.QuerySet["Derivation"]):
    """From what measures were derived."""

    def fresh(self, on: date, lists: str) -> Self:
        """Derivations that neither the days, nor a change of the file, nor a new list has overtaken."""
        lasting = self.filter(Q(stale_from__isnull=True) | Q(stale_from__gt=on), lists=lists, on__lte=on)
        return lasting.filter(revision=F("subject__revision"))


class Derivation(models.Model):
    """Which state of a subject's file, mark and lists its measures were last derived from. Whoever changes measures
    locks this row first."""

    subject = models.OneToOneField(Subject, models.PROTECT, primary_key=True, related_name="+")
    revision = models.BigIntegerField(default=-1)
    band = models.CharField(max_length=300, blank=True)
    lists = models.CharField(max_length=300, blank=True)
    on = models.DateField(default=date.min)
    stale_from = models.DateField(null=True, blank=True)

    objects: ClassVar[DerivationQuerySet] = DerivationQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.subject_id} at {self.revision}"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Named questions about objections."""

    def opened_by(self, permit: Permit) -> Self:
        """The objections of the permit's subject. Raises NotAllowed when it doesn't open measures."""
        permit.require(Field.MEASURES)
        return self.filter(of_file(permit, "measure__subject"))

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(IS_OPEN)

    def for_desk(self) -> Self:
        """What officials may know before they may look: nothing about the subject, or what they say."""
        return self.select_related("measure__entry__agency", "measure__subject", "taken_by").defer("reason", "answer")

    def for_queue(self) -> Self:
        """Open objections, those whose measure would start first at the top, with all that the queue prints."""
        return self.open().for_desk().order_by("measure__starts_on", "filed_at", "pk")

    def for_page(self) -> Self:
        """All that the page of one objection prints."""
        return self.select_related(
            "measure__entry__agency", "measure__entry__published", "measure__record__agency", "taken_by", "decided_by"
        )

    def named(self, public_id: str) -> "Objection":
        """The objection with this public id. Raises NotFound."""
        found = self.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(words.NO_SUCH_OBJECTION)
        return found


def _person(*, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+")


class Objection(models.Model):
    """A subject says that a measure is wrong; an official who is not party to it answers. A closed one never changes
    (trigger)."""

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="objections")
    reason = models.TextField(max_length=LONGEST)
    status = models.CharField(max_length=10, choices=[(code.value, label) for code, label in words.STATUS.items()])
    filed_by = _person(null=False)
    filed_at = models.DateTimeField()
    taken_by = _person()
    taken_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=LONGEST, null=True, blank=True)
    decided_by = _person()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ObjectionQuerySet] = ObjectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = OBJECTION
        indexes = [models.Index(fields=["filed_at"], name="objection_queue", condition=IS_OPEN)]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something."""
        return self.status in (Status.FILED, Status.IN_REVIEW)

    @property
    def is_decided(self) -> bool:
        """Whether an official has answered."""
        return self.status in DECIDED

    def by(self, user: "User") -> bool:
        """Whether this user filed it."""
        return self.filed_by_id == user.pk
