"""manage.py verify_ledger: one document, and the exit code by the contract."""

import io
import json
import shutil

import pytest
from django.core.management import call_command

from tests.ledger.conftest import Scratch


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_whole_ledger_answers_0(sealed: Scratch):
    code, out, err = run("--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["ok"] is True
    assert {"entries", "pending", "size", "root", "ok", "first_bad"} <= answer.keys()
    assert (answer["entries"], answer["pending"], answer["size"], answer["first_bad"]) == (14, 2, 12, None)


def test_a_tampered_ledger_answers_1_and_says_where(sealed: Scratch):
    sealed.tamper("UPDATE ledger_entry SET kind = 'other.kind' WHERE id = 5")
    code, out, _ = run("--json")
    assert (code, json.loads(out)["first_bad"]) == (1, 5)
    code, out, _ = run()
    assert code == 1
    assert "entry.changed" in out


def test_a_check_mends_nothing(sealed: Scratch):
    sealed.heads_file.unlink()
    assert [run("--json")[0] for _ in range(2)] == [1, 1]


def test_heads_of_another_place_can_be_given(sealed: Scratch, tmp_path):
    shutil.copytree(sealed.heads_dir, tmp_path / "copy")
    assert run("--json", "--heads", str(tmp_path / "copy"))[0] == 0
    assert json.loads(run("--json", "--heads", str(sealed.heads_dir))[1])["ok"]


def test_a_wrong_call_answers_2_in_one_line(sealed: Scratch, tmp_path, settings):
    code, out, err = run("--heads", str(tmp_path / "nowhere"))
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)
    settings.LEDGER_KEY = ""
    code, out, err = run("--json")
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1)


@pytest.mark.parametrize("size", [0, 1])
def test_a_small_ledger_holds(scratch: Scratch, size):
    scratch.note(size)
    scratch.seal()
    assert run("--json")[0] == 0
