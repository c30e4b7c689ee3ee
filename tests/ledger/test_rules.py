"""How entries and heads are written down."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from credit.ledger import rules

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {rules.key_id_of(KEY.public_key()): KEY.public_key()}
HEAD = rules.Head(3, b"r" * 32, rules.moment(AT), 1, None, next(iter(KEYS))).signed_by(KEY)


def test_a_moment_is_written_in_utc_whatever_its_zone():
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    assert rules.moment(beijing) == rules.moment(AT) == "2026-11-23T04:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        rules.moment(AT.replace(tzinfo=None))


def test_a_body_is_one_canonical_text():
    body = rules.body_of(
        "dispute.decided", by="A", about=("dispute", "B"), at=AT, facts={"z": 1, "a": ["x"], "m": None}
    )
    assert body == (
        '{"about":{"id":"B","kind":"dispute"},"at":"2026-11-23T04:00:00.000000Z","by":"A",'
        '"facts":{"a":["x"],"m":null,"z":1},"kind":"dispute.decided"}'
    )
    assert rules.commitment_of(b"salt", body) == hashlib.sha256(b"salt" + body.encode()).digest()


@pytest.mark.parametrize("kind", ["", "dispute", "Dispute.decided", 'a.b"', "a..b", "a.b\n"])
def test_a_kind_that_is_not_plain_is_refused(kind):
    with pytest.raises(ValueError, match="plain"):
        rules.body_of(kind, by="A", about=None, at=AT, facts={})


@pytest.mark.parametrize("fact", [1.5, AT, b"x", {"a": 1}, [1.5], object()])
def test_a_fact_that_is_not_plain_is_refused(fact):
    with pytest.raises(TypeError, match="ledger takes"):
        rules.body_of("a.b", by="A", about=None, at=AT, facts={"fact": fact})


@given(st.integers(1, 2**62), st.binary(min_size=32, max_size=32))
def test_a_leafs_data_is_canonical_json(entry_id, commitment):
    data = rules.leaf_data(entry_id, rules.moment(AT), "a.b", commitment)
    document = {"at": rules.moment(AT), "commitment": commitment.hex(), "id": entry_id, "kind": "a.b"}
    assert data.decode() == rules.canonical(document)


def test_a_head_comes_back_from_its_line():
    assert rules.Head.parse(HEAD.line()) == HEAD
    assert HEAD.is_signed(KEYS)


@pytest.mark.parametrize(
    "change",
    [{"size": 4}, {"root": "00" * 32}, {"at": "2026-11-23T04:00:00.000001Z"}, {"first_entry": 2}, {"previous": "00"}],
)
def test_a_changed_head_is_not_signed(change):
    changed = rules.Head.parse(rules.canonical(json.loads(HEAD.line()) | change))
    assert not changed.is_signed(KEYS)


def test_a_head_signed_by_a_stranger_is_not_signed():
    stranger = Ed25519PrivateKey.generate()
    forged = rules.Head(3, b"r" * 32, rules.moment(AT), 1, None, rules.key_id_of(stranger.public_key()))
    assert not forged.signed_by(stranger).is_signed(KEYS)
    assert not rules.Head(3, b"r" * 32, rules.moment(AT), 1, None, next(iter(KEYS))).signed_by(stranger).is_signed(KEYS)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_heads(text):
    with pytest.raises(ValueError):
        rules.Head.parse(text)


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "1",
        HEAD.line() + " ",
        " " + HEAD.line(),
        HEAD.line().replace('"size":3', '"size":true'),
        HEAD.line()[:-2],
    ],
)
def test_a_line_that_the_ledger_would_not_write_is_refused(line):
    with pytest.raises(ValueError):
        rules.Head.parse(line)


@pytest.mark.parametrize(
    ("name", "value"), [("size", "3"), ("size", None), ("root", 7), ("signature", None), ("root", "zz")]
)
def test_a_head_of_the_wrong_types_is_refused(name, value):
    with pytest.raises(ValueError):
        rules.Head.parse(rules.canonical(json.loads(HEAD.line()) | {name: value}))
