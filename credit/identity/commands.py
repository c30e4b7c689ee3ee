"""The form of every command: `--json`, who acts, one document on standard output, exit codes by the contract."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils.timezone import now

from credit.core.errors import DomainError
from credit.core.policy import Purpose
from credit.identity.models import User
from credit.ledger import actions as ledger

SAMPLE_OPERATOR = "operator@example.org"
NO, WRONG_CALL = 1, 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answers. `holds` is False when it was done and the answer is "no": exit code 1."""

    data: Mapping[str, Any]
    holds: bool = True


class PortalCommand(BaseCommand):
    """A command of the contract. Subclasses implement `answer`; refusals are one line on standard error."""

    requires_system_checks: tuple[str, ...] = ()  # `make check` runs them; a command must be quick
    acts = True  # whether it acts or looks, and so takes --by and --purpose

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add what every command takes."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
        if self.acts:
            parser.add_argument("--by", metavar="EMAIL", help="who acts (in demo mode the sample operator by default)")
            parser.add_argument("--purpose", default=Purpose.OPERATION.value, help="why (default: operation)")
        return parser

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        """Do what was asked."""
        raise NotImplementedError(f"{type(self).__module__} answers nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer, print, seal what was journalled, exit."""
        try:
            if self.acts and options["purpose"] not in set(Purpose):
                raise CommandError(f"Choose a --purpose: {', '.join(Purpose)}.")
            answer = self.answer(now=now(), **options)
        except DomainError as error:
            self._fail(str(error))
        except CommandError as error:
            self._fail(str(error))
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(
                f"The database can't be used: {str(error).strip().splitlines()[0]}. Run manage.py doctor."
            )
            sys.exit(WRONG_CALL)
        else:
            try:
                self.print(answer.data, as_json=options["json"])
            finally:
                self.seal()
            if not answer.holds:
                sys.exit(NO)

    def _fail(self, message: str) -> None:
        self.stderr.write(message)
        self.seal()
        sys.exit(WRONG_CALL)

    def seal(self) -> None:
        """Seal what the command wrote into the ledger before it exits; what can't be sealed now waits, unharmed."""
        try:
            ledger.seal(now=now())
        except DomainError as error:
            self.stderr.write(f"Not sealed yet: {error}")

    def print(self, data: Mapping[str, Any], *, as_json: bool) -> None:
        """One JSON document, or a readable table."""
        if as_json:
            self.stdout.write(json.dumps(data, ensure_ascii=False, default=str))
            return
        width = max((len(key) for key in data), default=0)
        for key, value in data.items():
            if isinstance(value, list):
                self.stdout.write(f"{key:<{width}}  {len(value)}")
                for item in value:
                    self.stdout.write("    " + _line(item))
            else:
                self.stdout.write(f"{key:<{width}}  {_line(value)}")

    def actor(self, email: str | None) -> User:
        """The user in --by; in demo mode the sample operator by default. Raises CommandError."""
        if email is None and settings.MODE == "demo":
            email = os.environ.get("PLAINMARK_BY") or SAMPLE_OPERATOR
        if email is None:
            raise CommandError("Say who acts: --by EMAIL.")
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            hint = " Run manage.py load_sample first." if settings.MODE == "demo" else ""
            raise CommandError(f'Nobody signs in as "{email}".{hint}')
        return user


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{key}={item}" for key, item in value.items() if item is not None)
    return "-" if value is None else str(value)


def add_subject(parser: ArgumentParser) -> None:
    """The argument SUBJECT, as TYPE:VALUE or `-`."""
    parser.add_argument("subject", metavar="SUBJECT", help="TYPE:VALUE, or - to read it from standard input")


def read_subject(text: str) -> str:
    """The SUBJECT that was given, or standard input where it is `-`. Raises CommandError."""
    given = sys.stdin.readline().strip() if text == "-" else text.strip()
    if not given:
        raise CommandError("Name the subject: TYPE:VALUE.")
    return given
