"""A published scheme's file is signed byte for byte: anyone checks it, and any change of it is found."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from credit.ledger.keys import checking_keys
from credit.scoring import signing
from credit.scoring.models import Scheme, SchemeSignature


def test_a_published_scheme_is_signed_with_the_ledgers_key(scheme):
    signed = SchemeSignature.objects.get(scheme=scheme)
    assert signed.key_id in checking_keys()
    assert len(bytes(signed.signature)) == 64
    assert signing.faults_of(scheme) == []


@pytest.mark.parametrize(
    ("field", "change", "faults"),
    [
        ("text", lambda text: text.replace("weight = 120", "weight = 121"), {"signature", "sha256", "document"}),
        ("text", lambda text: text + "\n", {"signature", "sha256"}),
        ("text", lambda text: "nonsense", {"signature", "sha256", "document"}),
        ("sha256", lambda digest: "0" * 64, {"sha256"}),
        ("document", lambda tree: {**tree, "base": 700}, {"document"}),
        ("version", lambda version: 2, {"document"}),
    ],
)
def test_any_change_is_found(scheme, field, change, faults):
    setattr(scheme, field, change(getattr(scheme, field)))
    assert set(signing.faults_of(scheme)) == faults


def test_another_key_is_not_ours(scheme):
    stranger = Ed25519PrivateKey.generate().public_key()
    assert signing.faults_of(scheme, {}) == ["key"]
    assert signing.faults_of(scheme, {scheme.signed.key_id: stranger}) == ["signature"]


def test_signing_twice_is_once_and_an_unsigned_scheme_is_found(scheme, now):
    assert signing.sign(scheme, now=now) == scheme
    assert SchemeSignature.objects.count() == Scheme.objects.count()
    other = Scheme.objects.create(
        public_id="other-1",
        code="other",
        version=1,
        document=scheme.document,
        text=scheme.text,
        sha256=scheme.sha256,
        in_force_from=scheme.in_force_from,
        published_at=now,
    )
    assert "unsigned" in signing.faults_of(other)


def test_the_database_refuses_another_signature(scheme):
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemeSignature.objects.filter(scheme=scheme).update(signature=b"0" * 64)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM scoring_schemesignature")


def test_openssl_checks_the_three_files_as_the_page_says(scheme, client, tmp_path):
    names = {"toml": "open-1.toml", "sig": "open-1.toml.sig", "pem": "key.pem"}
    for ending, name in names.items():
        response = client.get(f"/schemes/open/1.{ending}")
        assert response.status_code == 200
        assert "attachment" in response["Content-Disposition"]
        (tmp_path / name).write_bytes(response.content)
    call = "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in open-1.toml -sigfile open-1.toml.sig".split()
    assert subprocess.run(call, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    with (tmp_path / "open-1.toml").open("ab") as file:
        file.write(b" ")
    assert subprocess.run(call, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_command_checks_every_scheme(scheme, capsys):
    call_command("verify_schemes", "--json")
    assert '"ok": true' in capsys.readouterr().out
