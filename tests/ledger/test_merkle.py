"""The tree against an independent one: the recursive definitions of RFC 9162, word for word."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.ledger import merkle

leaves = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


def naive_root(hashes: list[bytes]) -> bytes:
    """MTH of section 2.1.1, over leaf hashes."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def test_known_answers_of_certificate_transparency():
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [merkle.leaf_hash(bytes.fromhex(text)) for text in data]
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of(hashes[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(leaves)
def test_grown_root_is_the_defined_root(hashes):
    assert merkle.root_of(hashes) == naive_root(hashes)


@given(leaves, leaves)
def test_frontier_goes_on_from_its_bytes(first, second):
    frontier = merkle.Frontier()
    for leaf in first:
        frontier.append(leaf)
    revived = merkle.Frontier.from_bytes(frontier.size, frontier.to_bytes())
    for leaf in second:
        revived.append(leaf)
    assert revived.root() == naive_root(first + second)


@pytest.mark.parametrize(("size", "data"), [(1, b""), (3, b"x" * 32), (2, b"x" * 31), (-1, b"x" * 32)])
def test_frontier_refuses_bytes_that_fit_no_tree(size, data):
    with pytest.raises(ValueError, match="nodes on its edge"):
        merkle.Frontier.from_bytes(size, data)


@given(leaves.filter(bool), st.data())
def test_each_leaf_is_proven_and_no_other(hashes, data):
    index = data.draw(st.integers(0, len(hashes) - 1))
    proof = merkle.inclusion_proof(hashes, index)
    root = naive_root(hashes)
    assert merkle.includes(hashes[index], index, len(hashes), proof, root)
    other = bytes([hashes[index][0] ^ 1]) + hashes[index][1:]
    assert not merkle.includes(other, index, len(hashes), proof, root)
    assert not merkle.includes(hashes[index], index, len(hashes), [*proof, root], root)
    if proof:
        assert not merkle.includes(hashes[index], index, len(hashes), proof[:-1], root)


@given(leaves.filter(bool), st.data())
def test_an_older_tree_is_proven_to_be_a_prefix(hashes, data):
    old = data.draw(st.integers(1, len(hashes)))
    proof = merkle.consistency_proof(hashes, old)
    old_root, root = naive_root(hashes[:old]), naive_root(hashes)
    assert merkle.consistent(old, old_root, len(hashes), root, proof)
    forged = bytes([old_root[0] ^ 1]) + old_root[1:]
    assert not merkle.consistent(old, forged, len(hashes), root, proof)
    assert not merkle.consistent(old, old_root, len(hashes), bytes([root[0] ^ 1]) + root[1:], proof)
    assert not merkle.consistent(len(hashes) + 1, old_root, len(hashes), root, proof)


def test_proofs_outside_the_tree_are_refused():
    with pytest.raises(IndexError):
        merkle.inclusion_proof([bytes(32)], 1)
    with pytest.raises(ValueError, match="2"):
        merkle.consistency_proof([bytes(32)], 2)
    assert not merkle.includes(bytes(32), 1, 1, [], bytes(32))
