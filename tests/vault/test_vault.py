"""Identifiers and blobs in the database."""

import pytest

from credit.core import crypto
from credit.vault import actions as vault
from credit.vault.models import DataKey


def test_the_same_identifier_gives_the_same_token(db):
    assert vault.encrypt_identifier("uscc", "91110000") == vault.encrypt_identifier("uscc", "91110000")


def test_a_token_is_of_one_kind(db):
    token = vault.encrypt_identifier("uscc", "91110000")
    assert token != vault.encrypt_identifier("lei", "91110000")
    with pytest.raises(crypto.WrongKey):
        vault.decrypt_identifier("lei", token)
    assert vault.decrypt_identifier("uscc", token) == "91110000"


def test_a_blob_opens_only_in_its_own_context(db):
    token = vault.seal("正文".encode(), context="submission:1")
    assert "正文".encode() not in token
    assert vault.open_sealed(token, context="submission:1") == "正文".encode()
    with pytest.raises(crypto.WrongKey):
        vault.open_sealed(token, context="submission:2")


def test_another_field_key_opens_nothing(db, settings):
    settings.FIELD_KEYS = crypto.new_key()
    with pytest.raises(Exception, match="FIELD_KEYS doesn't open"):
        vault.encrypt_identifier("uscc", "91110000")


def test_a_newer_field_key_may_stand_before_the_one_that_wrapped(db, settings):
    before = vault.encrypt_identifier("uscc", "91110000")
    settings.FIELD_KEYS = f"{crypto.new_key()},{settings.FIELD_KEYS}"
    assert vault.encrypt_identifier("uscc", "91110000") == before


def test_migrating_again_keeps_the_data_key(db):
    before = bytes(DataKey.objects.get(current=True).wrapped)
    from django.utils.timezone import now

    vault.make_data_key(now=now())
    assert bytes(DataKey.objects.get(current=True).wrapped) == before
