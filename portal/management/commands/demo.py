"""`make demo`: the whole portal on this machine, with a sample world, until Ctrl-C."""

import signal
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from credit.core.errors import DomainError
from portal.sample.loading import sample_world
from portal.stack import DidNotStart, Stack

SHOWN = ("individual", "representative", "officer", "official", "auditor", "board", "operator")


class Command(BaseCommand):
    """Migrate, load the sample world, start the worker and the web server, say who can sign in."""

    help = "Run the whole portal on this machine with a sample world, until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            self.stderr.write("demo runs only with MODE=demo.")
            sys.exit(2)
        stack = Stack(port=settings.PORT, data_dir=settings.DATA_DIR)
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stopping.set())
        try:
            call_command("migrate", verbosity=0)
            world = sample_world()
            stack.start()
        except (DidNotStart, DomainError) as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.welcome(stack, world)
        while not stopping.wait(1):
            if ended := stack.ended():
                self.stderr.write(f"The {ended} ended by itself; stopping the rest.")
                stack.stop()
                sys.exit(1)
        self.stdout.write("Stopping …")
        stack.stop()

    def welcome(self, stack: Stack, world: dict[str, Any]) -> None:
        """Who can sign in, and where."""
        self.stdout.write(f"\nPlainmark runs on {stack.url}\n\nWho can sign in ({stack.url}/account/login/):\n\n")
        people = sorted((p for p in world["people"] if p["agency"] in (None, "market-supervision")), key=_rank)
        self.stdout.write(f"  {'role':<16}{'e-mail':<44}{'password':<18}second factor (TOTP secret)\n")
        for person in people:
            totp = person["totp_secret"] or "-"
            self.stdout.write(f"  {person['role']:<16}{person['email']:<44}{person['password']:<18}{totp}\n")
        others = len(world["people"]) - len(people)
        self.stdout.write(
            f"\n{others} more officers: manage.py load_sample. A code for a second factor: manage.py totp E-MAIL\n"
            "Agencies' sample files: tests/golden/intake/. Ctrl-C stops everything.\n\n"
        )
        self.stdout.flush()


def _rank(person: dict[str, Any]) -> tuple[int, str]:
    return (SHOWN.index(person["role"]), person["email"])
