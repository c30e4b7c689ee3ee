"""How the ledger writes things down, so that anybody can recompute them. Pure.

- a moment: "2026-11-23T04:00:00.000000Z"
- a body: canonical JSON (keys sorted, no spaces, UTF-8, no floats) of about, at, by, facts, kind
- a commitment: SHA-256(salt ‖ body)
- a leaf's data: canonical JSON of at, commitment (hex), id, kind
- a head's line: canonical JSON of at, first_entry, format, key, previous, root, size and signature;
  the signature (Ed25519, RFC 8032) is over the same line without "signature"
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Fact = str | int | bool | None | list[str] | list[int]

HEAD_FORMAT = "plainmark-tree-head/1"
KIND = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")
HEAD_FIELDS = {"at", "first_entry", "format", "key", "previous", "root", "signature", "size"}


def canonical(document: Mapping[str, Any]) -> str:
    """One text for one document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def moment(at: datetime) -> str:
    """A moment in UTC to the microsecond. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a moment must say its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def body_of(kind: str, *, by: str, about: tuple[str, str] | None, at: datetime, facts: Mapping[str, Fact]) -> str:
    """The text that an entry commits to. `about`: what sort of thing, and its public id.

    Raises ValueError for a kind that isn't plain, TypeError for a fact that isn't plain data.
    """
    if not KIND.fullmatch(kind):
        raise ValueError(f"not a plain kind of entry: {kind!r}")
    for name, fact in facts.items():
        for item in fact if isinstance(fact, list) else [fact]:
            if item is not None and not isinstance(item, str | int):
                raise TypeError(f"{name} is {type(item).__name__}; the ledger takes text, whole numbers, yes and no")
    thing = {"kind": about[0], "id": about[1]} if about else None
    return canonical({"about": thing, "at": moment(at), "by": by, "facts": dict(facts), "kind": kind})


def commitment_of(salt: bytes, body: str) -> bytes:
    """SHA-256(salt ‖ body)."""
    return hashlib.sha256(salt + body.encode()).digest()


def leaf_data(entry_id: int, at: str, kind: str, commitment: bytes) -> bytes:
    """What a leaf hashes; `at` as `moment` writes it. The same bytes as `canonical` would give, only faster."""
    return f'{{"at":"{at}","commitment":"{commitment.hex()}","id":{entry_id},"kind":"{kind}"}}'.encode()


def key_id_of(key: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Head:
    """A signed tree head. `previous` is the digest of the head before, None for the first."""

    size: int
    root: bytes
    at: str
    first_entry: int
    previous: bytes | None
    key_id: str
    signature: bytes = b""

    def _document(self) -> dict[str, Any]:
        return {
            "format": HEAD_FORMAT,
            "size": self.size,
            "root": self.root.hex(),
            "at": self.at,
            "first_entry": self.first_entry,
            "previous": self.previous.hex() if self.previous is not None else None,
            "key": self.key_id,
        }

    def line(self) -> str:
        """The head as one line of NDJSON, without the line's end."""
        return canonical(self._document() | {"signature": self.signature.hex()})

    def digest(self) -> bytes:
        """SHA-256 of its line."""
        return hashlib.sha256(self.line().encode()).digest()

    def signed_by(self, key: Ed25519PrivateKey) -> Self:
        """The same head with its signature."""
        return type(self)(
            self.size,
            self.root,
            self.at,
            self.first_entry,
            self.previous,
            self.key_id,
            key.sign(canonical(self._document()).encode()),
        )

    def is_signed(self, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether one of the known keys signed exactly this."""
        key = keys.get(self.key_id)
        if key is None:
            return False
        try:
            key.verify(self.signature, canonical(self._document()).encode())
        except InvalidSignature:
            return False
        return True

    @classmethod
    def parse(cls, line: str) -> Self:
        """A head from its line. Raises ValueError unless the line is exactly what `line` writes."""
        document = json.loads(line)
        if not isinstance(document, dict) or set(document) != HEAD_FIELDS:
            raise ValueError("not a tree head")
        try:
            previous = document["previous"]
            head = cls(
                document["size"],
                bytes.fromhex(document["root"]),
                document["at"],
                document["first_entry"],
                None if previous is None else bytes.fromhex(previous),
                document["key"],
                bytes.fromhex(document["signature"]),
            )
        except TypeError as error:
            raise ValueError("not a tree head") from error
        if type(head.size) is not int or head.line() != line:
            raise ValueError("not a tree head as the ledger writes it")
        return head
