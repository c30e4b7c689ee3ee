"""The one part of a signed file that its signature can't cover: the container that holds the signature itself.

What stands there must be as we write it, to the bit, so that no change of a report goes unnoticed, and nothing hides.
"""

from collections.abc import Iterable, Sequence

from asn1crypto import cms, x509
from asn1crypto.parser import peek
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_der_x509_certificate
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def is_as_written(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether it is one signature in upper-case hexadecimal digits and then zeros, and says only what ours say.

    Raises ValueError, TypeError for what isn't ASN.1.
    """
    _start, begins, ends, _length = signature.byte_range
    container = bytes(signature.pkcs7_content)
    length = peek(container)
    if pdf[begins:ends] != b"<" + container.hex().upper().encode() + b">" or any(container[length:]):
        return False
    found = cms.ContentInfo.load(container[:length], strict=True)
    whole = found.dump(force=True) == container[:length]  # parses all of it, and writes it anew
    return whole and _has_our_frame(found["content"])


def certificates_are_sound(signature: EmbeddedPdfSignature, trust: Iterable[x509.Certificate]) -> bool:
    """Whether each certificate beside the signer's own is signed by another there, or by a trusted one.

    The signer's own is covered by a signed attribute; those above it are not.
    """
    own = signature.signer_cert.dump()
    there = [item.chosen.dump() for item in signature.signed_data["certificates"]]
    issuers = [load_der_x509_certificate(der) for der in (*there, *(one.dump() for one in trust))]
    return all(_issued_by_one_of(issuers, load_der_x509_certificate(der)) for der in there if der != own)


def _has_our_frame(signed: cms.SignedData) -> bool:
    """Whether the few words that stand outside of what is signed are those of a signature over SHA-256."""
    versions = {signed["version"].native, *(signer["version"].native for signer in signed["signer_infos"])}
    return versions == {"v1"} and [digest["algorithm"].native for digest in signed["digest_algorithms"]] == ["sha256"]


def _issued_by_one_of(issuers: Sequence[Certificate], certificate: Certificate) -> bool:
    for issuer in issuers:
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False
