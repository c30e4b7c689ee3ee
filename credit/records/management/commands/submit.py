"""`manage.py submit FILE --agency CODE --notation CODE [--release [--partial]]`."""

import hashlib
import shutil
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.management.base import CommandError

from credit.core.clock import Clock
from credit.core.errors import Conflict
from credit.identity.commands import Answer, PortalCommand
from credit.identity.models import Organisation, User
from credit.records import actions, notations
from credit.records.answers import refused, submitted
from credit.records.models import Submission
from credit.records.moves import Status
from credit.records.notations.faults import Code, Fault
from credit.records.officers import other_officer
from credit.records.refusals import Refused

PIECE = 1024 * 1024
LARGER = 8
"""How many times larger than by the web a file may be by this command."""


class Command(PortalCommand):
    help = "Takes in an agency's file; with --release a second officer publishes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--agency", required=True, metavar="CODE")
        parser.add_argument("--notation", required=True, metavar="CODE")
        parser.add_argument("--release", action="store_true", help="publish it, if it has no faults")
        parser.add_argument("--partial", action="store_true", help="with --release: publish the sound rows in any case")
        parser.add_argument("--released-by", metavar="EMAIL", help="the other officer who releases it")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        clock = Clock(now)
        path, agency = Path(options["file"]), _agency(options["agency"])
        if options["notation"] not in notations.all_notations():
            raise CommandError(f'There is no notation "{options["notation"]}".')
        if options["partial"] and not options["release"]:
            raise CommandError("--partial says what --release may do: give both.")
        by = self.actor(options["by"])
        releaser = self._releaser(options, agency, by, now) if options["release"] else None
        file = _opened(path)
        try:
            submission = actions.receive(
                file,
                filename=path.name,
                agency=agency,
                notation=options["notation"],
                by=by,
                now=now,
                max_bytes=settings.SUBMISSION_MAX_BYTES * LARGER,
                parse_here=True,
            )
        except Refused as refusal:
            lying = _left_lying(refusal.faults[0], now)
            if lying is None:
                return Answer(refused(_digest_of(file), refusal.faults), holds=False)
            submission = lying
        parsed = actions.parse(submission.pk, now=now)
        if parsed is None:
            raise Conflict("A worker is reading this file already. Look at its page.")
        if releaser is not None and _may_be_released(parsed, partial=options["partial"]):
            parsed = actions.release(
                parsed.public_id, by=releaser, now=clock.now(), partial=options["partial"], here=True
            )
        holds = parsed.status == Status.RELEASED if options["release"] else not parsed.faults_found
        return Answer(submitted(parsed), holds=holds)

    def _releaser(self, options: dict[str, Any], agency: Organisation, by: User, now: datetime) -> User:
        if options["released_by"]:
            return self.actor(options["released_by"])
        if settings.MODE != "demo":
            raise CommandError("Say which other officer releases it: --released-by EMAIL.")
        other = other_officer(agency, by, now=now)
        if other is None:
            raise CommandError(f'Nobody else of "{agency.code}" can release it.')
        return other


def _may_be_released(submission: Submission, *, partial: bool) -> bool:
    sound = submission.status == Status.PARSED and submission.accepted > 0
    return sound and (partial or not submission.faults_found)


def _left_lying(fault: Fault, now: datetime) -> Submission | None:
    """The same bytes, where whoever delivered them was killed before they were checked: they are checked now."""
    if fault.code is not Code.FILE_DUPLICATE:
        return None
    return Submission.objects.left_lying(now).filter(public_id=fault.expected).first()


def _agency(code: str) -> Organisation:
    agency = Organisation.objects.filter(code=code, kind=Organisation.Kind.AGENCY).first()
    if agency is None:
        hint = " Run manage.py load_sample first." if settings.MODE == "demo" else ""
        raise CommandError(f'There is no agency "{code}".{hint}')
    return agency


def _opened(path: Path) -> BinaryIO:
    """A file that can be read twice: what comes through a pipe is put aside first."""
    try:
        file = path.open("rb")
        if file.seekable():
            return file
        aside = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 (its reader is the caller)
        with file:
            shutil.copyfileobj(file, aside)
        return aside
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}") from error


def _digest_of(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for piece in iter(lambda: file.read(PIECE), b""):
        digest.update(piece)
    return digest.hexdigest()
