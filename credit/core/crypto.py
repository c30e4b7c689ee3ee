"""Encryption of what must not be read in the database: identifiers (AES-SIV) and blobs (AES-GCM).

AES-SIV (RFC 5297) is deterministic, so that an encrypted identifier can be looked up; the kind of the identifier
is its associated data. Blobs get a random nonce (NIST SP 800-38D, 96 bits). Data keys are wrapped with AES-GCM
under the keys in FIELD_KEYS: the first wraps, each may unwrap.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"


class WrongKey(Exception):
    """None of the keys opens this."""


def read_keys(text: str) -> tuple[bytes, ...]:
    """FIELD_KEYS: one or more base64 keys of 32 bytes, separated by commas, the newest first. Raises ValueError."""
    keys = tuple(base64.b64decode(part, validate=True) for part in text.replace(" ", "").split(",") if part)
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("FIELD_KEYS must hold base64 keys of 32 bytes, separated by commas.")
    return keys


def new_key() -> str:
    """A fresh random key of 32 bytes, as base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def derive(key: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand (RFC 5869) with SHA-256: up to 64 bytes bound to a label."""
    first = hmac.digest(key, label.encode() + b"\x01", hashlib.sha256)
    second = hmac.digest(key, first + label.encode() + b"\x02", hashlib.sha256)
    return (first + second)[:length]


def seal(key: bytes, data: bytes, *, context: str) -> bytes:
    """version ‖ nonce ‖ AES-GCM(data), bound to its context."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def open_sealed(key: bytes, token: bytes, *, context: str) -> bytes:
    """What `seal` was given. Raises WrongKey when key, context or bytes differ."""
    if token[:1] != VERSION:
        raise WrongKey("Not sealed by this version.")
    try:
        return AESGCM(key).decrypt(token[1 : 1 + NONCE_BYTES], token[1 + NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise WrongKey("The key, the context or the bytes are not those that it was sealed with.") from error


def wrap(data_key: bytes, wrapping_keys: Sequence[bytes]) -> bytes:
    """A data key under the newest wrapping key."""
    return seal(wrapping_keys[0], data_key, context="data-key")


def unwrap(wrapped: bytes, wrapping_keys: Sequence[bytes]) -> bytes:
    """The data key, by whichever wrapping key opens it. Raises WrongKey."""
    for key in wrapping_keys:
        try:
            return open_sealed(key, wrapped, context="data-key")
        except WrongKey:
            continue
    raise WrongKey("No key in FIELD_KEYS opens the data key.")


@dataclass(frozen=True, slots=True)
class Ciphers:
    """The two uses of one data key. Both derived keys are bound to their use."""

    columns: AESSIV
    blobs: bytes

    @classmethod
    def of(cls, data_key: bytes) -> Self:
        """From a data key of 32 bytes."""
        return cls(AESSIV(derive(data_key, "columns", 64)), derive(data_key, "blobs", KEY_BYTES))

    def encrypt_identifier(self, kind: str, value: str) -> bytes:
        """Deterministic: the same kind and value give the same token."""
        return self.columns.encrypt(value.encode(), [kind.encode()])

    def decrypt_identifier(self, kind: str, token: bytes) -> str:
        """Raises WrongKey when the token isn't one of this key and kind."""
        try:
            return self.columns.decrypt(token, [kind.encode()]).decode()
        except InvalidTag as error:
            raise WrongKey("Not an identifier of this kind and key.") from error
