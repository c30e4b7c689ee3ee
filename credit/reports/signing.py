"""PAdES B-B signatures (ETSI EN 319 142-1) with RSA, made with pyHanko. No key, no document.

RSA, because an ECDSA signature makes pyHanko raise the catalog's version to 2.0, which PDF/A-3 forbids. The key
and its chain are loaded once a process (loading an RSA key costs 0.3 s), and anew when a file changes.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from credit.core.errors import Unavailable

FIELD = "Signature"
REASON = "Plainmark certified report "
SMALLEST_KEY = 3072
BYTES_RESERVED = 16384
"""Hexadecimal digits kept free for the signature: a chain of three RSA-4096 certificates takes about 9000."""


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """Where the key, its certificate and the certificates above it are (PEM). `chain` may be None."""

    key: Path
    certificate: Path
    chain: Path | None = None
    passphrase: str = ""


class KeptKeySigner(Signer):
    """pyHanko's signer with the key kept open: its own SimpleSigner parses and checks the key for each signature."""

    def __init__(self, key: RSAPrivateKey, certificates: list[x509.Certificate]) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(certificates[1:])
        super().__init__(signing_cert=certificates[0], cert_registry=registry)
        self.key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """RSASSA-PKCS1-v1_5 (RFC 8017) over SHA-256."""
        if digest_algorithm != "sha256":
            raise ValueError(f"Signatures are made over SHA-256, not {digest_algorithm}.")
        return bytes(self.key.key_size // 8) if dry_run else self.key.sign(data, PKCS1v15(), SHA256())


@dataclass(frozen=True)
class LoadedSigner:
    """A key ready to sign, the name in its certificate, and the last moment of that."""

    signer: KeptKeySigner
    name: str
    not_after: datetime


def load(files: SigningFiles) -> LoadedSigner:
    """The signer in these files, cached until one of them changes. Raises Unavailable with what is wrong."""
    paths = [path for path in (files.key, files.certificate, files.chain) if path is not None]
    try:
        ages = tuple(path.stat().st_mtime_ns for path in paths)
    except OSError as error:
        raise Unavailable(f"The signing key isn't there: {error.strerror}: {error.filename}") from error
    return _load(files, ages)


def sign(pdf: bytes, signer: LoadedSigner, *, serial: str, at: datetime) -> bytes:
    """The document with one certifying signature over all of it, after which nothing may change.

    Raises Unavailable when the certificate isn't in force at `at`.
    """
    if at >= signer.not_after:
        raise Unavailable("The signing certificate has expired.")
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=REASON + serial,
        name=signer.name,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    pdf_signer = signers.PdfSigner(metadata, signer.signer, new_field_spec=fields.SigFieldSpec(FIELD))
    signed = pdf_signer.sign_pdf(writer, bytes_reserved=BYTES_RESERVED)
    return bytes(signed.getbuffer())


def certificates_in(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM or DER file. Raises OSError, ValueError."""
    return list(load_certs_from_pemder_data(path.read_bytes()))


@lru_cache(maxsize=2)
def _load(files: SigningFiles, ages: tuple[int, ...]) -> LoadedSigner:
    try:
        key = load_pem_private_key(files.key.read_bytes(), files.passphrase.encode() or None)
        certificates = certificates_in(files.certificate) + (certificates_in(files.chain) if files.chain else [])
        certificate = certificates[0]
        modulus = certificate.public_key["public_key"].parsed["modulus"].native
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        raise Unavailable(f"The signing key can't be loaded: {error}") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise Unavailable(f"The signing key must be RSA with at least {SMALLEST_KEY} bits.")
    if modulus != key.public_key().public_numbers().n:
        raise Unavailable("The signing certificate isn't that of the signing key.")
    subject = certificate.subject.native
    name = str(subject.get("common_name") or certificate.subject.human_friendly)
    return LoadedSigner(KeptKeySigner(key, certificates), name, certificate.not_valid_after)
