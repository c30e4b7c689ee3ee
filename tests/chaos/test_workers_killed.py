"""A worker killed in the middle of its work: what it did is done by another, once. A missing key: the report waits."""

import io
import os
import re
import signal

import psutil
import pytest

from credit.records import submissions
from credit.reports import development, rules
from tests.chaos.database import database_of, time_passes
from tests.chaos.visitor import Visitor
from tests.journeys.running import Portal, wait_for

pytestmark = pytest.mark.long

WORK_SECONDS = 90
ROWS = 20_000
AGENCY = "/agency/rongcheng/"
DOWNLOAD = re.compile(r'href="[^"]+/reports/[^"/]+/(file)"')
CLAIM_OF_A_FILE, CLAIM_OF_A_REPORT, PAUSE_OF_A_REPORT = (
    round(span.total_seconds()) + 1 for span in (submissions.LEASE, rules.LEASE, rules.PAUSE)
)
HEADINGS = "identifier_type,identifier,name,mark,decided_on,ends_on,document"


@pytest.fixture(scope="module")
def subject(portal: Portal) -> Visitor:
    return Visitor(portal.url).sign_in(portal.person("representative"))


@pytest.fixture(scope="module")
def officer(portal: Portal) -> Visitor:
    return Visitor(portal.url).sign_in(portal.person("officer", agency="rongcheng"))


def order(subject: Visitor, kind: str, key: str) -> str:
    """Order a report; its path."""
    page = f"{subject.door()}reports"
    answer = subject.post(page, {"kind": kind, "language": "zh-hans", "key": key}, subject.token(page))
    assert answer.status_code == 200
    return answer.url[len(subject.base) :]


def deliver(officer: Visitor, document: str) -> str:
    """Deliver a file that takes a while to check; its path."""
    rows = (
        f"resident-id,11010119630617309X,测试戊,700,2026-01-05,2028-01-05,{document}-{number}" for number in range(ROWS)
    )
    content = "\n".join([HEADINGS, *rows]).encode()
    files = {"file": (f"{document}.csv", io.BytesIO(content))}
    answer = officer.post(AGENCY, {"notation": "rongcheng-points"}, officer.token(AGENCY), files=files)
    assert answer.status_code == 200
    return answer.url[len(officer.base) :]


def in_the_middle(portal: Portal, table: str, path: str, status: str) -> None:
    """Return while a worker has it."""
    query = f"SELECT status FROM {table} WHERE public_id = %s"
    with database_of(portal) as connection:
        wait_for(lambda: connection.execute(query, [path.rsplit("/", 1)[1]]).fetchone() == (status,), WORK_SECONDS)


def the_worker(portal: Portal) -> psutil.Process:
    """The worker's first process, which leads a group of its own."""
    return next(p for p in portal.processes("celery", "worker") if p.pid == os.getpgid(p.pid))


def kill_whoever_works(portal: Portal) -> None:
    """-9 to each process of the worker's pool; beat and the worker itself live on."""
    for child in the_worker(portal).children():
        if not any("beat-schedule" in file.path for file in child.open_files()):
            child.kill()


def happened(portal: Portal, kind: str) -> int:
    """How many times the ledger says so."""
    with database_of(portal) as connection:
        return connection.execute("SELECT count(*) FROM ledger_entry WHERE kind = %s", [kind]).fetchone()[0]


def is_ready(subject: Visitor, report: str) -> bool:
    return "file" in DOWNLOAD.findall(subject.get(report).text)


def is_checked(officer: Visitor, delivery: str) -> bool:
    return f"{ROWS}, of which {ROWS} are sound" in officer.get(delivery).text


def test_a_report_is_issued_once_though_its_worker_is_killed(portal, subject):
    before = happened(portal, "report.issued")
    report = order(subject, "full", "killed-child")
    in_the_middle(portal, "reports_report", report, "rendering")
    kill_whoever_works(portal)
    wait_for(lambda: is_ready(subject, report), WORK_SECONDS)
    assert happened(portal, "report.issued") == before + 1


def test_a_file_is_checked_once_though_its_worker_is_killed(portal, officer):
    before = happened(portal, "submission.parsed")
    delivery = deliver(officer, "killed-child")
    in_the_middle(portal, "records_submission", delivery, "parsing")
    kill_whoever_works(portal)
    assert not is_checked(officer, delivery)
    time_passes(portal, "records_submission", "claimed_at", CLAIM_OF_A_FILE)
    wait_for(lambda: is_checked(officer, delivery), WORK_SECONDS)
    assert happened(portal, "submission.parsed") == before + 1


def test_work_is_finished_once_after_the_whole_worker_was_killed(portal, subject, officer):
    before = happened(portal, "report.issued"), happened(portal, "submission.parsed")
    delivery = deliver(officer, "killed-worker")
    report = order(subject, "summary", "killed-worker")
    in_the_middle(portal, "reports_report", report, "rendering")
    os.killpg(the_worker(portal).pid, signal.SIGKILL)
    assert portal.process.wait(WORK_SECONDS) == 1  # the demo says so and stops the rest
    wait_for(lambda: portal.processes() == [], WORK_SECONDS)
    portal.start()
    time_passes(portal, "records_submission", "claimed_at", CLAIM_OF_A_FILE)
    time_passes(portal, "reports_report", "tried_at", CLAIM_OF_A_REPORT)
    wait_for(lambda: is_ready(subject, report) and is_checked(officer, delivery), WORK_SECONDS)
    assert (happened(portal, "report.issued"), happened(portal, "submission.parsed")) == tuple(n + 1 for n in before)


def test_without_a_signing_key_a_report_waits_and_is_issued_when_the_key_is_back(portal, subject, tmp_path):
    key = tmp_path / "signing"
    portal.stop()
    portal.environment |= {
        "SIGNING_KEY": str(key / "key.pem"),
        "SIGNING_CERTIFICATE": str(key / "certificate.pem"),
        "SIGNING_CHAIN": str(key / "ca.pem"),
    }
    portal.start()
    report = order(subject, "counterparty", "no-key")
    wait_for(lambda: "t sign at the moment. Your order waits" in subject.get(report).text, WORK_SECONDS)
    assert subject.get(f"{report}/file").status_code == 404
    assert "signing key" in (portal.folder / "demo.log").read_text().lower()
    development.make(key)
    time_passes(portal, "reports_report", "tried_at", PAUSE_OF_A_REPORT)
    wait_for(lambda: is_ready(subject, report), WORK_SECONDS)
    assert subject.get(f"{report}/file").content.startswith(b"%PDF-")


def test_the_ledger_holds_after_all_that(portal):
    assert portal.run("verify_ledger")["ok"]
