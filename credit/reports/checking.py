"""Is a report genuine, and what is it worth now? By its code, or by the file itself. Open to anyone.

Nothing here says whom a report is about.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import x509

from credit.core.publicid import read_aloud
from credit.reports import keys, verification
from credit.reports.models import Report
from credit.reports.rules import Standing
from credit.reports.verification import Finding, Verdict

FILE_LIMIT = 5 * 1024 * 1024
"""Bytes of a file that is handed in; a report of 400 records has 200 kB."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer about a file. `report` is the one that it is, None where this portal didn't issue it."""

    verdict: Verdict
    standing: Standing
    report: Report | None
    sha256: str

    @property
    def holds(self) -> bool:
        """Whether one may rely on it: as it was signed, and not revoked."""
        return self.verdict.valid and self.standing is not Standing.REVOKED

    def as_json(self) -> dict[str, object]:
        """As the contract writes it."""
        signed_at: datetime | None = self.verdict.signed_at
        return {
            "valid": self.verdict.valid,
            "status": str(self.standing),
            "serial": self.verdict.serial,
            "signed_at": signed_at.isoformat() if signed_at else None,
            "signer": self.verdict.signer,
            "tampered": self.verdict.tampered,
            "finding": str(self.verdict.finding),
            "sha256": self.sha256,
        }


def by_code(code: str) -> Report | None:
    """The issued report with this code, as somebody may have typed it; None where there is none."""
    return Report.objects.in_public().filter(code=read_aloud(code)).first()


def offline(pdf: bytes, trust: list[x509.Certificate]) -> Checked:
    """Judge a file alone. What it is worth now is unknown without the database."""
    return Checked(verification.check(pdf, trust), Standing.UNKNOWN, None, _digest(pdf))


def by_file(pdf: bytes, trust: list[x509.Certificate] | None = None) -> Checked:
    """Judge a file, and say what it is worth now. `trust` None: the portal's own. Raises Unavailable."""
    if trust is None:
        trust = keys.trusted(may_make=not Report.objects.in_public().exists())
    checked = offline(pdf, trust)
    if checked.verdict.finding is not Finding.GENUINE:
        return checked
    report = Report.objects.in_public().filter(sha256=checked.sha256).first()
    if report is not None:
        return Checked(checked.verdict, report.standing, report, checked.sha256)
    if Report.objects.in_public().filter(public_id=checked.verdict.serial).exists():
        return replace(checked, verdict=replace(checked.verdict, finding=Finding.TAMPERED))  # these aren't its bytes
    return checked


def _digest(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()
