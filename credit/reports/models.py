"""A certified report: what was ordered, the claim of the worker that writes it, and what was published."""

from datetime import datetime
from functools import partial
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from credit.core.policy import Field, Permit, System, touch
from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import User
from credit.reports.content import Kind, Language
from credit.reports.rules import IN_FLIGHT, LEASE, PATIENCE, PAUSE, TRIES, Standing, Status, standing
from credit.subjects.models import Subject, of_file

new_code = partial(new_public_id, 4)
"""The code on the document: 76 bits, so that nobody finds one by trying."""

STATUS_NAMES = {
    Status.ORDERED: _("ordered"),
    Status.RENDERING: _("being written"),
    Status.WAITING: _("waiting"),
    Status.ISSUED: _("issued"),
    Status.FAILED: _("failed"),
}
KIND_NAMES = {Kind.FULL: _("Everything"), Kind.SUMMARY: _("Summary"), Kind.COUNTERPARTY: _("For a counterparty")}
LANGUAGE_NAMES = {Language.ENGLISH: _("English"), Language.CHINESE: _("Simplified Chinese")}


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, for the subject, for the workers, and for whoever checks one."""

    def opened_by(self, permit: Permit) -> Self:
        """The reports of the one subject that the permit opens. Raises NotAllowed."""
        permit.require(Field.REPORTS)
        return self.filter(of_file(permit))

    def opened_to(self, system: System) -> Self:
        """All reports, for the part of the portal that writes them. Raises NotAllowed."""
        touch(system, Field.REPORTS)
        return self.all()

    def in_public(self) -> Self:
        """Issued reports as anyone may check them: without what they say, and without whom they are about."""
        return self.issued().with_standing().defer("content", "pdf")

    def issued(self) -> Self:
        """Those that were published, revoked ones too."""
        return self.filter(status=Status.ISSUED)

    def in_flight(self) -> Self:
        """Those that somebody still waits for."""
        return self.filter(status__in=IN_FLIGHT)

    def with_standing(self) -> Self:
        """With `newer` and `file_changed`, which say what an issued one is worth now.

        Both are false for a report of an earlier moment: what was known then doesn't change any more.
        """
        later = Report.objects.filter(
            subject=OuterRef("subject"),
            kind=OuterRef("kind"),
            language=OuterRef("language"),
            known_at=None,
            status=Status.ISSUED,
            revoked_at=None,
            pk__gt=OuterRef("pk"),  # only one of a kind is ever in flight, so they are issued in order
        )
        return self.annotate(
            newer=Q(Exists(later), known_at=None),
            file_changed=Q(subject__revision__gt=F("revision"), known_at=None),
        )

    def for_list(self) -> Self:
        """The newest first, without the documents themselves."""
        return self.with_standing().defer("content", "pdf").order_by("-ordered_at", "-pk")

    def due(self, now: datetime) -> Self:
        """Those that a lost message, a dead worker or a missing key has left lying, oldest first."""
        untried = Q(status=Status.ORDERED, tried_at=None, ordered_at__lte=now - PATIENCE)
        paused = Q(status__in=(Status.ORDERED, Status.WAITING), tried_at__lte=now - PAUSE)
        stale = Q(status=Status.RENDERING, tried_at__lte=now - LEASE)
        return self.filter(untried | paused | stale).order_by("ordered_at")

    def claimable(self, now: datetime, *, again: bool = False) -> Self:
        """Those that a worker may take now; `again`: those of a worker that died too, but not time after time."""
        free = Q(status__in=(Status.ORDERED, Status.WAITING))
        left = Q(tries__lt=TRIES) if again else Q(tried_at__lte=now - LEASE)
        return self.filter(free | Q(status=Status.RENDERING) & left)


class Report(models.Model):
    """One certified copy. `public_id` is the serial; `code` stands on the document and in its QR code.

    `content` and `pdf` are sealed by the vault. `revision` is the file's when the report was written. `known_at`: it
    tells what was known at this earlier moment (None: when it is written).
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    code = models.CharField(max_length=LENGTH, unique=True, default=new_code, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    language = models.CharField(
        max_length=10, choices=[(language.value, name) for language, name in LANGUAGE_NAMES.items()]
    )
    known_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=10,
        choices=[(status.value, name) for status, name in STATUS_NAMES.items()],
        default=Status.ORDERED.value,
    )
    key = models.CharField(max_length=64)
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()

    claim = models.UUIDField(null=True)
    tried_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    content = models.BinaryField(null=True)
    revision = models.BigIntegerField(null=True)
    pdf = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    signer = models.CharField(max_length=200, blank=True)
    issued_at = models.DateTimeField(null=True)

    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_because = models.CharField(max_length=300, blank=True)

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="one_report_an_order"),
            models.UniqueConstraint(
                fields=["subject", "kind", "language", "known_at"],
                condition=Q(status__in=[str(status) for status in IN_FLIGHT]),
                nulls_distinct=False,
                name="one_report_of_a_kind_in_flight",
            ),
            models.CheckConstraint(
                name="report_is_whole",
                condition=Q(
                    status="issued",
                    content__isnull=False,
                    revision__isnull=False,
                    pdf__isnull=False,
                    sha256__regex=r"^[0-9a-f]{64}$",
                    size__gt=0,
                    pages__gt=0,
                    issued_at__isnull=False,
                )
                & ~Q(signer="")
                | ~Q(status="issued") & Q(pdf__isnull=True, issued_at__isnull=True, sha256=""),
            ),
            models.CheckConstraint(
                name="report_is_claimed_while_rendering",
                condition=Q(status="rendering", claim__isnull=False, tried_at__isnull=False)
                | ~Q(status="rendering") & Q(claim__isnull=True),
            ),
            models.CheckConstraint(
                name="report_is_revoked_whole",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_because="")
                | Q(status="issued", revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because=""),
            ),
            models.CheckConstraint(
                name="report_kind_is_known", condition=Q(kind__in=["full", "summary", "counterparty"])
            ),
            models.CheckConstraint(name="report_language_is_known", condition=Q(language__in=["en", "zh-hans"])),
            models.CheckConstraint(
                name="report_tells_no_later_moment", condition=Q(known_at=None) | Q(known_at__lte=F("ordered_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "-ordered_at"], name="reports_of_a_subject"),
            models.Index(
                fields=["ordered_at"],
                name="reports_in_flight",
                condition=Q(status__in=[str(status) for status in IN_FLIGHT]),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_in_flight(self) -> bool:
        """Whether somebody still waits for the document."""
        return self.status in IN_FLIGHT

    @property
    def standing(self) -> Standing:
        """What it is worth now. Only for rows read `with_standing`."""
        if self.status != Status.ISSUED:
            return Standing.UNKNOWN
        newer, file_changed = bool(getattr(self, "newer")), bool(getattr(self, "file_changed"))  # noqa: B009
        return standing(revoked=self.revoked_at is not None, newer=newer, file_changed=file_changed)

    @property
    def file_name(self) -> str:
        """What the download is called: nothing in it says whom it is about."""
        return f"plainmark-{self.public_id}.pdf"
