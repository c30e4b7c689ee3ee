"""Published schemes are signed, and anyone can check one: the signature is of the file's bytes, with nothing added."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credit.ledger.keys import checking_keys, signing_key
from credit.ledger.rules import key_id_of
from credit.scoring.models import Scheme, SchemeSignature
from credit.scoring.schemefile import read_scheme
from credit.scoring.strictjson import Malformed


def sign(scheme: Scheme, *, now: datetime) -> Scheme:
    """Sign a scheme's text, unless it is signed already; returns the scheme. Raises Unavailable without a key."""
    if not SchemeSignature.objects.filter(scheme=scheme).exists():
        key = signing_key()
        SchemeSignature.objects.create(
            scheme=scheme,
            key_id=key_id_of(key.public_key()),
            signature=key.sign(scheme.text.encode()),
            signed_at=now,
        )
    return scheme


def faults_of(scheme: Scheme, keys: Mapping[str, Ed25519PublicKey] | None = None) -> list[str]:
    """What is wrong with a published scheme as it is kept: "unsigned", "key", "signature", "sha256", "document".

    Nothing where the text is what was signed, and says what the portal marks by. `keys`: None for the portal's own.
    """
    found = _signature_faults(scheme, checking_keys() if keys is None else keys)
    if hashlib.sha256(scheme.text.encode()).hexdigest() != scheme.sha256:
        found.append("sha256")
    try:
        file = read_scheme(scheme.text.encode())
    except Malformed:
        return [*found, "document"]
    said = (file.tree, file.in_force_from, file.tree["code"], file.tree["version"])
    if said != (scheme.document, scheme.in_force_from, scheme.code, scheme.version):
        found.append("document")
    return found


def _signature_faults(scheme: Scheme, keys: Mapping[str, Ed25519PublicKey]) -> list[str]:
    signed = SchemeSignature.objects.filter(scheme=scheme).first()
    if signed is None:
        return ["unsigned"]
    key = keys.get(signed.key_id)
    if key is None:
        return ["key"]
    try:
        key.verify(bytes(signed.signature), scheme.text.encode())
    except InvalidSignature:
        return ["signature"]
    return []


def public_key(signed: SchemeSignature) -> bytes | None:
    """The key that checks a signature, as PEM; None where the portal doesn't know it any more."""
    key = checking_keys().get(signed.key_id)
    return None if key is None else key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
