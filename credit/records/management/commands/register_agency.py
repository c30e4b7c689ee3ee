"""`manage.py register_agency CODE [--file FILE.toml] [--name-en … --legal-basis-zh …] [--notation CODE …]`."""

import tomllib
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit.identity.commands import Answer, PortalCommand
from credit.records import actions
from credit.records.models import Registration
from credit.records.registering import WORDS, known_agencies


class Command(PortalCommand):
    help = "Registers an agency: what it is called, its field, its legal basis, and what it may submit from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="small letters, figures and hyphens: it is in addresses")
        parser.add_argument("--file", metavar="FILE.toml", help="a table [CODE] that says it, as agencies.toml does")
        for name in WORDS:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT")
        parser.add_argument("--notation", action="append", default=[], metavar="CODE", help="may be given many times")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        code = options["code"]
        entry = dict(_tables(options["file"]).get(code, {}))
        entry |= {name: options[name] for name in WORDS if options[name] is not None}
        entry["notations"] = [*entry.get("notations", ()), *options["notation"]]
        agency = actions.open_agency(code, entry, by=self.actor(options["by"]), now=now)
        may = Registration.objects.at(now).filter(agency=agency).values_list("notation", flat=True)
        return Answer({"agency": agency.code, "category": entry["category"], "notations": sorted(may)})


def _tables(file: str | None) -> dict[str, dict[str, Any]]:
    """The tables of a file; without one, those that come with the portal. Raises CommandError."""
    if file is None:
        return known_agencies()
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}") from error
