"""Published schemes, which are never changed, and the scores that they gave, of which a subject has one current."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from credit.core.errors import NotFound
from credit.core.policy import Field, Permit, System, touch
from credit.scoring.assessment.models import Assessment, AssessmentPart, AssessmentResult
from credit.scoring.board.models import Draft, DraftEvent
from credit.scoring.bulk.factsfile import SUBJECTS
from credit.scoring.reviews.models import Review
from credit.scoring.saying import SaysHow
from credit.subjects.models import Subject, of_file

__all__ = [
    "OFFICIAL",
    "Assessment",
    "AssessmentPart",
    "AssessmentResult",
    "Checked",
    "Draft",
    "DraftEvent",
    "Review",
    "Scheme",
    "SchemeQuerySet",
    "SchemeSignature",
    "Score",
    "ScoreQuerySet",
]

OFFICIAL = "open"
"""The code of the scheme by which the portal marks."""


class SchemeQuerySet(models.QuerySet["Scheme"]):
    """Schemes are public: nobody needs a permit to read one."""

    def in_force(self, on: date, code: str = OFFICIAL, *, known_at: datetime | None = None) -> "Scheme | None":
        """The version in force on a day; before the first one, the first; None where none was ever published.

        `known_at`: of those that were published by then (None: by now).
        """
        versions = self.filter(code=code)
        if known_at is not None:
            versions = versions.filter(published_at__lte=known_at)
        started = versions.filter(in_force_from__lte=on).order_by("-in_force_from").first()
        return started or versions.order_by("in_force_from").first()

    def numbered(self, code: str, version: int) -> "Scheme":
        """One version. Raises NotFound."""
        found = self.select_related("signed", "draft").filter(code=code, version=version).first()
        if found is None:
            raise NotFound(_("There is no such scheme. The list shows every version there ever was."))
        return found

    def newest_first(self) -> Self:
        """Every version ever published, the codes in order."""
        return self.order_by("code", "-version")


class Scheme(SaysHow, models.Model):
    """One version of how marks are made: numbers, reasons and sources, as they were published.

    `document` is the tree of schemefile.py, `text` the TOML that was published, byte for byte. A version is in force
    from a day until the day before the next version's.
    """

    append_only = True

    public_id = models.CharField(max_length=60, unique=True)
    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    in_force_from = models.DateField()
    published_at = models.DateTimeField()

    objects: ClassVar[SchemeQuerySet] = SchemeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_scheme_a_version"),
            models.UniqueConstraint(fields=["code", "in_force_from"], name="one_scheme_in_force_a_day"),
            models.CheckConstraint(condition=Q(version__gte=1), name="scheme_versions_from_one"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="scheme_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def next_version(self) -> "Scheme | None":
        """The version that ends this one, if it is published already."""
        later = Scheme.objects.filter(code=self.code, in_force_from__gt=self.in_force_from)
        return later.order_by("in_force_from").first()


class SchemeSignature(models.Model):
    """The signature of a published scheme's text, byte for byte, with the ledger's key of the day (Ed25519, RFC 8032).

    A row of its own, so that a scheme that was published before schemes were signed can be signed later.
    """

    append_only = True

    scheme = models.OneToOneField(Scheme, models.PROTECT, related_name="signed")
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key_id__regex=r"^[0-9a-f]{16}$"), name="scheme_key_id_is_hex"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.key_id}"


EITHER_INDEX = Q(current=True) | Q(current=False)
"""Current and past scores have an index each; asked without either, the database would read them all."""

BLOCK_OF_SUBJECT = OuterRef("subject_id") / SUBJECTS
"""Of whole numbers, so that it is one."""


class ScoreQuerySet(models.QuerySet["Score"]):
    """Scores are read through a permit, or by the part of the portal that makes them."""

    def opened_by(self, permit: Permit) -> Self:
        """The scores of the one subject that the permit opens, past ones too. Raises NotAllowed."""
        permit.require(Field.MARK)
        return self.filter(EITHER_INDEX, subject_id=permit.subject_id)

    def family_opened_by(self, permit: Permit) -> Self:
        """As `opened_by`, with those of files that were joined with this one. Raises NotAllowed."""
        permit.require(Field.MARK)
        return self.filter(of_file(permit), EITHER_INDEX)

    def opened_to(self, system: System) -> Self:
        """Everybody's scores, for a part of the portal that may touch them. Raises NotAllowed."""
        touch(system, Field.MARK)
        return self.all()

    def lasting(self, on: date) -> Self:
        """Current scores that the passing of days hasn't overtaken: they last, or were looked at again for this day."""
        looked_at = Checked.objects.filter(scheme=OuterRef("scheme"), block=BLOCK_OF_SUBJECT, day=on)
        lasts = Q(stale_from__isnull=True) | Q(stale_from__gt=on) | Exists(looked_at)
        return self.filter(lasts, current=True, as_of__lte=on)

    def fresh(self, on: date) -> Self:
        """Lasting scores of files that haven't changed since."""
        return self.lasting(on).filter(revision=F("subject__revision"))

    def told(self, until: date) -> Self:
        """The official marks of days that have come, each with its scheme: what a subject's history tells."""
        return self.filter(scheme__code=OFFICIAL, as_of__lte=until).select_related("scheme")

    def history(self) -> Self:
        """The newest first."""
        return self.order_by("-computed_at", "-current", "-pk")


class Score(models.Model):
    """A mark that a scheme gave a subject: `total` in whole points, first given for the day `since`, last for `as_of`.

    None is no mark, as too few records count for one.

    `revision` is the file's, when it was read. `stale_from` is the first day on which it may differ though the file
    doesn't (None: never). A night on which it doesn't differ writes nothing: that all were looked at says `Checked`.
    The current score keeps its row; what it said before goes into a row of its own, and stays.
    """

    # Checked by a trigger, once for all rows of a statement (0003_rescoring): what they name is never deleted.
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    since = models.DateField()
    as_of = models.DateField()
    stale_from = models.DateField(null=True)
    revision = models.BigIntegerField()
    total = models.IntegerField(null=True)
    band = models.CharField(max_length=300, null=True)
    current = models.BooleanField(default=True)
    computed_at = models.DateTimeField()

    objects: ClassVar[ScoreQuerySet] = ScoreQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "scheme"], condition=Q(current=True), name="one_current_score"),
            models.CheckConstraint(condition=Q(revision__gte=0), name="score_revision_from_zero"),
            models.CheckConstraint(condition=Q(total__isnull=False) | Q(band=None), name="no_band_without_a_score"),
            models.CheckConstraint(
                condition=Q(stale_from__isnull=True) | Q(stale_from__gt=F("as_of")), name="score_lasts_its_own_day"
            ),
        ]
        # A row is in one of two indexes, by whether it is current: so a night finds the current ones beside each other.
        indexes = [models.Index(fields=["subject", "scheme"], name="score_history", condition=Q(current=False))]

    def __str__(self) -> str:
        return f"{self.scheme_id}: {self.total}"


class Checked(models.Model):
    """All scores of a block of subjects are right for `day`, but for files that changed since.

    `subjects` and `revisions` are how many subjects it had and the sum of their revisions, when the check began. As
    subjects are never deleted and revisions only rise, nothing has changed where both are the same.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    block = models.IntegerField()
    day = models.DateField()
    subjects = models.BigIntegerField()
    revisions = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "block"], name="one_check_a_block")]

    def __str__(self) -> str:
        return f"{self.scheme_id}: {self.block} for {self.day}"
