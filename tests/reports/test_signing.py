import shutil
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from credit.core.errors import Unavailable
from credit.reports import keys, signing
from credit.reports.development import development_files, make

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def write_key(path, key, passphrase: bytes | None = None) -> None:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


@pytest.fixture
def folder(key_folder, tmp_path):
    return shutil.copytree(key_folder, tmp_path / "signing")


def test_a_loaded_key_is_kept_and_a_changed_file_is_read_again(folder):
    files = development_files(folder)
    first = signing.load(files)
    assert signing.load(files) is first
    (folder / "certificate.pem").touch()
    assert signing.load(files) is not first


@pytest.mark.parametrize("gone", ["key.pem", "certificate.pem", "ca.pem"])
def test_a_missing_file_makes_signing_unavailable_and_no_new_key(folder, gone):
    (folder / gone).unlink()
    with pytest.raises(Unavailable, match=gone):
        signing.load(development_files(folder))
    assert not (folder / gone).exists()


@pytest.mark.parametrize(
    ("make_key", "said"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), "3072"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "RSA"),
    ],
)
def test_weak_and_other_keys_are_refused(folder, make_key, said):
    write_key(folder / "key.pem", make_key())
    with pytest.raises(Unavailable, match=said):
        signing.load(development_files(folder))


def test_a_key_of_another_certificate_is_refused(folder, tmp_path):
    make(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "key.pem", folder / "key.pem")
    with pytest.raises(Unavailable, match="isn't that of the signing key"):
        signing.load(development_files(folder))


@pytest.mark.parametrize(
    "bytes_", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_refused(folder, bytes_):
    (folder / "key.pem").write_bytes(bytes_)
    with pytest.raises(Unavailable):
        signing.load(development_files(folder))


def test_a_key_may_have_a_passphrase(folder):
    key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    write_key(folder / "key.pem", key, b"sesame")
    files = development_files(folder)
    with pytest.raises(Unavailable):
        signing.load(files)
    right = signing.SigningFiles(files.key, files.certificate, files.chain, "sesame")
    assert signing.load(right).name == "Plainmark (demonstration)"


def test_an_expired_certificate_signs_nothing(signer, full):
    with pytest.raises(Unavailable, match="expired"):
        signing.sign(full, signer, serial="8KQ2-M4TZ", at=signer.not_after + timedelta(seconds=1))


def test_development_files_are_for_their_owner_only(tmp_path):
    make(tmp_path / "deep" / "signing")
    assert (tmp_path / "deep" / "signing").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep" / "signing" / "key.pem").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["signing"]


def test_the_settings_name_key_certificate_and_trust(folder, settings):
    settings.MODE = "production"
    settings.SIGNING_KEY = ""
    with pytest.raises(Unavailable, match="SIGNING_KEY isn't set"):
        keys.signer()
    settings.SIGNING_KEY = str(folder / "key.pem")
    settings.SIGNING_CERTIFICATE = ""
    with pytest.raises(Unavailable, match="SIGNING_CERTIFICATE"):
        keys.signer()
    settings.SIGNING_CERTIFICATE = str(folder / "certificate.pem")
    settings.SIGNING_CHAIN = str(folder / "ca.pem")
    assert keys.signer().name == "Plainmark (demonstration)"
    assert keys.trusted()[0].subject.native["common_name"] == "Plainmark development CA"
    settings.SIGNING_CHAIN = ""
    assert keys.trusted()[0].subject.native["common_name"] == "Plainmark (demonstration)"


def test_a_lost_development_key_is_not_replaced_once_reports_exist(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    with pytest.raises(Unavailable, match="is gone"):
        keys.signer(may_make=False)
    assert keys.signer(may_make=True).name == "Plainmark (demonstration)"
    assert keys.signer(may_make=False).name == "Plainmark (demonstration)"
