"""Is this PDF genuine? From the file and a trusted certificate alone: no database, no network.

Genuine is: one signature, by a certificate that leads to a trusted one, whole, over every byte of the file. The
signing time is the signer's own statement; certificates are judged as of that moment, so that a report stays
checkable after its certificate has run out.
"""

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from credit.reports.container import certificates_are_sound, is_as_written
from credit.reports.signing import REASON

SERIAL = re.compile(re.escape(REASON) + r"([0-9A-Z-]{4,40})")
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

for _chatty in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)


class Finding(StrEnum):
    """What the check of a file found."""

    GENUINE = "genuine"
    TAMPERED = "tampered"  # or damaged on its way: signed once, or unreadable
    UNTRUSTED = "untrusted"
    UNSIGNED = "unsigned"
    NOT_PDF = "not-a-pdf"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file says of itself, and whether it is true. Serial, time and signer count only where `valid`."""

    finding: Finding
    serial: str | None = None
    signed_at: datetime | None = None
    signer: str | None = None

    @property
    def valid(self) -> bool:
        """Whether this is a report as it was signed, by somebody whom we trust."""
        return self.finding is Finding.GENUINE

    @property
    def tampered(self) -> bool:
        """Whether it was changed after somebody had signed it."""
        return self.finding is Finding.TAMPERED


def check(pdf: bytes, trust: Sequence[x509.Certificate]) -> Verdict:
    """Judge the bytes of a file; never raises on what is in them."""
    if b"%PDF-" not in pdf[:1024]:
        return Verdict(Finding.NOT_PDF)
    try:
        signatures = list(PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures)
        if signatures:
            return _judge(pdf, signatures, trust)
    except Exception:  # noqa: BLE001  # a damaged or hostile file may fail anywhere in the parser: an answer too
        return Verdict(Finding.TAMPERED)
    return Verdict(Finding.TAMPERED if b"/ByteRange" in pdf else Finding.UNSIGNED)


def _judge(pdf: bytes, signatures: list[EmbeddedPdfSignature], trust: Sequence[x509.Certificate]) -> Verdict:
    signature = signatures[0]
    signed_at = _utc(signature.self_reported_timestamp)
    context = ValidationContext(
        trust_roots=list(trust), moment=signed_at, allow_fetching=False, revocation_mode="soft-fail"
    )
    status = validate_pdf_signature(signature, context, key_usage_settings=USAGE)
    verdict = Verdict(Finding.TAMPERED, _serial(signature), signed_at, _name(signature.signer_cert))
    whole = (
        len(signatures) == 1
        and is_as_written(pdf, signature)
        and status.intact
        and status.valid
        and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level is ModificationLevel.NONE
        and (not status.trusted or certificates_are_sound(signature, trust))
    )
    if not whole:
        return verdict
    trusted = status.trusted and status.bottom_line and verdict.serial is not None
    return replace(verdict, finding=Finding.GENUINE if trusted else Finding.UNTRUSTED)


def _serial(signature: EmbeddedPdfSignature) -> str | None:
    found = SERIAL.fullmatch(str(signature.sig_object.get("/Reason", "")))
    return found.group(1) if found else None


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment is not None else None
