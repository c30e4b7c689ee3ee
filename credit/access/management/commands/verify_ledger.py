"""Is the journal whole, does it agree with the signed heads, and the list of looks with it?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit.access.checking import verify
from credit.identity.commands import Answer, PortalCommand


class Command(PortalCommand):
    """Recomputes the whole ledger. Exits 1 when something doesn't fit; changes nothing."""

    help = "Check every entry of the journal against the signed tree heads."
    acts = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--heads", metavar="DIR", type=Path, help="a copy of the heads directory (default: the one in DATA_DIR)"
        )

    def answer(self, *, heads: Path | None = None, **options: Any) -> Answer:
        if heads is not None and not heads.is_dir():
            raise CommandError(f'There is no directory "{heads}".')
        findings = verify(heads)
        return Answer(findings, holds=findings["ok"])

    def seal(self) -> None:
        """A check writes nothing: it mends no head that is missing on disk."""
