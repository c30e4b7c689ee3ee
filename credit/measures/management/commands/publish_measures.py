"""`manage.py publish_measures FILE`: publish a version of the list of measures."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from credit.identity.commands import Answer, PortalCommand
from credit.measures import actions


class Command(PortalCommand):
    """See the module."""

    help = "Publish a list of measures (TOML). The same file twice is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        made = actions.publish(options["file"], by=self.actor(options["by"]), now=now)
        return Answer(
            {
                "list": made.code,
                "version": made.version,
                "sha256": made.sha256,
                "measures": made.size,
                "effective_from": made.effective_from.isoformat(),
                "published_at": made.published_at.isoformat(),
            }
        )
