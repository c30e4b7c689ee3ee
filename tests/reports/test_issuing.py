"""From an order to a published document, and everything that may come between."""

import hashlib
import shutil
import uuid
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from credit.access.models import Disclosure, Ground
from credit.core.errors import Conflict, Invalid
from credit.core.policy import System
from credit.ledger.models import Entry
from credit.reports import actions, checking, printing, rules
from credit.reports.content import Kind, Language, ReportContent
from credit.reports.models import Report
from credit.reports.rules import Status
from credit.vault import actions as vault
from tests.examples import tries
from tests.reports.world import make_world


def content_of(report: Report) -> ReportContent:
    return ReportContent.from_json(
        vault.open_sealed(bytes(report.content), context=f"reports.content:{report.public_id}")
    )


def kinds_of_entries() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def test_an_order_becomes_a_genuine_and_current_document(world, trust):
    report = world.issued(kind=Kind.FULL)
    pdf = actions.document(report)
    assert report.status == Status.ISSUED
    assert (report.sha256, report.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    checked = checking.by_file(pdf)
    assert (checked.verdict.valid, str(checked.standing), checked.verdict.serial) == (True, "current", report.public_id)
    assert checking.by_code(report.code.lower().replace("-", " ")) == report


def test_it_says_what_the_file_holds_with_the_identifier_masked(world):
    content = content_of(world.issued(kind=Kind.FULL))
    assert content.subject_name == "喆翀"
    assert [line.record for line in content.lines] == [world.record.public_id]
    assert content.identifiers[0].masked.count("*") >= 8
    assert content.recalculation["answer"]["score"] == content.score


def test_it_is_written_in_its_own_language(world):
    chinese = content_of(world.issued(language=Language.CHINESE, kind=Kind.FULL))
    english = content_of(world.issued("k2", kind=Kind.FULL))
    assert chinese.scheme_name != english.scheme_name
    assert chinese.lines[0].agency != english.lines[0].agency


@pytest.mark.parametrize("kind", [Kind.SUMMARY, Kind.COUNTERPARTY])
def test_what_a_kind_does_not_tell_is_not_even_kept(world, kind):
    content = content_of(world.issued(kind=kind))
    assert content.lines == ()
    assert content.recalculation is None


def test_what_is_kept_is_sealed(world):
    report = world.issued()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, pdf FROM reports_report WHERE id = %s", [report.pk])
        content, pdf = (bytes(column) for column in cursor.fetchone())
    assert not pdf.startswith(b"%PDF")
    assert "喆翀".encode() not in content


def test_the_look_and_each_step_are_in_the_ledger_and_the_ground_is_closed(world):
    report = world.issued()
    kinds = kinds_of_entries()
    assert kinds.index("report.ordered") < kinds.index("report.issued")
    look = Disclosure.objects.get(system=System.REPORTS)
    assert (look.subject, look.ground_kind) == (world.subject, "order")
    ground = Ground.objects.get(about_id=report.public_id)
    assert ground.closed_at is not None


def test_a_double_click_is_one_report(world):
    assert world.order("same") == world.order("same")
    assert world.order("another key") == world.order("same")
    assert Report.objects.count() == 1
    assert kinds_of_entries().count("report.ordered") == 1


def test_the_same_key_after_issuing_is_still_the_same_report(world):
    issued = world.issued("same")
    assert world.order("same") == issued
    assert world.order("other") != issued


def test_two_clicks_at_once_are_one_report(committed, now):
    world = make_world(now)
    barrier, found = Barrier(2), []

    def click() -> None:
        permit = world.permit()
        barrier.wait()
        made = actions.order(
            permit, kind=Kind.FULL, language=Language.ENGLISH, key="one", by=world.owner, now=world.now
        )
        found.append(made.pk)
        connection.close()

    clicks = [Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_two_workers_publish_once(committed, now, data_dir):
    world = make_world(now)
    report = world.order()
    barrier, answers = Barrier(2), []

    def work() -> None:
        barrier.wait()
        answers.append(actions.issue(report.public_id, now=now))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert sorted(answer is None for answer in answers) == [False, True]
    assert Report.objects.get(pk=report.pk).tries == 1


def test_a_worker_whose_claim_ran_out_publishes_nothing(world, signer):
    report = world.order()
    slow = actions._claim(report.public_id, now=world.now)
    content = actions._freeze(slow, now=world.now)
    printed = printing.make(content, signer)
    later = world.now + rules.LEASE
    fast = actions.issue(report.public_id, now=later)
    with pytest.raises(Conflict):
        actions._publish(slow, content, printed, signer, now=later)
    actions._give_back(slow, rules.Move.RETRY, "late")
    report.refresh_from_db()
    assert (report.status, report.sha256) == (Status.ISSUED, fast.sha256)


def test_a_claimed_report_is_left_to_its_worker(world):
    report = world.order()
    assert actions._claim(report.public_id, now=world.now) is not None
    assert actions.issue(report.public_id, now=world.now + rules.LEASE - timedelta(seconds=1)) is None


def test_a_report_of_a_worker_that_died_is_taken_over_at_once(world):
    report = world.order()
    assert actions._claim(report.public_id, now=world.now) is not None
    assert actions.issue(report.public_id, now=world.now, again=True).status == Status.ISSUED


def test_a_report_that_workers_die_of_is_not_taken_over_time_after_time(world):
    report = world.order()
    for _ in range(rules.TRIES):
        assert actions._claim(report.public_id, now=world.now, again=True) is not None
    assert actions.issue(report.public_id, now=world.now, again=True) is None
    assert actions._claim(report.public_id, now=world.now + rules.LEASE) is not None


def test_without_the_key_it_waits_and_is_issued_once_it_is_back(world, settings, tmp_path, key_folder):
    settings.DATA_DIR = tmp_path
    shutil.copytree(key_folder, tmp_path / "signing")
    (tmp_path / "signing" / "key.pem").rename(tmp_path / "key.pem")
    report = world.order()
    assert actions.issue(report.public_id, now=world.now) is None
    report.refresh_from_db()
    assert (report.status, report.pdf, report.content) == (Status.WAITING, None, None)
    assert "key.pem" in report.error
    assert not Disclosure.objects.filter(system=System.REPORTS).exists()  # nobody looked for nothing
    (tmp_path / "key.pem").rename(tmp_path / "signing" / "key.pem")
    assert actions.issue(report.public_id, now=world.now).status == Status.ISSUED


def test_without_fonts_it_waits(world, settings, tmp_path):
    settings.FONTS_DIR = str(tmp_path)
    report = world.order()
    assert actions.issue(report.public_id, now=world.now) is None
    report.refresh_from_db()
    assert report.status == Status.WAITING


def test_what_fails_is_tried_again_and_given_up_in_the_end(world, monkeypatch):
    report = world.order()
    monkeypatch.setattr(printing, "STYLE", "nowhere.css")
    for tried in range(1, rules.TRIES + 1):
        with pytest.raises(Exception, match=r".+"):
            actions.issue(report.public_id, now=world.now)
        report.refresh_from_db()
        assert report.tries == tried
    assert (report.status, report.pdf) == (Status.FAILED, None)
    assert actions.issue(report.public_id, now=world.now) is None
    assert Ground.objects.get(about_id=report.public_id).closed_at is not None


@pytest.mark.parametrize(
    ("state", "age", "due"),
    [
        ({"status": "ordered"}, rules.PATIENCE, True),
        ({"status": "ordered"}, rules.PATIENCE - timedelta(seconds=1), False),
        ({"status": "waiting", "tried": True}, rules.PAUSE, True),
        ({"status": "waiting", "tried": True}, rules.PAUSE - timedelta(seconds=1), False),
        ({"status": "ordered", "tried": True}, rules.PAUSE, True),
        ({"status": "rendering", "tried": True}, rules.LEASE, True),
        ({"status": "rendering", "tried": True}, rules.LEASE - timedelta(seconds=1), False),
        ({"status": "failed", "tried": True}, timedelta(days=1), False),
    ],
)
def test_the_sweeper_finds_what_was_left_lying(world, state, age, due):
    report = world.order()
    tried_at = world.now if state.get("tried") else None
    claim = uuid.uuid4() if state["status"] == "rendering" else None
    Report.objects.filter(pk=report.pk).update(status=state["status"], tried_at=tried_at, claim=claim)
    assert Report.objects.opened_to(System.SWEEPER).due(world.now + age).exists() == due


def test_sweeping_sends_what_lies_to_the_workers_again(world):
    world.order()
    assert actions.sweep(now=world.now) == 0
    assert actions.sweep(now=world.now + rules.PATIENCE) == 1


def test_an_order_survives_a_queue_that_is_gone(committed, now, monkeypatch):
    def gone(*_: object) -> None:
        raise OperationalError("no queue")

    world = make_world(now)
    monkeypatch.setattr(actions, "send", gone)
    report = world.order()
    monkeypatch.undo()
    assert Report.objects.get(pk=report.pk).status == Status.ORDERED
    assert report in Report.objects.due(now + rules.PATIENCE)


def test_an_issued_report_is_swept_no_more(world):
    world.issued()
    assert actions.sweep(now=world.now + timedelta(days=30)) == 0


@settings(max_examples=tries(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.one_of(st.just(""), st.text(min_size=65, max_size=80)))
def test_an_order_without_a_proper_key_is_refused(world, key):
    with pytest.raises(Invalid):
        world.order(key)
