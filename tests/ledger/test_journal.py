"""Noting and sealing: what is in the tree, in which order, and what is on disk."""

import json
import threading
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, connections, transaction

from credit.core.errors import Unavailable
from credit.ledger import actions, rules
from credit.ledger.heads import append, last_of
from credit.ledger.keys import checking_keys
from credit.ledger.merkle import leaf_hash, root_of
from credit.ledger.models import Entry, Leaf, Opening, Pending, TreeHead
from tests.ledger.conftest import START, Scratch

APPEND_ONLY = ["ledger_entry", "ledger_opening", "ledger_leaf", "ledger_treehead"]


class Thing:
    public_id = "8KQ2-M4TZ"


def test_an_entry_commits_to_what_its_opening_says(db, now):
    entry = actions.note("dispute.decided", by=Thing(), about=Thing(), at=now, outcome="upheld", step=2)
    entry.refresh_from_db()
    assert json.loads(entry.opening.body) == {
        "about": {"kind": "thing", "id": "8KQ2-M4TZ"},
        "at": "2026-11-23T04:00:00.000000Z",
        "by": "8KQ2-M4TZ",
        "facts": {"outcome": "upheld", "step": 2},
        "kind": "dispute.decided",
    }
    assert rules.commitment_of(bytes(entry.opening.salt), entry.opening.body) == bytes(entry.commitment)
    assert entry.told()["facts"] == {"outcome": "upheld", "step": 2}


def test_two_equal_entries_have_different_commitments(db, now):
    first, second = (actions.note("a.b", by="X", about=None, at=now) for _ in range(2))
    assert first.commitment != second.commitment


def test_an_entry_lives_and_dies_with_its_transaction(db, now):
    def fail() -> None:
        with transaction.atomic():
            actions.note("a.b", by="X", about=None, at=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_cannot_change_what_was_written(db, now, table, statement):
    actions.note("a.b", by="X", about=None, at=now)
    actions.seal(now=now)
    column = {"ledger_opening": "body", "ledger_leaf": "hash"}.get(table, "at")
    column = "root" if table == "ledger_treehead" else column
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


STATEMENTS = ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
REFUSED_TO_THE_OWNER = [
    (table, statement)
    for table in APPEND_ONLY
    for statement in STATEMENTS
    if (table, statement) != ("ledger_opening", "DELETE FROM {}")  # openings may be erased, by the owner
]


@pytest.mark.parametrize(("table", "statement"), REFUSED_TO_THE_OWNER)
def test_the_owner_is_refused_too_until_they_switch_triggers_off(scratch: Scratch, table, statement):
    scratch.note()
    scratch.seal()
    column = {"ledger_opening": "body", "ledger_leaf": "hash", "ledger_treehead": "root"}.get(table, "at")
    with pytest.raises(DatabaseError, match="is append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


def test_the_triggers_hold_in_replica_sessions_too(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_append_only' AND tgenabled = 'A'"
        )
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded >= {*APPEND_ONLY, "access_disclosure", "access_ground"}


def test_bad_rows_are_refused_by_the_database(db, now):
    for row in (Entry(at=now, kind="Bad", commitment=bytes(32)), Leaf(index=-1, entry_id=1, hash=bytes(32))):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        TreeHead.objects.create(size=0, root=b"", at=now, first_entry=1, frontier=b"", key_id="", signature=b"")


def test_sealing_gives_leaves_without_a_gap_and_signs_the_root(scratch: Scratch):
    entries = scratch.note(5)
    head = scratch.seal()
    assert head is not None
    leaves = list(Leaf.objects.order_by("index"))
    assert [leaf.index for leaf in leaves] == [0, 1, 2, 3, 4]
    assert [leaf.entry_id for leaf in leaves] == [entry.pk for entry in entries]
    data = [rules.leaf_data(e.pk, rules.moment(e.at), e.kind, bytes(e.commitment)) for e in entries]
    assert bytes(head.root) == root_of([leaf_hash(text) for text in data])
    assert head.as_signed().is_signed(checking_keys())
    assert not Pending.objects.exists()
    assert scratch.seal() is None


def test_each_head_names_the_one_before_and_is_on_disk(sealed: Scratch):
    lines = sealed.heads_file.read_text().splitlines()
    heads = [rules.Head.parse(line) for line in lines]
    assert [head.size for head in heads] == [3, 6, 9, 12]
    assert [head.first_entry for head in heads] == [1, 4, 7, 10]
    assert [head.previous for head in heads] == [None, *(head.digest() for head in heads[:-1])]
    assert heads == [head.as_signed() for head in TreeHead.objects.oldest_first()]


def test_many_entries_are_sealed_in_several_heads(scratch: Scratch, monkeypatch):
    monkeypatch.setattr(actions, "SEALED_AT_ONCE", 4)
    scratch.note(10)
    scratch.seal()
    assert [head.size for head in TreeHead.objects.oldest_first()] == [4, 8, 10]
    assert scratch.verify()["ok"]


def test_an_entry_with_a_lower_number_that_commits_later_gets_the_later_leaf(scratch: Scratch):
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            actions.note("slow.one", by="X", about=None, at=START)
            wrote.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    wrote.wait(20)
    scratch.note()
    first = scratch.seal()
    may_commit.set()
    thread.join(20)
    scratch.seal()
    assert first is not None
    assert first.size == 1
    assert list(Leaf.objects.order_by("index").values_list("entry_id", flat=True)) == [2, 1]
    assert scratch.verify() | {"root": ""} == {
        "entries": 2, "pending": 0, "size": 2, "root": "", "ok": True, "first_bad": None,
        "erased": 0, "heads": 2, "faults": [],
    }  # fmt: skip


def test_writers_and_sealers_at_once_lose_nothing(scratch: Scratch):
    failures: list[BaseException] = []
    writers = 4

    def run(work) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connections.close_all()

    def write() -> None:
        for number in range(25):
            with transaction.atomic():
                actions.note("busy.noted", by="X", about=None, at=START, number=number)

    def seal() -> None:
        for _ in range(10):
            actions.seal(now=START)
            assert actions.verify()["ok"]

    threads = [threading.Thread(target=run, args=(work,)) for work in [write] * writers + [seal] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    scratch.seal()
    found = scratch.verify()
    assert (found["ok"], found["entries"], found["pending"], found["size"]) == (True, 100, 0, 100)


def test_without_its_key_nothing_is_sealed_and_nothing_is_lost(scratch: Scratch, settings):
    scratch.note(2)
    key = settings.LEDGER_KEY
    for bad in ("", "c2hvcnQ=", "no base64"):
        settings.LEDGER_KEY = bad
        with pytest.raises(Unavailable, match="key is missing"):
            scratch.seal()
    settings.LEDGER_KEY = key
    head = scratch.seal()
    assert head is not None
    assert head.size == 2


def test_nothing_is_sealed_on_a_damaged_head(sealed: Scratch):
    sealed.tamper("UPDATE ledger_treehead SET frontier = decode('00', 'hex') WHERE size = 12")
    with pytest.raises(Unavailable, match="damaged"):
        sealed.seal()
    assert Pending.objects.count() == 2


def test_a_head_that_a_crash_kept_from_disk_goes_there_with_the_next_sealing(sealed: Scratch):
    lines = sealed.heads_file.read_text()
    sealed.heads_file.write_text(lines[:-40])
    assert not sealed.verify()["ok"]
    sealed.seal()
    assert sealed.heads_file.read_text().startswith(lines)
    assert sealed.verify()["ok"]


def test_heads_of_a_clock_that_went_back_stay_in_order(tmp_path):
    def head(size: int, at: datetime) -> rules.Head:
        return rules.Head(size, bytes(32), rules.moment(at), size, None, "k", b"s")

    append(tmp_path, [head(1, datetime(2026, 12, 1, tzinfo=UTC))])
    append(tmp_path, [head(2, datetime(2026, 11, 30, tzinfo=UTC))])
    append(tmp_path, [head(2, datetime(2026, 11, 30, tzinfo=UTC))])
    assert [path.name for path in tmp_path.glob("*.ndjson")] == ["heads-2026-12.ndjson"]
    last = last_of(tmp_path)
    assert last is not None
    assert last.size == 2


def test_a_new_key_signs_while_the_retired_one_still_checks(sealed: Scratch, settings):
    import base64

    from credit.ledger.keys import signing_key

    old = base64.b64encode(signing_key().public_key().public_bytes_raw()).decode()
    settings.LEDGER_KEY = base64.b64encode(bytes(range(32))).decode()
    sealed.seal()
    assert not sealed.verify()["ok"]
    settings.LEDGER_RETIRED_KEYS = [old]
    assert sealed.verify()["ok"]


def test_openings_can_be_erased_without_harm(sealed: Scratch):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_opening WHERE entry_id IN (2, 5)")
    found = sealed.verify()
    assert (found["ok"], found["erased"], found["first_bad"]) == (True, 2, None)
    assert Opening.objects.count() == 12
    assert Entry.objects.select_related("opening").get(pk=2).told().keys() == {"at", "kind"}
