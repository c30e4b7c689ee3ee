"""`manage.py export`: everything held on a subject, in a file for its owner's eyes, as a look like any other."""

import csv
import io
import json
import stat
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from credit.access.models import Disclosure
from credit.core.clock import business_date
from credit.disputes import actions as disputes
from credit.disputes.rules import Complaint
from credit.ledger.models import Entry
from credit.records.models import RecordVersion
from credit.scoring import actions as scoring
from credit.subjects.models import SubjectIdentifier
from credit.vault import actions as vault
from portal.export import everything
from tests import factories
from tests.reports.world import SCHEME, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(now):
    made = make_world(now, "=测试丙")
    permit = made.permit()
    disputes.file(
        made.record.public_id,
        permit=permit,
        complaint=Complaint.OTHER,
        statement="-Not so.",
        by=made.owner,
        now=now,
    )
    return made


@pytest.fixture
def operator(db):
    return factories.operator()


def typed(subject):
    held = SubjectIdentifier.objects.get(subject=subject)
    return f"{held.kind}:{vault.decrypt_identifier(held.kind, bytes(held.token))}"


@pytest.fixture
def run(operator, monkeypatch):
    """Runs the command as somebody, with the subject typed in; its exit code, what it said, and its complaint."""

    def ran(subject, *arguments, by=operator):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{subject}\n"))
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("export", "-", *map(str, arguments), "--json", "--by", by.email, stdout=out, stderr=err)
        except SystemExit as ended:
            return int(ended.code or 0), None, err.getvalue()
        return 0, json.loads(out.getvalue()), err.getvalue()

    return ran


def files_of(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_everything_is_in_the_file(world, run, tmp_path):
    out = tmp_path / "all.zip"
    code, said, _ = run(typed(world.subject), "--out", out)
    assert code == 0
    files = files_of(out)
    tree = json.loads(files["export.json"])
    assert tree["format"] == "plainmark-export/1"
    assert tree["names"][0]["name"] == "=测试丙"
    assert f"{tree['identifiers'][0]['kind']}:{tree['identifiers'][0]['value']}" == typed(world.subject)
    assert said["records"] == len(tree["records"]) == 1
    assert said["versions"] == RecordVersion.objects.count() == 2
    assert [version["disputed"] for version in tree["records"][0]["versions"]] == [False, True]
    assert tree["disputes"][0]["statement"] == "-Not so."
    assert [step["move"] for step in tree["dispute_steps"]] == ["file"]
    assert tree["ways_in"][0]["kind"] == "claim"
    assert tree["recalculation"]["answer"]["score"] == tree["marks"][0]["mark"]
    assert tree["left_out"] == said["left_out"] == []
    assert set(files) == {"export.json", "records.csv"} | {
        f"{name}.csv"
        for name in (
            *("names", "other_names", "identifiers", "ways_in", "joined_files", "stated_again"),
            *("marks", "disputes", "dispute_steps", "reports", "looks"),
            *("measures", "objections", "reviews"),
        )
    }
    assert len(rows_of(files["records.csv"])) == 2


def test_the_looks_are_in_it_and_it_is_one_of_them(world, run, operator, tmp_path):
    _, said, _ = run(typed(world.subject), "--out", tmp_path / "all.zip")
    looks = json.loads(files_of(tmp_path / "all.zip")["export.json"])["looks"]
    assert [look["look"] for look in looks] == list(
        Disclosure.objects.order_by("-at", "-pk").values_list("public_id", flat=True)
    )
    assert said["disclosure"] == looks[0]["look"]
    assert (looks[0]["purpose"], looks[0]["role"], looks[0]["channel"]) == ("data-export", "operator", "command")
    assert looks[0]["who"] == "Credit Oversight Office"
    assert operator.name not in json.dumps(looks, ensure_ascii=False)
    assert Entry.objects.filter(kind="access.disclosed").latest("pk").told()["facts"]["purpose"] == "data-export"


def test_no_cell_is_a_formula(world, run, tmp_path):
    run(typed(world.subject), "--out", tmp_path / "all.zip")
    files = files_of(tmp_path / "all.zip")
    assert rows_of(files["names.csv"])[0]["name"] == "'=测试丙"
    assert rows_of(files["disputes.csv"])[0]["statement"] == "'-Not so."


def test_the_file_is_for_its_owner_alone_and_replaces_nothing_unasked(world, run, tmp_path):
    out = tmp_path / "all.zip"
    run(typed(world.subject), "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    looks, before = Disclosure.objects.count(), out.read_bytes()
    code, _, said = run(typed(world.subject), "--out", out)
    assert (code, out.read_bytes(), Disclosure.objects.count()) == (2, before, looks)
    assert "--force" in said
    assert run(typed(world.subject), "--out", out, "--force")[0] == 0
    assert out.read_bytes() != before
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_nothing_on_the_way_names_the_subject(world, run, tmp_path):
    _, said, err = run(typed(world.subject), "--out", tmp_path / "all.zip")
    value = typed(world.subject).partition(":")[2]
    assert value not in json.dumps(said) + err
    assert all(value not in str(entry.told()) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    ("subject", "code"), [("resident-id:11010119630617309X", 2), ("resident-id:1", 2), ("nonsense", 2), ("", 2)]
)
def test_a_wrong_call_writes_nothing(world, run, tmp_path, subject, code):
    assert run(subject, "--out", tmp_path / "all.zip")[0] == code
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_wrong_call(world, run, tmp_path):
    assert run(typed(world.subject), "--out", tmp_path / "none" / "all.zip")[0] == 2
    assert run(typed(world.subject), "--out", tmp_path)[0] == 2


@pytest.mark.parametrize("make", [factories.officer, factories.official, factories.auditor, factories.user])
def test_nobody_else_may(world, run, tmp_path, make):
    assert run(typed(world.subject), "--out", tmp_path / "all.zip", by=make())[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_the_person_themselves_may(world, run, tmp_path):
    code, said, _ = run(typed(world.subject), "--out", tmp_path / "all.zip", "--purpose", "own-record", by=world.owner)
    assert (code, said["left_out"]) == (0, [])


def test_another_purpose_exports_only_what_it_opens_and_says_so(world, run, tmp_path):
    code, said, _ = run(typed(world.subject), "--out", tmp_path / "all.zip", "--purpose", "operation")
    assert (code, said["left_out"]) == (0, ["measures", "objections", "looks"])
    files = files_of(tmp_path / "all.zip")
    assert "looks.csv" not in files
    assert json.loads(files["export.json"])["left_out"] == ["measures", "objections", "looks"]


def test_of_two_versions_of_the_scheme_only_the_mark_of_the_one_in_force_is_current(world, run, tmp_path):
    today = timezone.now()
    text = SCHEME.read_text().replace("version = 1", "version = 2")
    scoring.mark_of(world.permit(), now=world.now)
    day = business_date(today) + timedelta(days=1)
    scoring.publish(text.replace("2026-01-01", day.isoformat(), 1).encode(), by="test", now=today)
    rows = marks_of(world.permit(), today + timedelta(days=2))
    assert [(row["version"], row["current"]) for row in rows] == [(2, True), (1, False)]
    assert [row["too_few_records"] for row in rows] == [False, False]


def marks_of(permit, now):
    return everything(permit, now=now).tree["marks"]
