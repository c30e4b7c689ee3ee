"""The check of the whole ledger: one pass over the leaves, in bounded memory, against all heads.

The database is not trusted: whoever owns it can switch off triggers and rewrite rows. What can't be rewritten
without the signing key is the root over all leaves; what can't be taken back even with it are the heads that
were copied outside.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from django.db import DatabaseError, connection, transaction

from credit.ledger import rules
from credit.ledger.heads import Extent
from credit.ledger.headstream import Heads, Span
from credit.ledger.keys import checking_keys
from credit.ledger.merkle import Frontier, leaf_hash

LOCK = 0x706C_6D6B  # of the advisory lock that sealing holds
CHUNK = 2_000
FAULTS_TOLD = 20

_AT = """to_char({0}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
LEAVES = f"""
    SELECT l.index, l.hash, l.entry_id, e.id, {_AT.format("e")}, e.kind, e.commitment, o.salt, o.body
    FROM ledger_leaf l
    LEFT JOIN ledger_entry e ON e.id = l.entry_id
    LEFT JOIN ledger_opening o ON o.entry_id = e.id
    ORDER BY l.index
"""  # noqa: S608
UNSEALED = f"""
    SELECT e.id, {_AT.format("e")}, e.kind, e.commitment, o.salt, o.body, p.entry_id IS NOT NULL
    FROM ledger_entry e
    LEFT JOIN ledger_opening o ON o.entry_id = e.id
    LEFT JOIN ledger_pending p ON p.entry_id = e.id
    WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)
    ORDER BY e.id
"""  # noqa: S608


class Fault(TypedDict):
    """One thing that is wrong. `entry`: the entry, or the first of those among which it is."""

    entry: int
    code: str


class Findings(TypedDict):
    """What a check found. `root` is hex; `first_bad` an entry's id; `erased` counts openings that were erased."""

    entries: int
    pending: int
    size: int
    root: str
    ok: bool
    first_bad: int | None
    erased: int
    heads: int
    faults: list[Fault]
    more_faults: NotRequired[int]


@dataclass(slots=True)
class Faults:
    """All faults are counted, the first few are told."""

    told: list[Fault] = field(default_factory=list)
    count: int = 0
    first: int | None = None

    def add(self, entry: int, code: str) -> None:
        """Note one fault."""
        self.count += 1
        self.first = entry if self.first is None else min(self.first, entry)
        if len(self.told) < FAULTS_TOLD:
            self.told.append({"entry": entry, "code": code})


def check(heads_dir: Path, *, complete: bool) -> Findings:
    """Check everything. `complete`: `heads_dir` must hold the newest heads too, and not only be an older copy."""
    with _snapshot() as let_go:
        outside = Extent.of(heads_dir)
        let_go()
        faults = Faults()
        heads = Heads(outside, checking_keys(), faults, complete=complete)
        walk = Walk(faults, heads)
        pending = 0
        try:
            heads.begin()
            for row in _rows(LEAVES):
                walk.leaf(row)
            heads.finish(walk.last_entry, walk.span)
            for row in _rows(UNSEALED):
                pending += 1
                _check_unsealed(row, faults)
        except DatabaseError:  # a table or a column is gone, or holds what no clock shows
            faults.add(walk.last_entry + 1, "rows.unreadable")
    findings: Findings = {
        "entries": walk.entries + pending,
        "pending": pending,
        "size": walk.frontier.size,
        "root": walk.frontier.root().hex(),
        "ok": faults.count == 0,
        "first_bad": faults.first,
        "erased": walk.erased,
        "heads": heads.count,
        "faults": faults.told,
    }
    if faults.count > len(faults.told):
        findings["more_faults"] = faults.count - len(faults.told)
    return findings


@dataclass(slots=True)
class Walk:
    """From leaf to leaf, growing the tree."""

    faults: Faults
    heads: Heads
    frontier: Frontier = field(default_factory=Frontier)
    entries: int = 0
    erased: int = 0
    last_entry: int = 0
    next_index: int = 0
    span: Span = field(default_factory=Span)

    def leaf(self, row: tuple[Any, ...]) -> None:
        """Check one leaf with its entry and opening, and the heads that end with it."""
        index, stored, leaf_entry, entry, at, kind, commitment, salt, body = row
        before = self.faults.count
        if index != self.next_index:
            vanished = self.last_entry + 1
            self.faults.add(vanished if vanished < leaf_entry else leaf_entry, "leaf.missing")
        self.next_index = index + 1
        if leaf_entry <= self.last_entry and not self.span.starts:
            self.faults.add(leaf_entry, "leaf.order")
        if entry is None:
            self.faults.add(leaf_entry, "entry.missing")
            computed = bytes(stored)
        else:
            self.entries += 1
            computed = leaf_hash(rules.leaf_data(entry, at, kind, bytes(commitment)))
            if computed != stored:
                self.faults.add(entry, "entry.changed")
            if body is None:
                self.erased += 1
            elif not _opens(bytes(commitment), at, kind, salt, body):
                self.faults.add(entry, "opening.changed")
        self.last_entry = leaf_entry
        self.span.cover(leaf_entry, faulty=self.faults.count > before)
        self.frontier.append(computed)
        if self.heads.end_at(self.frontier, self.span):
            self.span = Span()


def _opens(commitment: bytes, at: str | None, kind: str, salt: Any, body: str) -> bool:
    """Whether salt and body give the commitment, and say the entry's own time and kind."""
    said = f'"at":"{at}"' in body and f'"kind":"{kind}"' in body
    return said and rules.commitment_of(bytes(salt), body) == commitment


def _check_unsealed(row: tuple[Any, ...], faults: Faults) -> None:
    """An entry without a leaf must be whole and must wait for one."""
    entry, at, kind, commitment, salt, body, waits = row
    if not waits:
        faults.add(entry, "entry.unqueued")
    if body is None:
        faults.add(entry, "opening.missing")
    elif not _opens(bytes(commitment), at, kind, salt, body):
        faults.add(entry, "opening.changed")


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


@contextmanager
def _snapshot() -> Iterator[Any]:
    """One read-only snapshot, taken while no head is between database and disk; call what it yields to let go of that.

    Inside a caller's transaction that transaction is what is checked.
    """
    if connection.in_atomic_block:
        yield lambda: None
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        held = True

        def let_go() -> None:
            nonlocal held
            if held:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])
                held = False

        try:
            with transaction.atomic():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT count(*) FROM ledger_pending")
                yield let_go
        finally:
            let_go()
