"""`publish_scheme`, `rescore` and `explain` answer what the contract says."""

import io
import json

import pytest
from django.core.management import call_command

from credit.access.models import Disclosure
from credit.core.policy import Role
from credit.scoring.document import answer, parse, recalculate
from tests import factories
from tests.scoring.conftest import OPEN_1


@pytest.fixture
def operator(db):
    return factories.member(Role.OPERATOR, factories.oversight())


def run(*arguments, by):
    out = io.StringIO()
    call_command(*arguments, "--json", "--by", by.email, stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments, by):
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as done:
        call_command(*arguments, "--json", "--by", by.email, stdout=out, stderr=err)
    assert (done.value.code, out.getvalue()) == (2, "")
    assert len(err.getvalue().strip().splitlines()) == 1
    return err.getvalue()


def test_publish_scheme_says_what_it_published(operator):
    said = run("publish_scheme", str(OPEN_1), by=operator)
    assert (said["scheme"], said["version"], said["in_force_from"]) == ("open", 1, "2026-01-01")
    assert run("publish_scheme", str(OPEN_1), by=operator) == said
    assert "no-such-file" not in refused("publish_scheme", "no-such-file.toml", by=operator)


def test_rescore_counts_subjects_and_changes(scheme, state, operator):
    state(factories.person())
    assert run("rescore", by=operator).keys() == {"scheme", "version", "subjects", "changed", "seconds"}
    again = run("rescore", by=operator)
    assert (again["scheme"], again["version"], again["subjects"], again["changed"]) == ("open", 1, 0, 0)
    assert run("rescore", "--all", "--as-of", "2026-12-24", by=operator)["subjects"] >= 1
    refused("rescore", "--scheme", "none", by=operator)
    refused("rescore", "--as-of", "tomorrow", by=operator)


def test_explain_prints_a_document_that_recalculates_and_is_a_look(scheme, state, operator):
    identifier = factories.uscc()
    subject = factories.company(identifier=identifier)
    state(subject)
    told = run("explain", f"uscc:{identifier.value}", "--as-of", "2026-11-23", by=operator)
    document = parse(json.dumps(told).encode())
    assert told["answer"] == answer(recalculate(document)) == document.answer
    assert Disclosure.objects.filter(subject=subject, user=operator).count() == 1
    before = run("explain", f"uscc:{identifier.value}", "--known-at", "2020-01-01T00:00:00", by=operator)
    assert before["records"] == []


def test_explain_without_json_is_the_sum_as_a_table(scheme, state, operator):
    identifier = factories.uscc()
    state(factories.company(identifier=identifier), value=-1000)
    out = io.StringIO()
    call_command("explain", f"uscc:{identifier.value}", "--by", operator.email, stdout=out)
    assert [line.split()[-1] for line in out.getvalue().splitlines() if line.startswith("score")] == ["440.0"]


def test_explain_reads_the_subject_from_standard_input(scheme, operator, monkeypatch):
    identifier = factories.resident_id()
    factories.person(identifier=identifier)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"resident-id:{identifier.value}\n"))
    assert run("explain", "-", by=operator)["answer"]["score"] is None


def test_explain_refuses_in_one_line_and_never_repeats_the_number(scheme, operator):
    wrong = factories.uscc(999_999_999).value
    assert wrong not in refused("explain", f"uscc:{wrong}", by=operator)
    assert "91350211M0000XUF46" not in refused("explain", "uscc:91350211M0000XUF46", by=operator)
    refused("explain", "nonsense", by=operator)
    refused("explain", f"uscc:{wrong}", "--as-of", "2026-02-30", by=operator)
    refused("explain", f"uscc:{wrong}", "--known-at", "then", by=operator)
    refused("explain", f"uscc:{wrong}", "--purpose", "curiosity", by=operator)


def test_who_has_no_ground_is_refused_a_look(scheme):
    identifier = factories.uscc()
    factories.company(identifier=identifier)
    refused("explain", f"uscc:{identifier.value}", by=factories.user())
