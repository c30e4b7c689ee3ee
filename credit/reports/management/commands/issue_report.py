"""Order a certified report, wait for a worker to write it, and save the PDF."""

import os
import secrets
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.errors import Conflict, NotFound, Unavailable
from credit.core.identifiers import BadIdentifier
from credit.core.policy import Field, Permit, Purpose
from credit.identity.commands import Answer, PortalCommand, add_subject, read_subject
from credit.reports import actions
from credit.reports.content import Kind, Language
from credit.reports.models import Report
from credit.reports.rules import Status
from credit.reports.worker import at_work
from credit.scoring.forms import read_moment
from credit.subjects import actions as subjects

LOOK_EVERY = 0.2


class Command(PortalCommand):
    """Queues the report for a worker; starts one where none runs."""

    help = "Issue a certified report on a subject as a signed PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_subject(parser)
        parser.add_argument("--kind", choices=[str(kind) for kind in Kind], default=str(Kind.FULL))
        parser.add_argument(
            "--language", choices=[str(language) for language in Language], default=str(Language.ENGLISH)
        )
        parser.add_argument("--known-at", metavar="TIME", help="what was known then, ISO 8601 (default: now)")
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="where to write the PDF")
        parser.add_argument("--wait", metavar="SECONDS", type=float, default=120.0, help="how long to wait (120)")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        started = time.monotonic()
        known_at = read_moment(options["known_at"])
        out: Path = options["out"]
        if not out.parent.is_dir() or out.is_dir():
            raise CommandError(f'"{out}" can\'t be written: there is no such directory, or it is one itself.')
        _write(out, None)
        permit = self._look(read_subject(options["subject"]), options, known_at, now)
        if known_at is not None:
            actions.check_moment(permit, known_at, now=now)
        with at_work():
            by, key = self.actor(options["by"]), f"command-{secrets.token_hex(16)}"
            kind, language = Kind(options["kind"]), Language(options["language"])
            report = actions.order(permit, kind=kind, language=language, key=key, by=by, now=now, known_at=known_at)
            actions.send(report.public_id)  # it may be one that waited already
            issued = _wait_for(report, permit, since=now, until=started + options["wait"])
        _write(out, actions.document(issued))
        seconds = round(time.monotonic() - started, 2)
        return Answer({"serial": issued.public_id, "sha256": issued.sha256, "pages": issued.pages, "seconds": seconds})

    def _look(self, subject: str, options: dict[str, Any], known_at: datetime | None, now: datetime) -> Permit:
        try:
            purpose = Purpose(options["purpose"])
            found = subjects.find(subjects.read_on_file(subject), known_at=known_at)
        except (BadIdentifier, ValueError) as error:
            raise CommandError(str(error)) from error
        if found is None:
            raise NotFound("Nobody is on file under this identifier.")
        actor = command_actor(self.actor(options["by"]), now=now)
        fields = {Field.NAME, Field.REPORTS}
        return access.disclose(actor, found, purpose, fields=fields, as_it_was=known_at is not None, now=now)


def _wait_for(report: Report, permit: Permit, *, since: datetime, until: float) -> Report:
    """The report, once it is issued. Raises Unavailable when it waits or the time is up, Conflict when it failed."""
    reports = Report.objects.opened_by(permit)
    while True:
        current = reports.get(pk=report.pk)
        if current.status == Status.ISSUED:
            return current
        if current.status == Status.FAILED:
            raise Conflict(f"Report {current.public_id} couldn't be written: {current.error}")
        if current.status == Status.WAITING and current.tried_at and current.tried_at >= since:
            raise Unavailable(f"Report {current.public_id} waits, and is issued once this is mended: {current.error}")
        if time.monotonic() > until:
            raise Unavailable(f"Report {current.public_id} isn't written yet. It isn't lost; order it again later.")
        time.sleep(LOOK_EVERY)


def _write(out: Path, pdf: bytes | None) -> None:
    """Write the whole file or nothing; None only tries whether one could. Raises CommandError."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it is about somebody
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pdf or b"")
            if pdf is not None:
                draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(f'"{out}" can\'t be written: {error.strerror or error}.') from error
