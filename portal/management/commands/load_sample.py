"""The sample world: agencies, people, schemes and first records; doing it again changes nothing."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from credit.identity.commands import Answer, PortalCommand
from portal.sample.loading import sample_world


class Command(PortalCommand):
    help = "Load the sample world, and say who can sign in. Refused in production."
    acts = False

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        if settings.MODE == "production":
            raise CommandError("load_sample is refused in production: it makes people whose passwords it prints.")
        call_command("migrate", verbosity=0)
        return Answer(sample_world())
