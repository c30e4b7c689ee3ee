"""`manage.py allow_notation AGENCY NOTATION`."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from credit.identity.commands import Answer, PortalCommand
from credit.records import actions


class Command(PortalCommand):
    help = "Allows an agency to submit a notation from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agency", metavar="AGENCY")
        parser.add_argument("notation", metavar="NOTATION")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        by = self.actor(options["by"])
        made = actions.allow_notation(options["agency"], options["notation"], by=by, now=now)
        return Answer({"agency": options["agency"], "notation": made.notation, "since": made.since.isoformat()})
