"""Records and their versions: when something was true, and when the portal knew it."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, Greatest
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from credit.core.errors import NotAllowed
from credit.core.policy import Field, Permit, System, gettext_noop, touch
from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import Organisation
from credit.records.moves import NEEDS_NO_REASON, Cause
from credit.records.submissions import Submission
from credit.subjects.models import Subject


def record_id() -> str:
    """Three groups: there are many records."""
    return new_public_id(3)


class RecordQuerySet(models.QuerySet["Record"]):
    """Records are read through a permit, or by a named part of the portal."""

    def opened_by(self, permit: Permit) -> Self:
        """The records in the file of the permit's subject now. Raises NotAllowed."""
        permit.require(Field.RECORDS)
        return self.filter(versions__superseded_at=None, versions__subject_id=permit.subject_id)

    def opened_to(self, system: System) -> Self:
        """All records, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.RECORDS)
        return self.all()


class Record(models.Model):
    """What an agency states in one document on one subject. All that can change is in its versions.

    `subject` is whom the delivery named; in whose file the record is says each version (see merging.py).
    """

    grows_in_bulk = True

    public_id = models.CharField(max_length=LENGTH, unique=True, default=record_id, editable=False)
    # Foreign keys without db_constraint are checked by triggers, once for all rows of a statement (0003_bulk).
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="records", db_constraint=False, db_index=False)
    agency = models.ForeignKey(
        Organisation, models.PROTECT, related_name="records", db_constraint=False, db_index=False
    )
    notation = models.CharField(max_length=40)
    document = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "agency", "notation", "document"], name="one_record_a_document")
        ]

    def __str__(self) -> str:
        return self.public_id


class VersionQuerySet(models.QuerySet["RecordVersion"]):
    """What the portal says of a subject, now or at an earlier moment."""

    def opened_by(self, permit: Permit) -> Self:
        """The versions of the permit's subject, withheld ones only where the look opens them. Raises NotAllowed."""
        permit.require(Field.RECORDS)
        opened = self.filter(subject_id=permit.subject_id)
        return opened if permit.opens_withheld else opened.filter(withheld=False)

    def of_records_opened_by(self, permit: Permit) -> Self:
        """All versions of the records in the file of the permit's subject now, those too that they had in another
        file before both were joined. Raises NotAllowed."""
        found = self.filter(record__in=Record.objects.opened_by(permit))
        return found if permit.opens_withheld else found.filter(withheld=False)

    def ever_opened_by(self, permit: Permit) -> Self:
        """As `of_records_opened_by`, with the versions too that stood in the file of the permit's subject only before
        their record went to another. Raises NotAllowed."""
        permit.require(Field.RECORDS)
        found = self.filter(Q(record__in=Record.objects.opened_by(permit)) | Q(subject_id=permit.subject_id))
        return found if permit.opens_withheld else found.filter(withheld=False)

    def told_with(self, permit: Permit, said: "RecordVersion") -> Self:
        """The history of a record until one of its versions, which stood in the file of the permit's subject.

        Raises NotAllowed.
        """
        if said.subject_id != permit.subject_id:
            raise NotAllowed(gettext_noop("This record was in another file then."))
        permit.require(Field.RECORDS)
        found = self.history_of(said.record).filter(number__lte=said.number)
        return found if permit.opens_withheld else found.filter(withheld=False)

    def opened_to(self, system: System) -> Self:
        """All versions, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.RECORDS)
        return self.all()

    def newest(self) -> Self:
        """The last version of each record, of removed ones too."""
        return self.filter(superseded_at=None)

    def standing(self) -> Self:
        """Without records that were removed or withdrawn."""
        return self.filter(struck=False)

    def current(self) -> Self:
        """What the portal says now: the last version of each record that stands."""
        return self.newest().standing()

    def known_at(self, moment: datetime) -> Self:
        """What the portal said at a moment, to anybody who looked then."""
        later = _next_one().filter(GreaterThan(KNOWN_FROM, moment))
        still = Q(superseded_at=None) | Q(superseded_at__gt=moment) | Exists(later)
        return self.filter(LessThanOrEqual(KNOWN_FROM, moment), still, recorded_at__lte=moment).standing()

    def with_moments(self) -> Self:
        """With `known_from` and `known_until`: when it began to be what anybody sees, and when it ceased."""
        return self.annotate(known_from=KNOWN_FROM, known_until=Subquery(_next_one().values_list(KNOWN_FROM)))

    def in_force(self, on: date) -> Self:
        """Those in force on a day: from `valid_from` until the day before `valid_to`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)

    def counting(self) -> Self:
        """What may count in a mark now: current, and not withheld."""
        return self.current().filter(withheld=False)

    def with_source(self) -> Self:
        """With `source`: agency and notation, as the recalculation document names it."""
        return self.annotate(source=Concat("record__agency__code", Value("/"), "record__notation"))

    def for_list(self) -> Self:
        """With all that a subject's list prints, agency by agency, the newest first."""
        return self.select_related("record__agency", "submission").order_by(
            "record__agency__code", "-valid_from", "-pk"
        )

    def history_of(self, record: Record) -> Self:
        """All versions of a record, the newest first, with who made them."""
        found = self.filter(record=record).with_moments().order_by("-number")
        return found.select_related("record__agency__profile", "submission")


KNOWN_FROM = Greatest(
    "recorded_at",
    Case(
        When(cause=Cause.SUBMISSION.value, then=F("submission__released_at")),
        When(cause=Cause.WITHDRAWAL.value, then=F("withdrawn__withdrawn_at")),
    ),
)
"""When a version began to be what anybody sees. PostgreSQL passes over what is null."""


def _next_one() -> VersionQuerySet:
    return RecordVersion.objects.filter(record=OuterRef("record"), number=OuterRef("number") + 1)


class RecordVersion(models.Model):
    """What a record said from `recorded_at` until `superseded_at` (None: still).

    A delivery is published, or taken back, in one transaction that may last a minute, and nobody sees its versions
    before its end. `recorded_at` is when that work began; what was known when asks for its end (`known_from`):
    the `released_at` of `submission`, or the `withdrawn_at` of the delivery whose withdrawal made it (`withdrawn`).

    It was true from `valid_from` until the day before `valid_to` (None: no end). `value` is in thousandths of the
    common scale, -1000 to 1000; `mark` is the agency's own. A struck version says that the record stands no longer.
    Nothing of a version changes but `superseded_at`, once (trigger).
    """

    grows_in_bulk = True

    record = models.ForeignKey(Record, models.PROTECT, related_name="versions", db_constraint=False, db_index=False)
    number = models.IntegerField()
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=8)
    category = models.CharField(max_length=32)
    value = models.SmallIntegerField()
    mark = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    details = models.JSONField(default=dict)
    disputed = models.BooleanField(default=False)
    withheld = models.BooleanField(default=False)
    struck = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    reason = models.TextField(blank=True)
    submission = models.ForeignKey(
        Submission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        db_constraint=False,
        db_index=False,
    )
    withdrawn = models.ForeignKey(
        Submission, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    line = models.IntegerField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "recorded_at"], name="version_of_subject"),
            models.Index(fields=["submission"], name="version_of_submission"),
            # What ends by itself is found by its day, without reading what has no end or has been noted already.
            models.Index(
                fields=["valid_to"],
                name="version_by_end",
                condition=Q(superseded_at=None, struck=False, valid_to__isnull=False) & ~Q(cause="expiry"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="version_numbers_are_unique"),
            models.UniqueConstraint(fields=["record"], condition=Q(superseded_at=None), name="one_latest_version"),
            models.CheckConstraint(condition=Q(value__gte=-1000, value__lte=1000), name="version_value_in_thousandths"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="version_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
                name="version_superseded_after_recorded",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_numbers_from_one"),
            models.CheckConstraint(condition=Q(kind__in=["rating", "event"]), name="version_kind_is_known"),
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in Cause]), name="version_cause_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(cause="submission") | Q(submission__isnull=False, line__isnull=False, struck=False),
                name="version_names_its_submission",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in NEEDS_NO_REASON]) | ~Q(reason=""),
                name="version_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.record_id}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it is true (None: no end)."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Named questions about what was stated again."""

    def opened_by(self, permit: Permit) -> Self:
        """What was stated again of the records in the file of the permit's subject, in order. Raises NotAllowed."""
        found = self.filter(record__in=Record.objects.opened_by(permit))
        return found.select_related("record__agency", "version", "submission").order_by("record", "submission")


class Confirmation(models.Model):
    """A later submission stated again what a version already says. `after`: the record's last version then."""

    append_only = True

    record = models.ForeignKey(
        Record, models.PROTECT, related_name="confirmations", db_constraint=False, db_index=False
    )
    version = models.ForeignKey(
        RecordVersion, models.PROTECT, related_name="confirmations", db_constraint=False, db_index=False
    )
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="confirmations", db_constraint=False)
    line = models.IntegerField()
    after = models.IntegerField()

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "submission"], name="one_confirmation_a_submission")]

    def __str__(self) -> str:
        return f"{self.submission_id} confirms {self.version_id}"
