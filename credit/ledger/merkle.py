"""Merkle trees as RFC 9162 (section 2.1) defines them: pure, over SHA-256.

Hashes are 32 bytes. `Frontier` grows a tree leaf by leaf in constant memory; the other functions take the
whole list of leaf hashes, and are for proofs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A growing tree: its size, and the roots of the perfect subtrees along its right edge, left to right."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Self:
        """What `to_bytes` gave. Raises ValueError when there are not as many nodes as the size has one-bits."""
        nodes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        if size < 0 or len(data) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} nodes on its edge")
        return cls(size, nodes)

    def to_bytes(self) -> bytes:
        """The nodes, one after the other."""
        return b"".join(self.nodes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carry = self.size
        while carry & 1:
            leaf = node_hash(self.nodes.pop(), leaf)
            carry >>= 1
        self.nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root at this size; the empty tree's is SHA-256 of nothing."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one leaf, from the leaf up (section 2.1.3.1). Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof: list[bytes] = []
    while len(leaves) > 1:
        split = _split(len(leaves))
        if index < split:
            proof.append(root_of(leaves[split:]))
            leaves = leaves[:split]
        else:
            proof.append(root_of(leaves[:split]))
            leaves, index = leaves[split:], index - split
    return proof[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` is at `index` of the tree of `size` with `root` (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(step, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """That the first `old_size` leaves are a prefix of all (section 2.1.4.1). Raises ValueError."""
    if not 0 < old_size <= len(leaves):
        raise ValueError(old_size)
    proof: list[bytes] = []
    whole = True
    while old_size < len(leaves):
        split = _split(len(leaves))
        if old_size <= split:
            proof.append(root_of(leaves[split:]))
            leaves = leaves[:split]
        else:
            proof.append(root_of(leaves[:split]))
            leaves, old_size, whole = leaves[split:], old_size - split, False
    if not whole:
        proof.append(root_of(leaves))
    return proof[::-1]


def consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the old tree is a prefix of the new one (section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(size: int) -> int:
    """The greatest power of two below `size` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)
