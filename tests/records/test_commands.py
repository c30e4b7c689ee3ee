"""`submit`, `release` and `withdraw` answer as the contract says."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.translation import override

from credit.core.policy import Role
from credit.identity.models import User
from credit.records import intake
from credit.records.models import Record, RecordVersion, Submission
from credit.records.notations.faults import Code, Fault
from credit.records.refusals import sentence
from credit.records.submissions import LEASE
from tests import factories
from tests.records.files import rating, ratings

FOLDER = Path(__file__).parents[1] / "golden" / "intake"
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
AGENCIES = {"court-judgment-debtors": "courts", "tax-grade": "tax"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> tuple[User, User]:
    """Two officers of the tax service."""
    return factories.officer("tax"), factories.officer("tax")


def run(*arguments: str) -> tuple[int, Any, str]:
    """Exit code, the JSON document, standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=err)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(out.getvalue()) if out.getvalue() else None, err.getvalue()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_file_answers_as_the_contract_says(name):
    answer = ANSWERS[name]
    agency = answer.get("agency") or AGENCIES.get(answer["notation"], "market-supervision")
    officer = factories.officer(agency)
    path = FOLDER / name
    call = ("submit", str(path), "--agency", agency, "--notation", answer["notation"], "--by", officer.email)
    code, document, _err = run(*call)
    assert set(document) == {"submission", "sha256", "rows", "accepted", "faults", "released"}
    assert document["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document["released"] is False
    assert all(set(fault) == {"line", "column", "code", "value", "message"} for fault in document["faults"])
    if "file_fault" in answer:
        assert code == 1
        assert document["submission"] is None
        assert [(fault["line"], fault["code"]) for fault in document["faults"]] == [(None, answer["file_fault"])]
        return
    assert code == (1 if answer["faults"] else 0)
    assert (document["rows"], document["accepted"]) == (answer["rows"], answer["accepted"])
    assert [{key: fault[key] for key in ("line", "code", "column")} for fault in document["faults"]] == answer["faults"]
    assert Submission.objects.get(public_id=document["submission"]).submitted_by == officer
    code, again, _err = run(*call)
    assert code == 1
    assert [fault["code"] for fault in again["faults"]] == ["file.duplicate"]


@pytest.fixture
def file(tmp_path):
    """Writes a file and names it."""

    def write(data: bytes) -> str:
        path = tmp_path / "file.csv"
        path.write_bytes(data)
        return str(path)

    return write


def submit(path: str, by: User, *more: str) -> tuple[int, Any, str]:
    """Submit a tax file."""
    return run("submit", path, "--agency", "tax", "--notation", "tax-grade", "--by", by.email, *more)


def test_release_publishes_a_clean_file(people, file):
    first, second = people
    code, document, _err = submit(file(ratings(rating(1))), first, "--release", "--released-by", second.email)
    assert (code, document["released"]) == (0, True)
    assert Submission.objects.get().released_by == second


def test_in_demo_mode_the_other_officer_releases(people, file):
    first, second = people
    assert submit(file(ratings(rating(1))), first, "--release")[0] == 0
    assert Submission.objects.get().released_by == second


def test_in_production_the_other_officer_must_be_named(people, file, settings):
    settings.MODE = "production"
    code, document, err = submit(file(ratings(rating(1))), people[0], "--release")
    assert (code, document) == (2, None)
    assert "--released-by" in err
    assert not Submission.objects.exists()


def test_with_faults_only_partial_releases(people, file):
    data = ratings(rating(1), rating(2, mark="Z"))
    code, document, _err = submit(file(data), people[0], "--release")
    assert (code, document["released"], document["accepted"]) == (1, False, 1)
    assert not Record.objects.exists()
    code, document, _err = submit(file(data + b"\n"), people[0], "--release", "--partial")
    assert (code, document["released"], len(document["faults"])) == (0, True, 1)
    assert Record.objects.count() == 1


def test_numbers_are_masked_in_what_a_command_prints(people, file):
    _code, document, _err = submit(file(ratings(rating(1, identifier="91350211M0000XUF46"))), people[0])
    (fault,) = document["faults"]
    assert fault["value"] == "9135**********UF46"
    assert "R" in fault["message"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--agency", "nobody", "--notation", "tax-grade"), "nobody"),
        (("--agency", "tax", "--notation", "horoscope"), "horoscope"),
        (("--agency", "tax", "--notation", "tax-grade", "--by", "nobody@example.org"), "nobody@example.org"),
        (("--agency", "tax", "--notation", "tax-grade", "--partial"), "--release"),
    ],
)
def test_a_wrong_call_exits_2_with_one_line(people, file, arguments, words):
    path = file(ratings(rating(1)))
    by = () if "--by" in arguments else ("--by", people[0].email)
    code, document, err = run("submit", path, *arguments, *by)
    assert (code, document) == (2, None)
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert run("submit", path + ".gone", "--agency", "tax", "--notation", "tax-grade", *by)[0] == 2


def test_not_authorised_is_an_answer(people, file):
    path = file(ratings(rating(1)))
    code, document, _err = run(
        "submit", path, "--agency", "tax", "--notation", "customs-level", "--by", people[0].email
    )
    assert code == 1
    assert [fault["code"] for fault in document["faults"]] == ["agency.not_authorised"]


def test_release_and_withdraw_are_commands_too(people, file):
    first, second = people
    _code, document, _err = submit(file(ratings(rating(1))), first)
    name = document["submission"]
    assert run("release", name, "--by", first.email)[0] == 2
    code, released, _err = run("release", name, "--by", second.email)
    assert (code, released["released"]) == (0, True)
    assert run("release", name, "--by", second.email)[0] == 2
    code, withdrawn, _err = run("withdraw", name, "--by", first.email, "--reason", "wrong year")
    assert (code, withdrawn["released"]) == (0, False)
    assert not RecordVersion.objects.current().exists()
    assert run("withdraw", "NONE-NONE", "--by", first.email, "--reason", "x")[0] == 2


def test_the_sample_operator_may_submit_in_demo_mode(people, file, settings):
    operator = factories.member(Role.OPERATOR, factories.oversight())
    assert submit(file(ratings(rating(1))), operator, "--release")[0] == 0
    settings.MODE = "production"
    assert submit(file(ratings(rating(2))), operator)[0] == 2


def test_a_refusal_speaks_the_readers_language():
    fault = Fault(None, "宗教信仰", Code.FILE_FORBIDDEN, "宗教信仰", expected="religion")
    assert "religion" in sentence(fault)
    with override("zh-hans"):
        assert "宗教信仰" in sentence(fault)


def test_a_delivery_whose_command_was_killed_goes_on_when_it_is_delivered_again(people, tmp_path, monkeypatch):
    first, second = people
    path = tmp_path / "grades.csv"
    path.write_bytes(ratings(rating(1), rating(2)))
    call = ("submit", str(path), "--agency", "tax", "--notation", "tax-grade", "--by", first.email)

    def killed(*_args: object, **_more: object) -> None:
        raise SystemExit(137)

    with monkeypatch.context() as patched:
        patched.setattr(intake, "_read_through", killed)
        assert run(*call)[0] == 137
    lying = Submission.objects.get()
    code, document, _err = run(*call)
    assert (code, document["faults"][0]["code"]) == (1, "file.duplicate")  # its claim lasts yet

    Submission.objects.update(claimed_at=lying.claimed_at - LEASE)
    code, document, _err = run(*call, "--release", "--released-by", second.email)
    assert code == 0
    assert (document["submission"], document["accepted"], document["released"]) == (lying.public_id, 2, True)
    assert run(*call)[1]["faults"][0]["code"] == "file.duplicate"
    assert Record.objects.count() == 2
