"""The journal and the Merkle tree over it. Everything here is only ever added to.

An Entry says that something of a kind happened at a moment, and commits to what it was:
SHA-256(salt ‖ canonical JSON). What it was stands in its Opening, which the database's owner may erase
(a right of the person it is about) without harm to the tree. A Leaf gives a committed entry its place,
a TreeHead signs all leaves before it.
"""

import json
from typing import Any, Self

from django.db import models
from django.db.models import Q

from credit.ledger.rules import Head, moment


class EntryQuerySet(models.QuerySet["Entry"]):
    """What the audit pages and the check ask of the journal."""

    def pending(self) -> Self:
        """Entries that wait for a leaf."""
        return self.filter(waiting__isnull=False)

    def latest_of(self, kind: str, limit: int) -> Self:
        """The newest entries of one kind, with their openings."""
        return self.filter(kind=kind).select_related("opening").order_by("-pk")[:limit]


class Entry(models.Model):
    """One thing that happened. `commitment` is 32 bytes."""

    append_only = True

    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    commitment = models.BinaryField(max_length=32)

    objects = EntryQuerySet.as_manager()

    class Meta:
        db_table = "ledger_entry"
        constraints = [
            models.CheckConstraint(
                name="entry_kind_is_plain", condition=Q(kind__regex=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$")
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="entry_by_kind")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"

    def told(self) -> dict[str, Any]:
        """What its opening says: at, kind, by, about and facts; without an opening only the first two."""
        told: dict[str, Any] = {"at": self.at, "kind": self.kind}
        if hasattr(self, "opening"):
            body = json.loads(self.opening.body)
            told |= {"by": body["by"], "about": body["about"], "facts": body["facts"]}
        return told


class Opening(models.Model):
    """What an entry's commitment hides: its salt and the exact text that was hashed."""

    append_only = True

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="opening")
    salt = models.BinaryField(max_length=32)
    body = models.TextField()

    class Meta:
        db_table = "ledger_opening"

    def __str__(self) -> str:
        return f"opening of {self.entry_id}"


class Pending(models.Model):
    """The queue of entries that wait for a leaf. Only a hint of where to look: verify checks it against the entries."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="waiting")

    class Meta:
        db_table = "ledger_pending"

    def __str__(self) -> str:
        return f"{self.entry_id} waits"


class Leaf(models.Model):
    """The place of an entry in the tree, from 0 without a gap. `hash` is RFC 9162's leaf hash."""

    append_only = True

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "ledger_leaf"
        constraints = [models.CheckConstraint(name="leaf_index_from_zero", condition=Q(index__gte=0))]

    def __str__(self) -> str:
        return f"leaf {self.index}"


class TreeHeadQuerySet(models.QuerySet["TreeHead"]):
    """Signed heads, by size."""

    def newest_first(self) -> Self:
        """The latest head first."""
        return self.order_by("-size")

    def oldest_first(self) -> Self:
        """As they were signed."""
        return self.order_by("size")


class TreeHead(models.Model):
    """The signed root of the tree at one size.

    `frontier`: the roots of the perfect subtrees along the right edge, 32 bytes each, left to right; sealing
    goes on from it. `previous`: SHA-256 of the line of the head before. `first_entry`: the first entry that
    this head added.
    """

    append_only = True

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    first_entry = models.BigIntegerField()
    previous = models.BinaryField(max_length=32, null=True)
    frontier = models.BinaryField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    objects = TreeHeadQuerySet.as_manager()

    class Meta:
        db_table = "ledger_treehead"
        constraints = [models.CheckConstraint(name="head_covers_something", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return f"head of {self.size}"

    def as_signed(self) -> Head:
        """As it is signed and printed."""
        return Head(
            self.size,
            bytes(self.root),
            moment(self.at),
            self.first_entry,
            None if self.previous is None else bytes(self.previous),
            self.key_id,
            bytes(self.signature),
        )
