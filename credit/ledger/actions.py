"""What others ask of the ledger: note what happened, seal it, check it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Unavailable
from credit.ledger import heads, rules
from credit.ledger.keys import signing_key
from credit.ledger.merkle import Frontier, leaf_hash
from credit.ledger.models import Entry, Leaf, Pending, TreeHead
from credit.ledger.rules import Fact
from credit.ledger.verification import LOCK, Findings, check

SALT_BYTES = 32
SEALED_AT_ONCE = 20_000  # entries a head; bounds the memory of one sealing


WRITE = """
    WITH entry AS (INSERT INTO ledger_entry (at, kind, commitment) VALUES (%s, %s, %s) RETURNING id),
    opening AS (INSERT INTO ledger_opening (entry_id, salt, body) SELECT id, %s, %s FROM entry)
    INSERT INTO ledger_pending (entry_id) SELECT id FROM entry RETURNING entry_id
"""
"""An entry, its opening and its place in the queue in one statement: one way to the database instead of three."""


class HasPublicId(Protocol):
    """Anything that an entry can be about, or by."""

    @property
    def public_id(self) -> str:
        """Random, short, says nothing."""
        ...


def note(kind: str, *, by: HasPublicId | str, about: HasPublicId | None, at: datetime, **facts: Fact) -> Entry:
    """Write one entry, inside the caller's transaction.

    `kind`: "dispute.decided". `facts`: text, whole numbers, yes/no, None, lists of text or numbers;
    never identifiers, names, or what somebody wrote. Raises ValueError and TypeError for anything else.
    """
    who = by if isinstance(by, str) else by.public_id
    thing = (_kind_of(about), about.public_id) if about is not None else None
    body = rules.body_of(kind, by=who, about=thing, at=at, facts=facts)
    salt = secrets.token_bytes(SALT_BYTES)
    commitment = rules.commitment_of(salt, body)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [at, kind, commitment, salt, body])
        (number,) = cursor.fetchone()
    entry = Entry(id=number, at=at, kind=kind, commitment=commitment)
    entry._state.adding, entry._state.db = False, connection.alias
    return entry


def seal(*, now: datetime) -> TreeHead | None:
    """Give every committed entry its leaf and sign the tree; the newest head, or None when nothing waited.

    Sealings wait for each other. The head also goes to DATA_DIR/heads, with what a crash kept from going there.
    Raises Unavailable when LEDGER_KEY is missing or the last head doesn't fit its own tree.
    """
    newest: TreeHead | None = None
    with _alone():
        while head := _grow(now):
            newest = head
        transaction.on_commit(_append_heads)
    return newest


def verify(heads_dir: Path | None = None) -> Findings:
    """Recompute every commitment, every leaf and the tree, against every head here and in `heads_dir`.

    None: DATA_DIR/heads, which must hold every head. Another directory may be an older copy: it must hold
    every head up to its last. Raises Unavailable without LEDGER_KEY.
    """
    own = heads.own_directory()
    return check(heads_dir or own, complete=heads_dir is None or heads_dir.resolve() == own.resolve())


@transaction.atomic
def _grow(now: datetime) -> TreeHead | None:
    """One head over the next entries that wait, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    waiting = Entry.objects.filter(waiting__isnull=False, leaf__isnull=True).order_by("pk")[:SEALED_AT_ONCE]
    entries = list(waiting)
    if not entries:
        return None
    key = signing_key()
    last = TreeHead.objects.order_by("-size").first()
    frontier = _frontier_of(last)
    leaves = []
    for entry in entries:
        data = rules.leaf_data(entry.pk, rules.moment(entry.at), entry.kind, bytes(entry.commitment))
        digest = leaf_hash(data)
        leaves.append(Leaf(index=frontier.size, entry=entry, hash=digest))
        frontier.append(digest)
    Leaf.objects.bulk_create(leaves, batch_size=5000)
    Pending.objects.filter(entry__in=entries).delete()
    head = rules.Head(
        size=frontier.size,
        root=frontier.root(),
        at=rules.moment(now),
        first_entry=entries[0].pk,
        previous=last.as_signed().digest() if last else None,
        key_id=rules.key_id_of(key.public_key()),
    ).signed_by(key)
    return TreeHead.objects.create(
        size=head.size,
        root=head.root,
        at=now,
        first_entry=head.first_entry,
        previous=head.previous,
        frontier=frontier.to_bytes(),
        key_id=head.key_id,
        signature=head.signature,
    )


def _frontier_of(last: TreeHead | None) -> Frontier:
    """The tree as the last head left it. Raises Unavailable when that head is damaged."""
    if last is None:
        return Frontier()
    try:
        frontier = Frontier.from_bytes(last.size, bytes(last.frontier))
    except ValueError:
        frontier = Frontier()
    if frontier.root() != bytes(last.root):
        raise Unavailable(_("The ledger's last head is damaged; nothing is sealed on it. Run verify_ledger."))
    return frontier


def _append_heads() -> None:
    """Append to DATA_DIR/heads what is newer than the newest there."""
    directory = heads.own_directory()
    last = heads.last_of(directory)
    missing = TreeHead.objects.filter(size__gt=last.size if last else 0).order_by("size")
    if missing.exists():
        heads.append(directory, (head.as_signed() for head in missing.iterator()))


@contextmanager
def _alone() -> Iterator[None]:
    """One sealing at a time, from its first query until its head is on disk.

    Inside a caller's transaction the lock of the transaction does, and lasts until that ends.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _kind_of(thing: HasPublicId) -> str:
    """What sort of thing it is: a model's own name."""
    return thing._meta.model_name or "" if isinstance(thing, models.Model) else type(thing).__name__.lower()
