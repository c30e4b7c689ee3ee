"""Django's migrate, run as the owner; then the application role, its rights, and the data key."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.utils.timezone import now

from credit.vault.actions import make_data_key
from portal import database


class Command(Migrate):
    """`migrate`, with the two roles of the database kept apart."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Check and migrate as the owner; everything after it runs as the application role."""
        with database.as_owner():
            database.make_app_role()
            output = super().execute(*args, **options)
            database.grant()
        make_data_key(now=now())
        return output
