"""From a delivered file to staged rows: received once, parsed by whoever holds the claim."""

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from credit.core.clock import Clock
from credit.core.errors import DomainError, Invalid
from credit.core.policy import System
from credit.identity.models import Organisation, User
from credit.ledger import actions as ledger
from credit.records import keeping, notations, queue, staging
from credit.records.matching import Matching
from credit.records.models import ApiClient, Registration, Submission
from credit.records.moves import Status
from credit.records.notations.apart import ReaderDied, read_apart
from credit.records.notations.faults import Code, Fault, FileRefused, shown
from credit.records.notations.formats import Limits
from credit.records.notations.reading import Reading, read
from credit.records.officers import require_officer
from credit.records.overriding import Accepted, accepted_in
from credit.records.refusals import Refused

MAX_CLAIMS = 5
"""Workers that may die on one file before it is refused."""

READ_APART = 1_000_000
"""Bytes from which on a reader of its own (notations/apart.py) is worth the quarter of a second that it takes to start.
"""

INTAKE = f"system:{System.INTAKE}"


class ClaimLost(Exception):
    """Another worker has the submission now, or it was withdrawn."""


class Interrupted(DomainError):
    """The process that read a file was ended before the file did; whoever finds the claim left reads it anew."""

    code = "interrupted"


def receive(
    file: BinaryIO | bytes,
    *,
    filename: str,
    agency: Organisation,
    notation: str,
    by: User,
    now: datetime,
    through: ApiClient | None = None,
    max_bytes: int | None = None,
    parse_here: bool = False,
) -> Submission:
    """Keep a file's bytes, sealed, and ask a worker to parse it (not with `parse_here`: then the caller does).

    `through`: the program of `by` that hands it over. `max_bytes`: settings.SUBMISSION_MAX_BYTES by default.
    Raises Invalid for an unknown notation, NotAllowed, and Refused: not_authorised, too_large, empty, duplicate.
    """
    if notation not in notations.all_notations():
        raise Invalid(_("There is no such notation."))
    require_officer(by, agency, now=now)
    if not Registration.objects.at(now).filter(agency=agency, notation=notation).exists():
        raise Refused([Fault(None, None, Code.NOT_AUTHORISED, notation)])
    file = BytesIO(file) if isinstance(file, bytes) else file
    found = keeping.measure(file, max_bytes or settings.SUBMISSION_MAX_BYTES)
    digest = found.sha256
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                agency=agency,
                notation=notation,
                filename=shown(PurePath(filename).name[-150:]),
                sha256=digest,
                size=found.size,
                rows_expected=found.rows_expected(filename),
                queued_at=now,
                submitted_by=by,
                submitted_through=through,
                submitted_at=now,
            )
            keeping.keep(submission, file)
            ledger.note(
                "submission.received",
                by=through.actor if through else by,
                about=submission,
                at=now,
                agency=agency.code,
                notation=notation,
                sha256=digest,
            )
            if not parse_here:
                queue.parse_soon(submission.pk)
    except IntegrityError:
        earlier = Submission.objects.delivered().filter(agency=agency, notation=notation, sha256=digest).first()
        if earlier is None:
            raise
        raise Refused([Fault(None, None, Code.FILE_DUPLICATE, expected=earlier.public_id)]) from None
    return submission


def parse(submission_pk: int, *, now: datetime) -> Submission | None:
    """Read a received file and stage its rows and faults; None where somebody else does or did.

    Each batch is its own transaction and holds only while the claim does, so that a killed worker's work is done
    anew and never twice. Raises Interrupted.
    """
    submission = _claim(submission_pk, now)
    if submission is None:
        return None
    try:
        with _no_collections():
            _read_through(submission, now)
    except ClaimLost:
        return None
    except ReaderDied as died:
        raise Interrupted(_("Reading the file was interrupted. It is kept and read again within minutes.")) from died
    submission.refresh_from_db()
    return submission


@contextmanager
def _no_collections() -> Iterator[None]:
    """Rows are many small objects without cycles: looking for some takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read_through(submission: Submission, began: datetime) -> None:
    """Stage batch after batch. Raises ClaimLost."""
    now = Clock(began).now
    accepted = accepted_in(submission)
    matching = Matching(submission, accepted)
    try:
        if submission.claim - submission.claims_done > MAX_CLAIMS:
            raise FileRefused(Fault(None, None, Code.FILE_FORMAT))
        with closing(_readings(submission, accepted)) as readings:
            for number, reading in enumerate(readings):
                _stage(submission, number, reading, matching, at=now())
    except FileRefused as refusal:
        _refuse(submission, refusal.faults, now=now())
    else:
        _finish(submission, matching, now=now())


def _readings(submission: Submission, accepted: Accepted) -> Generator[Reading, None, None]:
    code, name, limits = submission.notation, submission.filename, Limits(file_bytes=submission.size)
    data = keeping.delivered_bytes(submission)
    if submission.size < READ_APART:
        return read(data, filename=name, notation=notations.get(code), limits=limits, accepted=accepted)
    return read_apart(data, filename=name, notation=code, limits=limits, accepted=accepted)


@transaction.atomic
def _claim(pk: int, now: datetime) -> Submission | None:
    claimed = Submission.objects.claimable(now).filter(pk=pk)
    fresh = {"rows": 0, "accepted": 0, "faults_found": 0, "subjects": 0, "subjects_new": 0, "records_known": 0}
    if not claimed.update(status=Status.PARSING, claim=F("claim") + 1, claimed_at=now, **fresh):
        return None
    submission = Submission.objects.select_related("agency").get(pk=pk)
    staging.discard(submission)
    return submission


@transaction.atomic
def _stage(submission: Submission, number: int, reading: Reading, matching: Matching, *, at: datetime) -> None:
    rows, conflicts = matching.sound(reading)
    faults = sorted([*reading.faults, *conflicts], key=lambda fault: fault.line or 0)
    _still_ours(
        submission,
        rows=F("rows") + reading.read,
        accepted=F("accepted") + len(rows),
        faults_found=F("faults_found") + len(faults),
        claimed_at=at,
    )
    staging.stage(submission, number, rows, faults)


@transaction.atomic
def _finish(submission: Submission, matching: Matching, *, now: datetime) -> None:
    _still_ours(
        submission,
        status=Status.PARSED,
        parsed_at=now,
        subjects=len(matching.names),
        subjects_new=matching.subjects_new,
        records_known=matching.records_known,
    )
    submission.refresh_from_db()
    ledger.note(
        "submission.parsed",
        by=INTAKE,
        about=submission,
        at=now,
        rows=submission.rows,
        accepted=submission.accepted,
        faults=submission.faults_found,
    )


@transaction.atomic
def _refuse(submission: Submission, faults: Sequence[Fault], *, now: datetime) -> None:
    fresh = {"rows": 0, "accepted": 0, "subjects": 0, "subjects_new": 0, "records_known": 0}
    _still_ours(submission, status=Status.REFUSED, parsed_at=now, faults_found=len(faults), **fresh)
    staging.discard(submission)
    staging.stage(submission, 0, None, faults)
    ledger.note("submission.refused", by=INTAKE, about=submission, at=now, code=faults[0].code.value)


def _still_ours(submission: Submission, **changes: object) -> None:
    """Change the submission if this worker still holds it. Raises ClaimLost."""
    held = Submission.objects.filter(pk=submission.pk, claim=submission.claim, status=Status.PARSING)
    if not held.update(**changes):
        raise ClaimLost
