"""What an owner of the database can do to the ledger, each with real SQL, and that the check finds it."""

import hashlib
import json
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credit.ledger import rules
from credit.ledger.keys import signing_key
from credit.ledger.merkle import Frontier, leaf_hash
from credit.ledger.models import Entry, Leaf, TreeHead
from tests.ledger.conftest import Scratch

NEW_TIME = "'2026-11-23 03:00:00+00'"
BODY = rules.body_of("test.noted", by="EVIL", about=None, at=Scratch.clock, facts={})
COMMITMENT = rules.commitment_of(b"salt", BODY).hex()
OPEN = f"INSERT INTO ledger_opening (entry_id, salt, body) VALUES (%s, 'salt', '{BODY}')"
INSERT = f"INSERT INTO ledger_entry VALUES (%s, '2026-11-23 04:00+00', 'test.noted', '\\x{COMMITMENT}')"
FORGED = "decode(repeat('ab', 64), 'hex')"

# What is done → the first bad entry that must be told (entries 1–12 sealed by threes, 13 and 14 wait).
TAMPERINGS = {
    "an entry's time": (["UPDATE ledger_entry SET at = " + NEW_TIME + " WHERE id = 5"], 5),
    "an entry's time, by a microsecond": (["UPDATE ledger_entry SET at = at + '1 microsecond' WHERE id = 5"], 5),
    "an entry's time, to infinity": (["UPDATE ledger_entry SET at = 'infinity' WHERE id = 5"], 5),
    "an entry's kind": (["UPDATE ledger_entry SET kind = 'other.kind' WHERE id = 8"], 8),
    "an entry's commitment": (["UPDATE ledger_entry SET commitment = decode(repeat('ab', 32), 'hex') WHERE id = 2"], 2),
    "an opening's text": (["UPDATE ledger_opening SET body = replace(body, 'TEST', 'EVIL') WHERE entry_id = 6"], 6),
    "an opening's salt": (["UPDATE ledger_opening SET salt = 'x' WHERE entry_id = 6"], 6),
    "two openings swapped": (
        ["UPDATE ledger_opening SET entry_id = CASE entry_id WHEN 4 THEN -5 ELSE -4 END WHERE entry_id IN (4, 5)",
         "UPDATE ledger_opening SET entry_id = -entry_id WHERE entry_id < 0"], 4),
    "an entry deleted": (["DELETE FROM ledger_entry WHERE id = 5"], 5),
    "an entry deleted with its opening": (
        ["DELETE FROM ledger_opening WHERE entry_id = 5", "DELETE FROM ledger_entry WHERE id = 5"], 5),
    "an entry deleted with opening and leaf": (
        ["DELETE FROM ledger_opening WHERE entry_id = 5", "DELETE FROM ledger_leaf WHERE entry_id = 5",
         "DELETE FROM ledger_entry WHERE id = 5"], 5),
    "an entry deleted, the leaves moved up": (
        ["DELETE FROM ledger_opening WHERE entry_id = 5", "DELETE FROM ledger_leaf WHERE entry_id = 5",
         "DELETE FROM ledger_entry WHERE id = 5", "UPDATE ledger_leaf SET index = index + 1000 WHERE index > 4",
         "UPDATE ledger_leaf SET index = index - 1001 WHERE index > 1000"], 4),
    "a leaf deleted": (["DELETE FROM ledger_leaf WHERE entry_id = 5"], 5),
    "a leaf deleted and its entry queued again": (
        ["DELETE FROM ledger_leaf WHERE entry_id = 5", "INSERT INTO ledger_pending VALUES (5)"], 5),
    "the first leaf deleted": (["DELETE FROM ledger_leaf WHERE index = 0"], 1),
    "the last leaf deleted": (["DELETE FROM ledger_leaf WHERE index = 11"], 12),
    "a leaf's hash": (["UPDATE ledger_leaf SET hash = decode(repeat('ab', 32), 'hex') WHERE entry_id = 9"], 9),
    "two leaves swapped": (
        ["UPDATE ledger_leaf SET index = CASE index WHEN 4 THEN 1005 ELSE 1004 END WHERE index IN (4, 5)",
         "UPDATE ledger_leaf SET index = index - 1000 WHERE index > 999"], 5),
    "two leaves swapped across heads": (
        ["UPDATE ledger_leaf SET index = CASE index WHEN 2 THEN 1003 ELSE 1002 END WHERE index IN (2, 3)",
         "UPDATE ledger_leaf SET index = index - 1000 WHERE index > 999"], 1),
    "an entry slipped in at the end": ([INSERT % 99], 99),
    "an entry slipped in, with an opening": ([INSERT % 99, OPEN % 99], 99),
    "an entry slipped in and queued, without an opening": ([INSERT % 99, "INSERT INTO ledger_pending VALUES (99)"], 99),
    "an entry slipped in before": ([INSERT % 0, OPEN % 0], 0),
    "an entry slipped in with a leaf": (
        [INSERT % 99, OPEN % 99, "INSERT INTO ledger_leaf VALUES (12, decode(repeat('ab', 32), 'hex'), 99)"], 99),
    "a waiting entry taken from the queue": (["DELETE FROM ledger_pending WHERE entry_id = 13"], 13),
    "a waiting entry's time": (["UPDATE ledger_entry SET at = " + NEW_TIME + " WHERE id = 14"], 14),
    "a waiting entry's opening erased": (["DELETE FROM ledger_opening WHERE entry_id = 14"], 14),
    "a head deleted": (["DELETE FROM ledger_treehead WHERE size = 6"], 4),
    "the last head deleted": (["DELETE FROM ledger_treehead WHERE size = 12"], 10),
    "all heads deleted": (["DELETE FROM ledger_treehead"], 1),
    "a head's root": (["UPDATE ledger_treehead SET root = decode(repeat('ab', 32), 'hex') WHERE size = 6"], 4),
    "a head's time": (["UPDATE ledger_treehead SET at = " + NEW_TIME + " WHERE size = 9"], 7),
    "a head's signature": (["UPDATE ledger_treehead SET signature = " + FORGED + " WHERE size = 9"], 7),
    "a head's size": (["UPDATE ledger_treehead SET size = 7 WHERE size = 6"], 4),
    "a head's key": (["UPDATE ledger_treehead SET key_id = 'aaaaaaaaaaaaaaaa' WHERE size = 3"], 1),
    "a head's time, to infinity": (["UPDATE ledger_treehead SET at = 'infinity' WHERE size = 9"], None),
    "the last entries rolled back": (
        ["DELETE FROM ledger_treehead WHERE size = 12", "DELETE FROM ledger_pending",
         "DELETE FROM ledger_leaf WHERE index >= 9", "DELETE FROM ledger_opening WHERE entry_id >= 10",
         "DELETE FROM ledger_entry WHERE id >= 10"], 10),
    "everything gone": (
        ["TRUNCATE ledger_treehead, ledger_pending, ledger_leaf, ledger_opening, ledger_entry"], 1),
    "a table gone": (["DROP TABLE ledger_leaf CASCADE"], None),
}  # fmt: skip


def test_an_untouched_ledger_holds(sealed: Scratch):
    found = sealed.verify()
    assert found["ok"]
    assert (found["entries"], found["pending"], found["size"], found["heads"]) == (14, 2, 12, 4)
    assert (found["first_bad"], found["faults"]) == (None, [])
    newest = TreeHead.objects.newest_first().first()
    assert newest is not None
    assert found["root"] == bytes(newest.root).hex()


def test_an_empty_ledger_holds(scratch: Scratch):
    found = scratch.verify()
    assert (found["ok"], found["entries"], found["root"]) == (True, 0, hashlib.sha256().hexdigest())


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(sealed: Scratch, what):
    statements, first_bad = TAMPERINGS[what]
    sealed.tamper(*statements)
    found = sealed.verify()
    assert not found["ok"]
    assert found["faults"]
    if first_bad is not None:
        assert found["first_bad"] == first_bad


def forge(scratch: Scratch, key: Ed25519PrivateKey) -> None:
    """Rewrite entry 5 and everything that depends on it, and sign it all again with `key`."""
    statements = []
    body = Entry.objects.get(pk=5).opening.body.replace("TEST", "EVIL")
    commitment = rules.commitment_of(b"salt", body)
    statements.append(f"UPDATE ledger_opening SET salt = 'salt', body = '{body}' WHERE entry_id = 5")
    statements.append(f"UPDATE ledger_entry SET commitment = '\\x{commitment.hex()}' WHERE id = 5")
    heads = {head.size: head.as_signed() for head in TreeHead.objects.all()}
    frontier, previous = Frontier(), None
    for leaf in Leaf.objects.select_related("entry").order_by("index"):
        entry = leaf.entry
        value = commitment if entry.pk == 5 else bytes(entry.commitment)
        digest = leaf_hash(rules.leaf_data(entry.pk, rules.moment(entry.at), entry.kind, value))
        statements.append(f"UPDATE ledger_leaf SET hash = '\\x{digest.hex()}' WHERE index = {leaf.index}")
        frontier.append(digest)
        if frontier.size in heads:
            old = heads[frontier.size]
            new = rules.Head(
                old.size, frontier.root(), old.at, old.first_entry, previous, rules.key_id_of(key.public_key())
            ).signed_by(key)
            previous = new.digest()
            chain = f"'\\x{new.previous.hex()}'" if new.previous else "NULL"
            statements.append(
                f"UPDATE ledger_treehead SET root = '\\x{new.root.hex()}', frontier = '\\x{frontier.to_bytes().hex()}',"
                f" previous = {chain}, key_id = '{new.key_id}', signature = '\\x{new.signature.hex()}'"
                f" WHERE size = {new.size}"
            )
    scratch.tamper(*statements)


def test_a_rewritten_ledger_signed_with_another_key_is_found(sealed: Scratch):
    forge(sealed, Ed25519PrivateKey.generate())
    found = sealed.verify()
    assert not found["ok"]
    assert found["first_bad"] == 1
    assert {fault["code"] for fault in found["faults"]} == {"head.signature", "copy.differs", "head.root"}


def test_a_rewritten_ledger_signed_with_the_real_key_is_found_by_the_heads_outside(sealed: Scratch):
    forge(sealed, signing_key())
    found = sealed.verify()
    assert not found["ok"]
    assert found["first_bad"] == 4
    assert {fault["code"] for fault in found["faults"]} == {"copy.differs", "head.root"}


def test_a_ledger_that_was_rolled_back_and_went_on_is_found(sealed: Scratch):
    sealed.tamper(*TAMPERINGS["the last entries rolled back"][0])
    sealed.note(5)
    sealed.seal()
    sealed.note(1)
    sealed.seal()
    found = sealed.verify()
    assert not found["ok"]
    assert found["first_bad"] in {10, 15}  # the numbers went on, and the vanished ones are told


def lines_of(scratch: Scratch) -> list[str]:
    return scratch.heads_file.read_text().splitlines(keepends=True)


def forged(line: str) -> str:
    return rules.canonical(json.loads(line) | {"signature": "ab" * 64}) + "\n"


FILE_TAMPERINGS = {
    "the first line removed": (lambda lines: lines[1:], 1),
    "a line removed": (lambda lines: lines[:1] + lines[2:], 4),
    "the last line removed": (lambda lines: lines[:-1], 10),
    "a line changed": (lambda lines: [lines[0], lines[1].replace('"size":6', '"size":5'), *lines[2:]], 4),
    "a signature forged": (lambda lines: [forged(lines[0]), *lines[1:]], 1),
    "two lines swapped": (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
    "a line twice": (lambda lines: [lines[0], *lines], 4),
    "a line that is none": (lambda lines: [lines[0], "[" * 5000 + "\n", *lines[1:]], 4),
    "bytes that are no text": (lambda lines: [lines[0], "\x00\udcff\n", *lines[1:]], 4),
    "a line that is none at the end": (lambda lines: [*lines, "{}\n"], 12),
    "the last line torn": (lambda lines: [*lines[:-1], lines[-1][:-1]], 10),
    "nothing left": (lambda lines: [], 1),
}  # fmt: skip


@pytest.mark.parametrize("what", FILE_TAMPERINGS)
def test_tampering_with_the_heads_on_disk_is_found(sealed: Scratch, what):
    change, first_bad = FILE_TAMPERINGS[what]
    sealed.heads_file.write_text("".join(change(lines_of(sealed))), errors="surrogateescape")
    found = sealed.verify()
    assert not found["ok"]
    assert found["first_bad"] == first_bad


def test_the_heads_file_removed_is_found(sealed: Scratch):
    sealed.heads_file.unlink()
    assert sealed.verify()["first_bad"] == 1


def test_an_older_copy_of_the_heads_still_checks(sealed: Scratch, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(sealed.heads_dir, copy)
    sealed.seal()
    assert sealed.verify(copy)["ok"]
    sealed.tamper("UPDATE ledger_entry SET kind = 'other.kind' WHERE id = 3")
    assert sealed.verify(copy)["first_bad"] == 3


def test_an_older_copy_finds_a_roll_back_that_took_the_own_heads_along(sealed: Scratch, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(sealed.heads_dir, copy)
    sealed.tamper(*TAMPERINGS["the last entries rolled back"][0])
    sealed.heads_file.write_text("".join(lines_of(sealed)[:-1]))
    assert sealed.verify()["ok"]  # nothing on this machine remembers
    found = sealed.verify(copy)
    assert (found["ok"], found["first_bad"]) == (False, 10)


def test_a_copy_with_a_hole_or_without_heads_proves_nothing(sealed: Scratch, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    assert not sealed.verify(copy)["ok"]
    lines = lines_of(sealed)
    (copy / "heads.ndjson").write_text(lines[0] + lines[2])
    assert sealed.verify(copy)["first_bad"] == 4


def test_faults_are_counted_but_only_some_are_told(scratch: Scratch):
    scratch.note(40)
    scratch.seal()
    scratch.tamper("UPDATE ledger_entry SET kind = 'other.kind'")
    found = scratch.verify()
    assert len(found["faults"]) == 20
    assert found["more_faults"] >= 20
    assert found["first_bad"] == 1
