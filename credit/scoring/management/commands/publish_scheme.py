"""`manage.py publish_scheme FILE`: publish a version of how marks are made."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from credit.identity.commands import Answer, PortalCommand
from credit.scoring import actions


class Command(PortalCommand):
    """See the module."""

    help = "Publish a scheme's first version (TOML); the scheme board publishes those after it. Twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        first = settings.MODE == "production"  # a demo or a test may skip what the scheme board does
        scheme = actions.publish(options["file"], by=self.actor(options["by"]), now=now, only_first=first)
        return Answer(
            {
                "scheme": scheme.code,
                "version": scheme.version,
                "sha256": scheme.sha256,
                "in_force_from": scheme.in_force_from.isoformat(),
                "published_at": scheme.published_at.isoformat(),
            }
        )
