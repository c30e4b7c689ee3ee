"""One file of one agency: its kept bytes, the rows staged from it, and its faults."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.core.publicid import LENGTH, new_public_id
from credit.identity.models import Organisation
from credit.records.moves import DELIVERED, Status
from credit.records.programs import ApiClient

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before another may take its submission."""

PATIENCE = timedelta(seconds=10)
"""How long a message may be under way before it counts as lost."""

MADE = [Status.PARSED.value, Status.RELEASED.value]


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Named questions about deliveries."""

    def of_agency(self, agency: Organisation) -> Self:
        """All deliveries of an agency, the newest first, with what its list prints."""
        return self.filter(agency=agency).select_related("agency", "submitted_by", "released_by").order_by("-pk")

    def delivered(self) -> Self:
        """Those that neither were refused nor withdrawn."""
        return self.filter(status__in=[status.value for status in DELIVERED])

    def waiting_for_release(self) -> Self:
        """Checked, with sound rows, not yet released."""
        return self.filter(status=Status.PARSED, accepted__gt=0)

    def claimable(self, now: datetime) -> Self:
        """Those that a worker may parse now: nobody does, or whoever did has been silent for too long."""
        return self.filter(Q(status=Status.RECEIVED) | Q(status=Status.PARSING, claimed_at__lt=now - LEASE))

    def left_lying(self, now: datetime) -> Self:
        """Those whose message was lost, or whose worker died."""
        return self.claimable(now).filter(Q(status=Status.PARSING) | Q(queued_at__lt=now - PATIENCE))

    def to_publish(self, now: datetime) -> Self:
        """Those whose release is ordered and that no worker is publishing, or one that has been silent for too long."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE), status=Status.RELEASING)

    def to_take_back(self, now: datetime) -> Self:
        """As `to_publish`, of withdrawals."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE), status=Status.WITHDRAWING)

    def left_withdrawing(self, now: datetime) -> Self:
        """As `left_unpublished`, of withdrawals."""
        return self.to_take_back(now).filter(Q(claimed_at__isnull=False) | Q(queued_at__lt=now - PATIENCE))

    def left_unpublished(self, now: datetime) -> Self:
        """Those whose order was lost, or whose worker died in the middle."""
        return self.to_publish(now).filter(Q(claimed_at__isnull=False) | Q(queued_at__lt=now - PATIENCE))


class Submission(models.Model):
    """One delivered file. `claim` counts the workers that have parsed it: only the last one's work counts. Of these,
    `claims_done` came to an end before the file was to be checked again.

    `rows` and `accepted` count data rows; they grow while it is parsed. `rows_expected` is an estimate. Of the sound
    rows, `subjects` are different ones, `subjects_new` weren't on file, and `records_known` have a record already.
    `…_through` is the program of `…_by` that did it, where one did.

    `released_at` and `withdrawn_at` are when it took effect: the last thing that is written before the commit.
    `release_turn` and `withdrawal_turn` (None: it never was released) say in which order (see deliveries.next_turn).
    """

    public_id = models.CharField(max_length=LENGTH, unique=True, default=new_public_id, editable=False)
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="submissions")
    notation = models.CharField(max_length=40)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    status = models.CharField(max_length=12, default=Status.RECEIVED.value)
    rows = models.IntegerField(default=0)
    rows_expected = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    faults_found = models.IntegerField(default=0)
    subjects = models.IntegerField(default=0)
    subjects_new = models.IntegerField(default=0)
    records_known = models.IntegerField(default=0)
    claim = models.IntegerField(default=0)
    claims_done = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    submitted_through = models.ForeignKey(ApiClient, models.PROTECT, null=True, blank=True, related_name="submissions")
    submitted_at = models.DateTimeField()
    parsed_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="releases"
    )
    released_through = models.ForeignKey(
        ApiClient, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(null=True, blank=True)
    release_turn = models.BigIntegerField(null=True, blank=True)
    partial = models.BooleanField(default=False)
    publishers = models.IntegerField(default=0)
    published = models.SmallIntegerField(default=0)
    records_new = models.IntegerField(default=0)
    records_changed = models.IntegerField(default=0)
    records_same = models.IntegerField(default=0)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="withdrawals"
    )
    withdrawn_through = models.ForeignKey(
        ApiClient, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_turn = models.BigIntegerField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["agency", "-id"], name="submission_of_agency"),
            models.Index(
                fields=["queued_at"],
                name="submission_open",
                condition=Q(status__in=["received", "parsing", "releasing", "withdrawing"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "notation", "sha256"],
                condition=Q(status__in=[status.value for status in DELIVERED]),
                name="submission_bytes_once",
            ),
            models.CheckConstraint(
                name="submission_status_is_known", condition=Q(status__in=[status.value for status in Status])
            ),
            models.CheckConstraint(
                name="submission_counts_add_up",
                condition=Q(rows__gte=F("accepted"), accepted__gte=0, faults_found__gte=0, claim__gte=0, size__gte=0),
            ),
            models.CheckConstraint(
                name="submission_release_is_whole",
                condition=Q(status__in=["released", "withdrawing"])
                & Q(released_at__isnull=False, released_by__isnull=False)
                | Q(status="releasing", released_at__isnull=True, released_by__isnull=False)
                | Q(status="withdrawn")
                | ~Q(status__in=["releasing", "released", "withdrawing", "withdrawn"])
                & Q(released_at__isnull=True, released_by__isnull=True),
            ),
            models.UniqueConstraint(fields=["release_turn"], name="one_release_a_turn"),
            models.CheckConstraint(
                name="submission_release_has_a_turn",
                condition=Q(release_turn=None, released_at=None)
                | Q(release_turn__isnull=False, released_at__isnull=False),
            ),
            models.CheckConstraint(
                name="submission_turns_are_in_order",
                condition=Q(withdrawal_turn=None) | Q(withdrawal_turn__gt=F("release_turn")),
            ),
            models.CheckConstraint(
                name="submission_released_by_another", condition=Q(released_by=None) | ~Q(released_by=F("submitted_by"))
            ),
            models.CheckConstraint(
                name="submission_withdrawal_is_whole",
                condition=Q(status="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_why="")
                | Q(status="withdrawing", withdrawn_at__isnull=True, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")
                | ~Q(status__in=["withdrawing", "withdrawn"])
                & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why=""),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_working(self) -> bool:
        """Whether a worker still has to read, publish or take it back, or does."""
        return self.status in (Status.RECEIVED, Status.PARSING, Status.RELEASING, Status.WITHDRAWING)

    @property
    def share(self) -> int | None:
        """How far it is read or published, 0 to 100; None where nobody can tell.

        What is taken back is so in one step, and a file whose lines aren't rows doesn't say beforehand how many it has.
        """
        if self.status == Status.WITHDRAWING:
            return None
        if self.status == Status.RELEASING:
            return self.published
        return min(100, 100 * self.rows // self.rows_expected) if self.rows_expected else None


class KeptFile(models.Model):
    """A piece of the delivered bytes, sealed by the vault."""

    append_only = True

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="pieces", db_index=False)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="one_piece_a_number")]

    def __str__(self) -> str:
        return f"bytes of {self.submission_id}"


class StagedRows(models.Model):
    """Some sound rows of a submission, compressed and sealed. `claim` says which worker's they are."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="staged")
    claim = models.IntegerField()
    number = models.IntegerField()
    rows = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "claim", "number"], name="one_staged_batch_a_number")
        ]

    def __str__(self) -> str:
        return f"batch {self.number} of {self.submission_id}"


class Fault(models.Model):
    """One fault of a submission; what stood in the cell is sealed. `line` None: of the whole file.

    `column` is a heading that the notation knows. Those of a file that was refused whole can be anything, people's
    numbers too where the heading row was left out: they are in `sealed` alone.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="faults")
    claim = models.IntegerField()
    line = models.IntegerField(null=True, blank=True)
    column = models.CharField(max_length=200, null=True, blank=True)
    code = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["submission", "line"], name="fault_by_line")]

    def __str__(self) -> str:
        return f"{self.code} in line {self.line}"
