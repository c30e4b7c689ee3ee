"""What the environment says is read or refused in one line that names the variable; an empty variable isn't set."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from credit.core.crypto import new_key
from credit.records.notations.formats import Limits
from portal import config
from portal.config import ROOT, Config, Misconfigured

DIRECTORY = "/nowhere"
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def said(**values: str) -> Config:
    """The configuration of an environment."""
    return Config("demo", Path(DIRECTORY), values)


@pytest.mark.parametrize("text", ["zork", "0", "-1", "1.5", "1e3", " ", "9" * 5000, "65536"])
def test_a_number_is_a_whole_one_within_its_limit(text, capsys):
    with pytest.raises(Misconfigured) as refusal:
        said(PORT=text).number("PORT", 8000, highest=65535)
    assert refusal.value.code == 2
    assert "PORT" in capsys.readouterr().err


KEYS = {"SECRET_KEY": "x" * 50, "FIELD_KEYS": new_key(), "LEDGER_KEY": new_key()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "x" * 49),
        ("FIELD_KEYS", "zork"),
        ("FIELD_KEYS", ""),
        ("LEDGER_KEY", "AAAA"),
        ("LEDGER_KEY", f"{new_key()},{new_key()}"),
    ],
    ids=["short", "no base64", "empty", "too few bytes", "two"],
)
def test_production_refuses_a_key_that_is_none_by_its_name(name, value, capsys):
    Config("production", Path(DIRECTORY), KEYS).check_keys()
    with pytest.raises(Misconfigured):
        Config("production", Path(DIRECTORY), KEYS | {name: value}).check_keys()
    told = capsys.readouterr().err
    assert name in told
    assert not value or value not in told


@pytest.mark.parametrize("zone", ["zork", "../../etc/passwd", "/etc/localtime", "Asia", "\0"])
def test_a_zone_is_one_that_there_is(zone, capsys):
    with pytest.raises(Misconfigured):
        said(PORTAL_ZONE=zone).zone()
    assert "PORTAL_ZONE" in capsys.readouterr().err


def test_empty_variables_have_their_defaults():
    empty = said(PORT="", PORTAL_ZONE="", LOG_LEVEL="")
    assert empty.number("PORT", 8000, highest=65535) == 8000
    assert empty.zone() == "Asia/Shanghai"
    assert empty.level("INFO") == "INFO"


def test_a_level_is_one_that_there_is(capsys):
    assert said(LOG_LEVEL="debug").level("INFO") == "DEBUG"
    with pytest.raises(Misconfigured):
        said(LOG_LEVEL="zork").level("INFO")
    assert "LOG_LEVEL" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["zork", "mysql://a:hush@b/c", "postgresql://a:hush@b:port/c", "postgresql://[::1/c"])
def test_a_database_is_postgresql_and_its_secret_is_not_repeated(url, capsys):
    with pytest.raises(Misconfigured):
        config.database_settings(url)
    told = capsys.readouterr().err
    assert "DATABASE_URL" in told
    assert "hush" not in told


@pytest.mark.parametrize("url", ["zork", "smtp://a:hush@b:port"])
def test_a_mail_address_is_refused_by_name(url, capsys):
    with pytest.raises(Misconfigured):
        config.email_settings(url)
    told = capsys.readouterr().err
    assert "EMAIL_URL" in told
    assert "hush" not in told


def test_the_example_as_it_stands_is_a_configuration():
    lines = [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]
    assert all(line.endswith("=") for line in lines)
    services = {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"}
    empty = {name: "" for line in lines if (name := line.removesuffix("=")) not in services}
    script = "import django; django.setup(); from credit.core.clock import zone; print(zone().key)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=dict(os.environ) | empty,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "Asia/Shanghai"), done.stderr


def test_an_unknown_command_is_a_wrong_call():
    done = subprocess.run(
        [sys.executable, "manage.py", "zork"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == 'There is no command "zork"; manage.py help lists them.'


def doctor(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of a command line with the doctor in it, which answers without a database too."""
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    line = command.replace("DOCTOR", f'"{sys.executable}" manage.py doctor')
    env = dict(os.environ) | nowhere | environment
    return subprocess.run(["bash", "-c", line], cwd=ROOT, env=env, capture_output=True, check=False, timeout=110)


def test_json_is_utf_8_whatever_the_terminal_is():
    done = doctor("DOCTOR --json", PYTHONIOENCODING="ascii", SIGNING_KEY="/nowhere/密钥.pem", SIGNING_CERTIFICATE="/x")
    assert "密钥" in done.stdout.decode("utf-8")
    assert b"Traceback" not in done.stderr


def test_a_reader_that_stops_early_meets_no_traceback():
    done = doctor("DOCTOR --json | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


def test_the_largest_file_is_what_the_example_says():
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    assert "268435456" in example
    assert settings.SUBMISSION_MAX_BYTES == Limits().file_bytes == 268435456
