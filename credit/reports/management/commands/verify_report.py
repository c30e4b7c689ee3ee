"""Is this PDF a genuine report, and is it still current?"""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit.identity.commands import Answer, PortalCommand
from credit.reports import checking, keys, signing


class Command(PortalCommand):
    """Exits 1 when the file isn't a genuine report, or is revoked. With --offline no service is asked."""

    help = "Check the signature of a certified report, and what it is worth now."
    acts = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--trust", metavar="CA.pem", type=Path, help="certificates to trust (default: SIGNING_TRUST)"
        )
        parser.add_argument("--offline", action="store_true", help="judge the file alone, without a database")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        file: Path = options["file"]
        trust: Path | None = options["trust"]
        try:
            pdf = file.read_bytes()
            trusted = signing.certificates_in(trust) if trust else None
        except (OSError, ValueError) as error:
            raise CommandError(f"This can't be read: {error}") from error
        if trusted == []:
            raise CommandError(f'There is no certificate in "{trust}".')
        offline = options["offline"]
        checked = checking.offline(pdf, trusted or keys.trusted()) if offline else checking.by_file(pdf, trusted)
        return Answer(checked.as_json(), holds=checked.holds)

    def seal(self) -> None:
        """A check writes nothing."""
