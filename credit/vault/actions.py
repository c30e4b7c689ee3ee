"""What may not be read in the database goes through here: identifiers and blobs, under one wrapped data key."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from credit.core import crypto
from credit.core.errors import Unavailable
from credit.vault.models import DataKey


def encrypt_identifier(kind: str, value: str) -> bytes:
    """AES-SIV of a normalised identifier: the same kind and value give the same token. Raises Unavailable."""
    return _ciphers().encrypt_identifier(kind, value)


def identifier_cipher() -> Callable[[str, str], bytes]:
    """`encrypt_identifier` for many: what it needs is looked up once. Raises Unavailable."""
    return _ciphers().encrypt_identifier


def decrypt_identifier(kind: str, token: bytes) -> str:
    """The identifier in a token. Raises crypto.WrongKey, Unavailable."""
    return _ciphers().decrypt_identifier(kind, bytes(token))


def identifier_reader() -> Callable[[str, bytes], str]:
    """`decrypt_identifier` for many: what it needs is looked up once. Raises Unavailable."""
    return _ciphers().decrypt_identifier


def seal(data: bytes, *, context: str) -> bytes:
    """AES-GCM of a blob, bound to its context (what it is, and of what). Raises Unavailable."""
    return crypto.seal(_ciphers().blobs, data, context=context)


def open_sealed(token: bytes, *, context: str) -> bytes:
    """What `seal` was given. Raises crypto.WrongKey, Unavailable."""
    return crypto.open_sealed(_ciphers().blobs, bytes(token), context=context)


def make_data_key(*, now: datetime) -> None:
    """The data key of a new database; does nothing where there is one. `migrate` calls it.

    Never made on first use: a key from a transaction that rolled back would seal what nobody can open.
    """
    try:
        with transaction.atomic():
            if not DataKey.objects.filter(current=True).exists():
                wrapped = crypto.wrap(os.urandom(crypto.KEY_BYTES), crypto.read_keys(settings.FIELD_KEYS))
                DataKey.objects.create(wrapped=wrapped, created_at=now)
    except IntegrityError:
        pass  # another process was first


def _ciphers() -> crypto.Ciphers:
    return _unwrap(_wrapped(connection.settings_dict["NAME"]), settings.FIELD_KEYS)


@lru_cache(maxsize=4)
def _wrapped(database: str) -> bytes:
    """The wrapped key in force, read once a process and database."""
    wrapped = DataKey.objects.filter(current=True).values_list("wrapped", flat=True).first()
    if wrapped is None:
        raise Unavailable(f'Database "{database}" has no data key yet. Run manage.py migrate.')
    return bytes(wrapped)


@lru_cache(maxsize=4)
def _unwrap(wrapped: bytes, field_keys: str) -> crypto.Ciphers:
    try:
        return crypto.Ciphers.of(crypto.unwrap(wrapped, crypto.read_keys(field_keys)))
    except (crypto.WrongKey, ValueError) as error:
        raise Unavailable(f"FIELD_KEYS doesn't open the data key of this database: {error}") from error
