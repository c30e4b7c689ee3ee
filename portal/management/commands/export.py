"""`manage.py export SUBJECT --out FILE.zip [--force]`: everything held on a subject, as JSON and CSV."""

import contextlib
import hashlib
import os
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.errors import NotFound
from credit.core.identifiers import BadIdentifier
from credit.core.policy import Permit, Purpose
from credit.identity.commands import Answer, PortalCommand, add_subject, read_subject
from credit.subjects import actions as subjects
from portal.export import everything


class Command(PortalCommand):
    """The look is journalled before anything is read, and is itself among the looks in the file."""

    help = "Write everything that is held on a subject into a ZIP file, with who has looked at it."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A purpose of its own by default: only that opens everything to the operator."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.set_defaults(purpose=Purpose.DATA_EXPORT.value)
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_subject(parser)
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the ZIP file to write")
        parser.add_argument("--force", action="store_true", help="replace the file if it is there")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        out: Path = options["out"]
        if not out.parent.is_dir() or out.is_dir():
            raise CommandError(f'"{out}" can\'t be written: there is no such directory, or it is one itself.')
        if out.exists() and not options["force"]:
            raise CommandError(f'"{out}" is there already. Name another file, or say --force.')
        permit = self._look(read_subject(options["subject"]), options, now)
        found = everything(permit, now=now)
        data = found.archive()
        _write(out, data, replace=options["force"])
        records = found.tree["records"]
        return Answer(
            {
                "subject": permit.subject_public_id,
                "disclosure": permit.id,
                "sha256": hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
                "records": len(records),
                "versions": sum(len(record["versions"]) for record in records),
                **{name: len(rows) for name, rows in found.tables.items() if name != "names"},
                "left_out": found.left_out,
            }
        )

    def _look(self, subject: str, options: dict[str, Any], now: datetime) -> Permit:
        try:
            purpose = Purpose(options["purpose"])
            found = subjects.find(subjects.read_on_file(subject))
        except (BadIdentifier, ValueError) as error:
            raise CommandError(str(error)) from error
        if found is None:
            raise NotFound("Nobody is on file under this identifier.")
        return access.disclose(command_actor(self.actor(options["by"]), now=now), found, purpose, now=now)


def _write(out: Path, data: bytes, *, replace: bool) -> None:
    """The file appears whole or not at all, readable for its owner alone. Raises CommandError where it is there."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        if not replace:
            os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # nobody else's from here on
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        draft.replace(out)
    except FileExistsError as error:
        raise CommandError(f'"{out}" is there already. Name another file, or say --force.') from error
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise CommandError(f'"{out}" can\'t be written: {error.strerror}.') from error
