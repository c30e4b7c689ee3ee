"""`python -m credit.scoring`: one process as a subject would start it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from credit.scoring.__main__ import main

ROOT = Path(__file__).parent.parent.parent
GOLDEN = json.loads((ROOT / "tests" / "golden" / "recalculation.json").read_text())


def run(*arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "credit.scoring", *arguments]
    return subprocess.run(call, cwd=ROOT, input=standard_input, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("number", range(len(GOLDEN)))
def test_every_golden_case_through_the_command(number, tmp_path, capsys):
    file = tmp_path / "document.json"
    file.write_text(json.dumps({**GOLDEN[number]["document"], "answer": GOLDEN[number]["expect"]}))
    assert main([str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == GOLDEN[number]["expect"]


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(GOLDEN)))
def test_every_golden_case_through_a_process_of_its_own(number, tmp_path):
    file = tmp_path / "document.json"
    file.write_text(json.dumps(GOLDEN[number]["document"]))
    done = run(str(file), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, GOLDEN[number]["expect"])


def test_a_process_reads_standard_input_and_prints_one_json_document():
    done = run("-", "--json", standard_input=json.dumps(GOLDEN[1]["document"]))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == GOLDEN[1]["expect"]


def test_a_wrong_answer_in_the_document_is_told_and_the_right_one_printed(tmp_path):
    file = tmp_path / "document.json"
    wrong = {**GOLDEN[1]["expect"], "score": 1}
    file.write_text(json.dumps({**GOLDEN[1]["document"], "answer": wrong}))
    done = run(str(file), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == GOLDEN[1]["expect"]
    assert "differs in: score" in done.stderr


def test_the_table_ends_in_the_score(tmp_path, capsys):
    file = tmp_path / "document.json"
    file.write_text(json.dumps(GOLDEN[1]["document"]))
    assert main([str(file)]) == 0
    score = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("score"))
    assert score.split()[-1] == f"{GOLDEN[1]['expect']['score']}.0"


@pytest.mark.parametrize("arguments", [[], ["no-such-file.json"], ["tests"], ["--nonsense", "x"], ["a", "b"]])
def test_a_wrong_call_is_two_without_a_traceback(arguments):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_document_is_two_and_names_the_field(tmp_path):
    text = json.dumps(GOLDEN[1]["document"]).replace('"base": 600', '"base": NaN')
    done = run("-", standard_input=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "-: scheme.base: NaN is not a whole number\n"


def test_it_needs_neither_django_nor_a_database():
    code = (
        "import sys, credit.scoring.__main__; "
        "print([name for name in sys.modules if name.partition('.')[0] in ('django', 'celery', 'psycopg')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_standard_input_is_read_once(monkeypatch, capsys):
    data = io.TextIOWrapper(io.BytesIO(json.dumps(GOLDEN[0]["document"]).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    assert main(["-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == GOLDEN[0]["expect"]
