"""The key that signs tree heads, and those that check them."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Unavailable
from credit.ledger.rules import key_id_of

SEED_BYTES = 32


def signing_key() -> Ed25519PrivateKey:
    """LEDGER_KEY: base64 of a seed of 32 bytes. Raises Unavailable where it is missing or malformed."""
    try:
        seed = base64.b64decode(settings.LEDGER_KEY or "", validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if len(seed) != SEED_BYTES:
        raise Unavailable(_("The ledger's key is missing. What happened is kept, and is signed when the key is back."))
    return Ed25519PrivateKey.from_private_bytes(seed)


def checking_keys() -> Mapping[str, Ed25519PublicKey]:
    """By key id: the public half of LEDGER_KEY, and after a rotation those in LEDGER_RETIRED_KEYS (base64)."""
    texts = getattr(settings, "LEDGER_RETIRED_KEYS", ())
    retired = [Ed25519PublicKey.from_public_bytes(base64.b64decode(text)) for text in texts]
    return {key_id_of(key): key for key in [signing_key().public_key(), *retired]}
