"""The heads of the database and those of a directory, side by side, while the tree grows past them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from credit.ledger.heads import Extent
from credit.ledger.merkle import Frontier
from credit.ledger.models import TreeHead
from credit.ledger.rules import Head


class Notes(Protocol):
    """Where faults are noted."""

    def add(self, entry: int, code: str) -> None:
        """Note one fault."""
        ...


@dataclass(slots=True)
class Span:
    """The entries between two heads."""

    first: int = 0
    faulty: bool = False

    @property
    def starts(self) -> bool:
        """Whether no entry is in it yet."""
        return self.first == 0

    def cover(self, entry: int, *, faulty: bool) -> None:
        """One more entry; `faulty` when something is wrong with it in particular."""
        self.first = self.first or entry
        self.faulty = self.faulty or faulty


class Chain:
    """One sequence of heads, each of which must be signed, larger than the one before, and name it."""

    def __init__(
        self, heads: Iterator[Head | None], keys: Mapping[str, Ed25519PublicKey], faults: Notes, name: str
    ) -> None:
        self._heads = heads
        self._keys = keys
        self._faults = faults
        self._name = name
        self._digest: bytes | None = None
        self._skipped: set[str] = set()  # what was wrong between the last head that was taken and the next
        self.size = 0  # of the last head that was taken
        self.next: Head | None = None

    def take(self, entry: int) -> Head | None:
        """The next head, checked but for its root; `entry` is blamed."""
        head = self.next
        if head is None:
            return None
        if not head.is_signed(self._keys):
            self._faults.add(entry, f"{self._name}.signature")
        if head.previous != self._digest:
            self._faults.add(entry, f"{self._name}.chain")
        self._digest, self.size = head.digest(), head.size
        self.advance()
        return head

    def blame(self, entry: int) -> None:
        """Note what was skipped on the way to the next head."""
        for code in sorted(self._skipped):
            self._faults.add(entry, code)
        self._skipped = set()

    def advance(self) -> None:
        """To the next head that can be read and is larger."""
        self.next = None
        for head in self._heads:
            if head is None:
                self._skipped.add(f"{self._name}.malformed")
            elif head.size <= self.size:
                self._skipped.add(f"{self._name}.order")
            else:
                self.next = head
                return


class Heads:
    """All heads, compared with each other and with the tree as it grows."""

    def __init__(self, outside: Extent, keys: Mapping[str, Ed25519PublicKey], faults: Notes, *, complete: bool) -> None:
        inside = TreeHead.objects.order_by("size").iterator(chunk_size=500)
        self._inside = Chain((head.as_signed() for head in inside), keys, faults, "head")
        self._outside = Chain(_parsed(outside), keys, faults, "copy")
        self._faults = faults
        self._complete = complete
        self._diverged = False
        self._had_copies = False
        self._first_entry = 1
        self.count = 0

    def begin(self) -> None:
        """Read the first head of each side."""
        self._inside.advance()
        self._outside.advance()
        self._had_copies = self._outside.next is not None
        self._first_entry = self._inside.next.first_entry if self._inside.next else 1

    def end_at(self, frontier: Frontier, span: Span) -> bool:
        """Check the heads that end exactly here, if any; whether there were."""
        size = frontier.size
        if size not in (self._size(self._inside), self._size(self._outside)):
            return False
        self._pair(span.first, size, frontier, span)
        return True

    def finish(self, last_entry: int, span: Span) -> None:
        """After the last leaf, with the entries after the last head: no leaf without a head, no head without leaves."""
        if not span.starts and self._inside.next is None:
            self._faults.add(span.first, "leaf.unsigned")
        if self._inside.size and not self._had_copies:
            self._faults.add(self._first_entry, "copy.none")
        while self._inside.next or self._outside.next:
            heads = [head for head in (self._inside.next, self._outside.next) if head]
            nearest = min(heads, key=lambda head: head.size)
            entry = max(nearest.first_entry, last_entry + 1)
            self._faults.add(entry, "leaf.gone")
            self._pair(entry, nearest.size, None, Span())
            last_entry = entry
        self._inside.blame(max(last_entry, 1))
        self._outside.blame(max(last_entry, 1))

    def _pair(self, entry: int, size: int, frontier: Frontier | None, span: Span) -> None:
        """Take the head of `size` from both sides, compare them with each other and with the tree."""
        self._inside.blame(entry)
        self._outside.blame(entry)
        inside = self._inside.take(entry) if self._size(self._inside) == size else None
        outside = self._outside.take(entry) if self._size(self._outside) == size else None
        self.count += 1
        if inside is None:
            self._faults.add(entry, "head.missing")
        if outside is None and (self._complete or self._outside.next is not None):
            self._faults.add(entry, "copy.missing")
        if inside and outside and inside != outside:
            self._faults.add(entry, "copy.differs")
        if frontier is None or self._diverged:
            return
        root = frontier.root()
        if any(head.root != root for head in (inside, outside) if head):
            self._diverged = True
            if not span.faulty:
                self._faults.add(entry, "head.root")

    @staticmethod
    def _size(chain: Chain) -> int | None:
        return chain.next.size if chain.next else None


def _parsed(extent: Extent) -> Iterator[Head | None]:
    """The heads of the files; None for a line that is none."""
    for line in extent.lines():
        try:
            yield Head.parse(line)
        except (ValueError, RecursionError):
            yield None
