"""From a delivered file to staged rows: kept sealed, parsed once, whatever happens to the worker."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from credit.core.errors import Invalid, NotAllowed
from credit.records import actions, intake, keeping, staging, tasks
from credit.records.models import Fault, KeptFile, StagedRows, Submission
from credit.records.moves import Status
from credit.records.refusals import Refused
from tests import factories
from tests.records.files import rating, ratings

FOLDER = Path(__file__).parents[1] / "golden" / "intake"
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
BY_NOTATION = {
    "double-publicity-penalty": "market-supervision",
    "double-publicity-licence": "market-supervision",
    "court-judgment-debtors": "courts",
    "tax-grade": "tax",
}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "empty.csv"])
def test_a_sample_file_is_staged_as_it_should(name, office):
    answer = ANSWERS[name]
    agency = answer.get("agency") or BY_NOTATION[answer["notation"]]
    made = office(agency, answer["notation"]).deliver((FOLDER / name).read_bytes(), filename=name)
    found = staging.faults_of(made.faults.all(), made)
    if "file_fault" in answer:
        assert made.status == Status.REFUSED
        assert [fault.code for fault in found] == [answer["file_fault"]]
        assert not made.staged.exists()
        return
    assert (made.status, made.rows, made.accepted) == (Status.PARSED, answer["rows"], answer["accepted"])
    assert [{"line": f.line, "code": f.code, "column": f.column} for f in found] == answer["faults"]
    assert sum(len(batch) for batch in staging.staged(made)) == made.accepted


def test_nothing_of_a_file_can_be_read_in_the_database(office):
    made = office().deliver(ratings(rating(1), rating(2, mark="unheard")))
    number = factories.uscc(1).value.encode()
    kept = [bytes(KeptFile.objects.get(submission=made).sealed), *(bytes(b.sealed) for b in made.staged.all())]
    kept += [bytes(fault.sealed) for fault in made.faults.all()]
    assert len(kept) == 3
    assert not any(number in blob or b"unheard" in blob or "示例".encode() in blob for blob in kept)


def test_a_file_is_kept_in_pieces_none_of_which_can_be_left_out(office, monkeypatch):
    monkeypatch.setattr(keeping, "PIECE", 50)
    data = ratings(rating(1), rating(2))
    made = office().deliver(data)
    assert made.accepted == 2
    assert KeptFile.objects.filter(submission=made).count() == -(-len(data) // 50)
    assert keeping.delivered_bytes(made) == data
    made.sha256 = "0" * 64
    with pytest.raises(ValueError, match="missing"):
        keeping.delivered_bytes(made)


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "file.empty"), (b" \r\n ", "file.empty"), (b"x" * 101, "file.too_large")]
)
def test_a_file_is_refused_at_the_door(data, code, office, settings):
    settings.SUBMISSION_MAX_BYTES = 100
    with pytest.raises(Refused) as refused:
        office().deliver(data)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert not Submission.objects.exists()


def test_the_same_bytes_are_taken_once(office):
    desk = office()
    first = desk.deliver(ratings(rating(1)))
    with pytest.raises(Refused) as refused:
        desk.deliver(ratings(rating(1)), filename="another name.csv")
    assert [(f.code, f.expected) for f in refused.value.faults] == [("file.duplicate", first.public_id)]


def test_refused_withdrawn_and_other_submissions_are_no_duplicates(office):
    desk = office()
    refused = desk.deliver(b"nonsense\n1\n")
    assert refused.status == Status.REFUSED
    assert desk.deliver(b"nonsense\n1\n").status == Status.REFUSED
    made = desk.deliver(ratings(rating(1)))
    actions.withdraw(made.public_id, reason="wrong file", by=desk.first, now=desk.now)
    assert desk.deliver(ratings(rating(1))).status == Status.PARSED
    assert office("labour", "labour-grade").deliver(ratings(rating(1))).status == Status.PARSED


def test_an_agency_delivers_only_what_it_is_registered_for(office):
    with pytest.raises(Refused) as refused:
        office("tax", "customs-level").deliver(ratings(rating(1)))
    assert [fault.code for fault in refused.value.faults] == ["agency.not_authorised"]
    with pytest.raises(Invalid, match="no such notation"):
        office("tax", "horoscope").deliver(ratings(rating(1)))


def test_only_the_agencys_officers_deliver(office, now):
    desk = office()
    stranger = factories.officer("customs")
    with pytest.raises(NotAllowed):
        actions.receive(b"x", filename="x", agency=desk.agency, notation="tax-grade", by=stranger, now=now)


def test_a_name_that_is_not_the_one_on_file_holds_its_row(office):
    factories.company("原名公司", factories.uscc(1))
    made = office().deliver(ratings(rating(1, name="别名公司"), rating(2)))
    assert made.accepted == 1
    assert [(f.line, f.column, f.code) for f in staging.faults_of(made.faults.all(), made)] == [
        (2, "name", "name.conflict")
    ]


@pytest.mark.parametrize(
    ("on_file", "given"),
    [
        ("示例（中国）公司", "示例(中国) 公司"),
        ("Jean-Paul Müller", "MULLER Jean Paul"),
        ("ＡＢＣ公司", "abc公司"),
        ("王小明", "WANG Xiaoming"),
    ],
)
def test_order_width_and_transliteration_are_no_conflict(on_file, given, office):
    factories.company(on_file, factories.uscc(1))
    assert office().deliver(ratings(rating(1, name=given))).accepted == 1


def test_two_names_for_one_number_in_a_file_hold_the_second_row(office):
    made = office().deliver(ratings(rating(1), rating(1, document="doc2", name="另一公司")))
    assert [(f.line, f.code) for f in staging.faults_of(made.faults.all(), made)] == [(3, "name.conflict")]


def test_the_preview_counts_subjects_and_records(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    made = desk.deliver(ratings(rating(1), rating(1, document="new"), rating(2), rating(3)))
    assert (made.subjects, made.subjects_new, made.records_known) == (3, 2, 1)


def test_a_killed_worker_loses_its_claim_and_the_next_starts_anew(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(*(rating(n) for n in range(1, 8)), rating(8, mark="Z")), parse=False)
    monkeypatch.setattr(intake, "read", _in_batches_of(3, stop_after=2))
    with pytest.raises(KeyboardInterrupt):
        actions.parse(made.pk, now=desk.now)
    made.refresh_from_db()
    assert (made.status, made.rows) == (Status.PARSING, 6)
    monkeypatch.undo()
    assert actions.parse(made.pk, now=desk.now + timedelta(seconds=30)) is None  # the claim still stands
    later = desk.now + timedelta(seconds=120)
    assert made in Submission.objects.left_lying(later)
    assert actions.parse(made.pk, now=later).status == Status.PARSED
    made.refresh_from_db()
    assert (made.claim, made.rows, made.accepted, made.faults_found) == (2, 8, 7, 1)
    assert set(StagedRows.objects.values_list("claim", flat=True)) == {2}
    assert Fault.objects.count() == 1


def test_a_worker_that_was_overtaken_writes_nothing(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(*(rating(n) for n in range(1, 8))), parse=False)

    def overtaken(data, **options):
        readings = list(_in_batches_of(3)(data, **options))
        yield readings[0]
        monkeypatch.undo()
        assert actions.parse(made.pk, now=desk.now + timedelta(hours=1)).accepted == 7
        yield from readings[1:]

    monkeypatch.setattr(intake, "read", overtaken)
    assert actions.parse(made.pk, now=desk.now) is None
    made.refresh_from_db()
    assert (made.status, made.claim, made.rows, made.accepted) == (Status.PARSED, 2, 7, 7)
    assert sum(len(batch) for batch in staging.staged(made)) == 7


def test_a_file_that_kills_every_worker_is_refused_in_the_end(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(rating(1)), parse=False)
    monkeypatch.setattr(intake, "read", _in_batches_of(3, stop_after=0))
    for hour in range(intake.MAX_CLAIMS):
        with pytest.raises(KeyboardInterrupt):
            actions.parse(made.pk, now=desk.now + timedelta(hours=hour))
    assert actions.parse(made.pk, now=desk.now + timedelta(hours=9)).status == Status.REFUSED


def test_a_withdrawal_stops_the_worker(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(*(rating(n) for n in range(1, 8))), parse=False)

    def withdrawn(data, **options):
        readings = list(_in_batches_of(3)(data, **options))
        yield readings[0]
        actions.withdraw(made.public_id, reason="wrong file", by=desk.first, now=desk.now)
        yield from readings[1:]

    monkeypatch.setattr(intake, "read", withdrawn)
    assert actions.parse(made.pk, now=desk.now) is None
    made.refresh_from_db()
    assert made.status == Status.WITHDRAWN
    assert not made.staged.exists()


def test_the_sweeper_sends_again_what_was_left_lying(office, monkeypatch):
    desk = office()
    made = desk.deliver(ratings(rating(1)), parse=False)
    sent = []
    monkeypatch.setattr("credit.records.queue.current_app.send_task", lambda name, args: sent.append((name, args)))
    assert tasks.sweep() == 1
    assert sent == [("records.parse", [made.pk])]
    tasks.parse(made.pk)
    assert tasks.sweep() == 0


def test_a_lost_broker_loses_nothing(office, monkeypatch, django_capture_on_commit_callbacks):
    from kombu.exceptions import OperationalError

    def gone(*_args):
        raise OperationalError("gone")

    monkeypatch.setattr("credit.records.queue.current_app.send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        made = office().deliver(ratings(rating(1)), parse=False)
    assert made in Submission.objects.left_lying(made.queued_at + timedelta(seconds=60))


def test_parsing_costs_the_same_number_of_queries_for_more_rows(office, django_assert_num_queries):
    def queries(count: int) -> int:
        from django.test.utils import CaptureQueriesContext

        desk = office()
        made = desk.deliver(ratings(*(rating(count * 1000 + n) for n in range(count))), parse=False)
        with CaptureQueriesContext(connection) as captured:
            actions.parse(made.pk, now=desk.now)
        return len(captured)

    assert queries(2) == queries(40)


def _in_batches_of(rows: int, *, stop_after: int | None = None):
    from credit.records.notations.reading import read

    def readings(data, **options):
        for number, reading in enumerate(read(data, **options, batch_rows=rows)):
            if number == stop_after:
                raise KeyboardInterrupt
            yield reading

    return readings
