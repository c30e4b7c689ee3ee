"""A certificate authority and a signing certificate for demos and tests: made once, trusted by nobody else."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from credit.reports.signing import SMALLEST_KEY, SigningFiles

KEY, CERTIFICATE, AUTHORITY = "key.pem", "certificate.pem", "ca.pem"
ISSUER, SIGNER = "Plainmark development CA", "Plainmark (demonstration)"
YEARS = 5


def development_files(folder: Path) -> SigningFiles:
    """The development key under `folder`, made on the first call.

    A folder that is there but lacks its key is left as it is: a lost key is an answer, not a reason for a new one.
    """
    if not folder.exists():
        make(folder)
    return SigningFiles(folder / KEY, folder / CERTIFICATE, folder / AUTHORITY)


def make(folder: Path, *, issuer: str = ISSUER, signer: str = SIGNER) -> None:
    """Make CA, certificate and key in `folder`; whoever comes first wins. The CA's own key is not kept."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".signing-") as scratch:
        draft = Path(scratch) / "draft"
        draft.mkdir(mode=0o700)
        authority_key, key = _new_key(), _new_key()
        authority = _certificate(issuer, authority_key, issuer, authority_key, authority=True)
        certificate = _certificate(signer, key, issuer, authority_key, authority=False)
        (draft / AUTHORITY).write_bytes(authority.public_bytes(Encoding.PEM))
        (draft / CERTIFICATE).write_bytes(certificate.public_bytes(Encoding.PEM))
        (draft / KEY).touch(mode=0o600)
        (draft / KEY).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        try:
            os.rename(draft, folder)
        except OSError:
            if not folder.exists():
                raise


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=SMALLEST_KEY)


def _name(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Plainmark"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def _certificate(
    name: str, key: RSAPrivateKey, issuer: str, issuer_key: RSAPrivateKey, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )
