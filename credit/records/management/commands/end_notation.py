"""`manage.py end_notation AGENCY NOTATION`."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from credit.identity.commands import Answer, PortalCommand
from credit.records import actions


class Command(PortalCommand):
    help = "Ends what an agency may submit, from now on; what was released stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agency", metavar="AGENCY")
        parser.add_argument("notation", metavar="NOTATION")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        by = self.actor(options["by"])
        ended = actions.end_notation(options["agency"], options["notation"], by=by, now=now)
        return Answer({"agency": options["agency"], "notation": ended.notation, "until": now.isoformat()})
