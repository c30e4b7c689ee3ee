"""`manage.py withdraw SUBMISSION --by EMAIL --reason TEXT`."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from credit.identity.commands import Answer, PortalCommand
from credit.records import actions
from credit.records.answers import submitted


class Command(PortalCommand):
    help = "Takes a submission back as a whole: every record says again what it said before it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("submission", metavar="SUBMISSION")
        parser.add_argument("--reason", required=True, metavar="TEXT")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        by = self.actor(options["by"])
        withdrawn = actions.withdraw(options["submission"], reason=options["reason"], by=by, now=now, here=True)
        return Answer(submitted(withdrawn))
