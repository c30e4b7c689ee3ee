"""With which key reports are signed, and which certificates are trusted: the settings SIGNING_*.

- SIGNING_KEY, SIGNING_CERTIFICATE: PEM files; SIGNING_PASSPHRASE opens the key, SIGNING_CHAIN holds what is above
  the certificate. In demo mode, without SIGNING_KEY, a development key is made under DATA_DIR/signing, once.
- SIGNING_TRUST: PEM file of the certificates that a report may lead to; by default those of SIGNING_CHAIN, or the
  signing certificate itself. Keep retired authorities in it, so that older reports stay checkable.
"""

from pathlib import Path

from asn1crypto import x509
from django.conf import settings

from credit.core.errors import Unavailable
from credit.reports import signing
from credit.reports.development import development_files

FOLDER = "signing"


def signing_files(*, may_make: bool = False) -> signing.SigningFiles:
    """Where the signing key is. Raises Unavailable when none is configured, or a development key was lost.

    `may_make`: whether a first development key may be made. Not when reports have been issued: a new authority
    would make all of them look forged.
    """
    if settings.SIGNING_KEY:
        if not settings.SIGNING_CERTIFICATE:
            raise Unavailable("SIGNING_KEY is set, but SIGNING_CERTIFICATE isn't.")
        chain = Path(settings.SIGNING_CHAIN) if settings.SIGNING_CHAIN else None
        key, certificate = Path(settings.SIGNING_KEY), Path(settings.SIGNING_CERTIFICATE)
        return signing.SigningFiles(key, certificate, chain, settings.SIGNING_PASSPHRASE)
    if settings.MODE != "demo":
        raise Unavailable("SIGNING_KEY isn't set: no report can be signed.")
    folder = Path(settings.DATA_DIR) / FOLDER
    if not folder.exists() and not may_make:
        raise Unavailable(f"The signing key isn't there: {folder} is gone.")
    return development_files(folder)


def signer(*, may_make: bool = False) -> signing.LoadedSigner:
    """The key, ready to sign. Raises Unavailable."""
    return signing.load(signing_files(may_make=may_make))


def trusted(*, may_make: bool = False) -> list[x509.Certificate]:
    """The certificates that a genuine report leads to. `may_make` as in `signing_files`. Raises Unavailable."""
    try:
        if trust := getattr(settings, "SIGNING_TRUST", ""):
            return signing.certificates_in(Path(trust))
        files = signing_files(may_make=may_make)
        chain = signing.certificates_in(files.chain) if files.chain else []
        return chain or signing.certificates_in(files.certificate)[:1]
    except (OSError, ValueError) as error:
        raise Unavailable(f"The trusted certificates can't be read: {error}") from error
