"""The agencies' programs over /api/v1: what they deliver, release, ask for and withdraw."""

import io
import json

import pytest
from django.utils import timezone

from credit.ledger.models import Entry
from credit.records import actions
from credit.records.models import Record, Submission
from credit.records.programs import Kind
from tests import factories
from tests.records.conftest import LIST, parsed
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def one_record(number: int = 1, **changed: str) -> dict[str, str]:
    """A rating as a JSON object."""
    names = ("identifier_type", "identifier", "name", "mark", "decided_on", "ends_on", "document")
    return dict(zip(names, rating(number, **changed), strict=True))


def test_a_program_delivers_another_officers_program_releases(program):
    submitting = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    answer = submitting.deliver(ratings(rating(1), rating(2)))
    assert answer.status_code == 202
    made = answer.json()
    assert answer["Location"] == made["links"]["self"] == f"{LIST}/{made['submission']}"
    assert (made["status"], made["released"], made["program"]) == ("received", False, submitting.public_id)
    parsed(made["submission"])
    told = submitting.get(made["links"]["self"]).json()
    assert (told["status"], told["rows"], told["accepted"], told["faults"]) == ("parsed", 2, 2, 0)
    assert told["progress"] == 100
    done = releasing.post(told["links"]["release"], {})
    assert done.status_code == 200
    assert done.json()["released"]
    assert done.json()["records"] == {"new": 2, "changed": 0, "same": 0}
    assert Record.objects.count() == 2
    found = Submission.objects.get()
    assert (found.submitted_by, found.released_by) == (submitting.officer, releasing.officer)
    said = {entry.kind: entry.told()["by"] for entry in Entry.objects.filter(kind__startswith="submission.")}
    assert said["submission.received"] == f"program:{submitting.public_id}"
    assert said["submission.released"] == f"program:{releasing.public_id}"


def test_an_officer_releases_what_a_program_delivered(program):
    submitting = program()
    found = parsed(submitting.deliver(ratings(rating(1))).json()["submission"])
    with pytest.raises(Exception, match="nobody releases what they delivered"):
        actions.release(found.public_id, by=submitting.officer, now=timezone.now())
    actions.release(found.public_id, by=factories.officer("tax"), now=timezone.now())
    told = submitting.get(f"{LIST}/{found.public_id}").json()
    assert (told["status"], told["links"]["release"], told["links"]["withdraw"]) == ("released", None, None)


def test_nobody_releases_by_a_program_what_they_delivered(program):
    officer = factories.officer("tax")
    submitting, releasing = program(officer=officer), program(Kind.RELEASE, officer=officer, name="releases")
    found = parsed(submitting.deliver(ratings(rating(1))).json()["submission"])
    answer = releasing.post(f"{LIST}/{found.public_id}/release", {})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#not_allowed")
    assert not Record.objects.exists()


def test_a_file_with_faults_is_released_only_by_the_word_partial(program):
    submitting = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = parsed(submitting.deliver(ratings(rating(1), rating(2, mark="Z"))).json()["submission"])
    url = f"{LIST}/{found.public_id}/release"
    assert releasing.post(url, {}).status_code == 409
    assert releasing.post(url, {"partial": True}).json()["records"]["new"] == 1
    again = releasing.post(url, {"partial": True})
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/docs#conflict")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/csv", ratings(rating(1))),
        ("text/csv; charset=gb18030", ratings(rating(1)).decode().encode("gb18030")),
        ("application/json", json.dumps([one_record()]).encode()),
        ("application/json", json.dumps(one_record(), indent=1).encode()),
        ("application/x-ndjson", json.dumps(one_record()).encode() + b"\n"),
    ],
)
def test_every_kind_of_body_is_read(kind, body, program):
    found = parsed(program().deliver(body, kind=kind, filename="").json()["submission"])
    assert (found.status, found.accepted, found.faults_found) == ("parsed", 1, 0)


def test_a_spreadsheet_is_read(program):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(list(one_record()))
    book.active.append(list(one_record().values()))
    file = io.BytesIO()
    book.save(file)
    found = parsed(program().deliver(file.getvalue(), kind=XLSX).json()["submission"])
    assert (found.status, found.accepted, found.filename) == ("parsed", 1, "file.csv.xlsx")


def test_a_form_with_a_file_is_read(program):
    caller = program()
    file = io.BytesIO(ratings(rating(1)))
    file.name = "grades.csv"
    answer = caller.client.post(LIST, {"notation": "tax-grade", "file": file}, headers=caller.headers)
    assert answer.status_code == 202
    assert answer.json()["filename"] == "grades.csv"
    assert parsed(answer.json()["submission"]).accepted == 1
    assert caller.client.post(LIST, {"notation": "tax-grade"}, headers=caller.headers).status_code == 422


def test_faults_come_in_pages_with_identifiers_masked(program):
    caller = program()
    wrong = factories.uscc(1).value[:-1] + "?"
    rows = [rating(1, identifier=wrong, document="d1"), *(rating(n, mark="Z") for n in range(2, 7))]
    found = parsed(caller.deliver(ratings(*rows)).json()["submission"])
    first = caller.get(f"{LIST}/{found.public_id}/faults?limit=4").json()
    second = caller.get(first["next"]).json()
    assert (first["complete"], len(first["items"]), len(second["items"]), second["next"]) == (True, 4, 2, None)
    fault = first["items"][0]
    assert (fault["line"], fault["column"], fault["code"]) == (2, "identifier", "identifier.invalid")
    assert wrong not in json.dumps(first)
    assert [item["line"] for item in first["items"] + second["items"]] == [2, 3, 4, 5, 6, 7]


def test_the_list_comes_in_pages_and_can_be_narrowed(program):
    caller = program()
    ids = [caller.deliver(ratings(rating(n))).json()["submission"] for n in range(1, 6)]
    first = caller.get(f"{LIST}?limit=3").json()
    second = caller.get(first["next"]).json()
    assert [item["submission"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    parsed(ids[0])
    assert [one["submission"] for one in caller.get(f"{LIST}?status=parsed").json()["items"]] == [ids[0]]
    assert caller.get(f"{LIST}?notation=zhima").json()["items"] == []
    assert caller.get(f"{LIST}?status=nowhere").status_code == 422
    assert caller.get(f"{LIST}?limit=0").status_code == 422
    assert caller.get(f"{LIST}?cursor=2222-2222").status_code == 422


def test_a_program_withdraws_only_what_is_not_released(program):
    caller = program()
    found = parsed(caller.deliver(ratings(rating(1))).json()["submission"])
    url = f"{LIST}/{found.public_id}/withdraw"
    assert caller.post(url, {"reason": "  "}).status_code == 422
    assert caller.post(url, {"reason": "a\x00b"}).status_code == 422
    assert caller.post(url, {"reason": "\ud800"}).status_code == 422
    told = caller.post(url, {"reason": "The wrong year."}).json()
    assert (told["status"], told["withdrawn_why"]) == ("withdrawn", "The wrong year.")
    other = parsed(caller.deliver(ratings(rating(1))).json()["submission"])
    actions.release(other.public_id, by=factories.officer("tax"), now=timezone.now())
    refused = caller.post(f"{LIST}/{other.public_id}/withdraw", {"reason": "Too late."})
    assert refused.status_code == 403
    assert Submission.objects.get(pk=other.pk).status == "released"


# Tokens
