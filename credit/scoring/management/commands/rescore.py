"""`manage.py rescore`: bring every stale score up to date, or compute all anew."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from credit.identity.commands import Answer, PortalCommand
from credit.scoring import actions
from credit.scoring.forms import read_day
from credit.scoring.models import OFFICIAL


class Command(PortalCommand):
    """See the module."""

    help = "Rescore the subjects whose score is stale, or all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="everybody, stale or not")
        parser.add_argument("--scheme", metavar="CODE", default=OFFICIAL)
        parser.add_argument("--as-of", metavar="DATE", help="the day that the marks are for (default: today)")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        done = actions.rescore(
            by=self.actor(options["by"]),
            now=now,
            code=options["scheme"],
            as_of=read_day(options["as_of"]),
            everybody=options["all"],
        )
        return Answer(
            {
                "scheme": done.scheme.code,
                "version": done.scheme.version,
                "subjects": done.subjects,
                "changed": done.changed,
                "seconds": round(done.seconds, 3),
            }
        )
