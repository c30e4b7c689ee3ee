"""issue_report and verify_report as a user runs them: processes of their own, a worker of their own."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import execute_from_command_line
from django.utils import timezone
from pypdf import PdfReader

from credit.core.clock import business_date
from credit.records import actions as records
from credit.reports import worker
from credit.reports.development import make
from credit.reports.models import Report
from tests import factories
from tests.disputes.records import penalty
from tests.reports.world import make_world

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ) | environment, capture_output=True, text=True, check=False, timeout=110
    )


@pytest.fixture
def operator(committed):
    made = factories.operator()
    made.email = "operator@example.org"
    made.save()
    yield made
    type(made).objects.filter(pk=made.pk).update(email=f"former-{made.pk}@example.org")


def test_a_report_is_issued_by_a_worker_and_checked_without_any_service(committed, now, operator, tmp_path):
    identifier = factories.resident_id(777)
    factories.person("喆翀", identifier)
    make_world(now)  # publishes the scheme
    out = tmp_path / "report.pdf"
    subject = f"resident-id:{identifier.value}"
    issued = manage("issue_report", subject, "--kind", "full", "--language", "zh-hans", "--out", out, "--json")
    assert issued.returncode == 0, issued.stderr
    answer = json.loads(issued.stdout)
    assert set(answer) == {"serial", "sha256", "pages", "seconds"}
    assert out.stat().st_mode & 0o077 == 0
    assert identifier.value not in issued.stderr

    checked = manage("verify_report", out, "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout) | {"signed_at": None} == {
        "valid": True,
        "status": "current",
        "serial": answer["serial"],
        "signed_at": None,
        "signer": "Plainmark (demonstration)",
        "tampered": False,
        "finding": "genuine",
        "sha256": answer["sha256"],
    }

    trust = Path(settings.DATA_DIR) / "signing" / "ca.pem"
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    offline = manage("verify_report", out, "--trust", trust, "--offline", "--json", **nowhere)
    assert offline.returncode == 0, offline.stderr
    assert json.loads(offline.stdout)["status"] == "unknown"

    out.write_bytes(out.read_bytes() + b"x")
    tampered = manage("verify_report", out, "--trust", trust, "--offline", "--json", **nowhere)
    assert tampered.returncode == 1
    assert json.loads(tampered.stdout)["tampered"] is True


@pytest.mark.long
def test_a_report_of_an_earlier_moment_is_issued_by_command(committed, operator, tmp_path):
    identifier = factories.resident_id(779)
    subject, earlier = factories.person("喆翀", identifier), timezone.now() - timedelta(days=3)
    make_world(earlier)  # publishes the scheme
    record = penalty(subject, submitted_by=factories.officer(), released_by=factories.officer(), now=earlier)
    records.strike(record, reason="Another person.", by=factories.official(), now=earlier + timedelta(days=1))
    out, given = tmp_path / "report.pdf", f"resident-id:{identifier.value}"
    moment = earlier.isoformat()
    issued = manage("issue_report", given, "--kind", "full", "--known-at", moment, "--out", out, "--json")
    assert issued.returncode == 0, issued.stderr
    report = Report.objects.get(public_id=json.loads(issued.stdout)["serial"])
    assert report.known_at == earlier
    attached = json.loads(PdfReader(out).attachments["recalculation.json"][0])
    assert [row["id"] for row in attached["records"]] == [record.public_id]
    assert attached["as_of"] == business_date(earlier).isoformat()


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2999-01-01", "still to come"),
        ("9999-12-31T23:59:59-14:00", "still to come"),
        ("2025-01-01", "knew nothing of this subject"),
        ("0001-01-01T00:00:00+14:00", "knew nothing of this subject"),
        ("2026-01-02", "No scheme was published"),
        ("last March", "Write the moment as"),
    ],
)
def test_a_moment_of_which_nothing_can_be_told_is_refused(committed, now, operator, tmp_path, capsys, moment, said):
    identifier = factories.resident_id(780)
    factories.person("喆翀", identifier)
    make_world(now)
    out = tmp_path / "report.pdf"
    assert here("issue_report", f"resident-id:{identifier.value}", "--known-at", moment, "--out", out) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert not Report.objects.exists()
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_told_before_anything_is_ordered(committed, now, operator, capsys):
    identifier = factories.resident_id(778)
    factories.person("喆翀", identifier)
    assert here("issue_report", f"resident-id:{identifier.value}", "--out", "/proc/x.pdf") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "/proc/x.pdf" in said.err
    assert "Traceback" not in said.err
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("answering", "lasting"),
    [
        ([], False),
        (["celery@host"], True),
        (["command-7@host"], False),
        (["command-7@host", "celery@host"], True),
        (["command-7@host", "command-8@host"], False),
    ],
)
def test_another_commands_own_worker_is_not_waited_for(monkeypatch, answering, lasting):
    """It ends with that command: whoever relied on it would wait in vain."""

    def ping(*, timeout: float, limit: int | None = None) -> list[dict[str, object]]:
        return [{name: {"ok": "pong"}} for name in answering[:limit]]

    started = []
    monkeypatch.setattr(worker.current_app.control, "ping", ping)
    monkeypatch.setattr(worker.subprocess, "Popen", lambda command, **_more: started.append(command))
    monkeypatch.setattr(worker, "_stop", lambda process: None)
    with worker.at_work():
        assert started == [] if lasting else len(started) == 1


def here(*arguments: object) -> int:
    """The same in this process, for what needs no worker; the exit code."""
    try:
        execute_from_command_line(["manage.py", *map(str, arguments)])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["issue_report", "resident-id:11010119900101077X", "--out", "/nowhere/x.pdf"],
        ["issue_report", "resident-id:1", "--out", "x.pdf"],
        ["issue_report", "nonsense", "--out", "x.pdf"],
        ["issue_report", "uscc:91350211M000100Y43", "--out", "x.pdf"],
        ["issue_report", "uscc:91350211M000100Y43", "--out", "x.pdf", "--kind", "other"],
        ["issue_report", "uscc:91350211M000100Y43", "--out", "x.pdf", "--purpose", "curiosity"],
        ["issue_report", "uscc:91350211M000100Y43", "--out", "x.pdf", "--by", "nobody@example.org"],
        ["issue_report", "uscc:91350211M000100Y43"],
        ["verify_report", "/nowhere/x.pdf", "--offline"],
        ["verify_report", "manage.py", "--trust", "/nowhere/ca.pem", "--offline"],
    ],
)
def test_a_wrong_call_ends_with_two_and_no_traceback(db, arguments, capsys):
    assert here(*arguments) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err.strip()
    assert said.out == ""


def test_another_authority_is_not_trusted(full, key_folder, tmp_path, capsys):
    make(tmp_path / "other")
    path = tmp_path / "report.pdf"
    path.write_bytes(full)
    assert here("verify_report", path, "--trust", key_folder / "ca.pem", "--offline", "--json") == 0
    assert json.loads(capsys.readouterr().out)["finding"] == "genuine"
    assert here("verify_report", path, "--trust", tmp_path / "other" / "ca.pem", "--offline", "--json") == 1
    assert json.loads(capsys.readouterr().out)["finding"] == "untrusted"


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7"])
def test_what_is_no_report_is_answered_with_one(key_folder, tmp_path, capsys, data):
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    assert here("verify_report", path, "--trust", key_folder / "ca.pem", "--offline", "--json") == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False
