"""`manage.py release SUBMISSION --by EMAIL [--partial]`."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from credit.identity.commands import Answer, PortalCommand
from credit.records import actions
from credit.records.answers import submitted


class Command(PortalCommand):
    help = "Publishes a checked submission; by another officer than the one who delivered it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("submission", metavar="SUBMISSION")
        parser.add_argument("--partial", action="store_true", help="publish the sound rows of a file with faults")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        by = self.actor(options["by"])
        released = actions.release(options["submission"], by=by, now=now, partial=options["partial"], here=True)
        return Answer(submitted(released))
