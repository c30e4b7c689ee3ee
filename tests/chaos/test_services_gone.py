"""PostgreSQL or Redis gone: a plain page in bounded time, nothing lost, and no restart of the web processes."""

import re

import pytest

from credit.reports import rules
from portal.config import ROOT
from tests.chaos.conftest import gone, service_of, stopped
from tests.chaos.database import time_passes
from tests.chaos.visitor import Visitor
from tests.journeys.running import Portal, wait_for

pytestmark = pytest.mark.long

BOUND_SECONDS = 12
"""The most that a page may take to say that a service is gone."""
HUNG_SECONDS = 30
"""The same when it accepts connections and says nothing: gunicorn's patience ends here."""
RECOVERY_SECONDS = 60
PLAIN = "We have not lost anything"
CLEAN = ROOT / "tests" / "golden" / "intake" / "penalties-clean.csv"


@pytest.fixture(scope="module")
def subject(portal: Portal) -> Visitor:
    return Visitor(portal.url).sign_in(portal.person("representative"))


@pytest.fixture(scope="module")
def officer(portal: Portal) -> Visitor:
    return Visitor(portal.url).sign_in(portal.person("officer", agency="market-supervision"))


@pytest.fixture(autouse=True)
def it_recovers_without_a_restart(portal: Portal):
    """After each test the same web processes are ready again."""
    before = {process.pid for process in portal.processes("gunicorn")}
    yield
    wait_until_ready(portal)
    assert {process.pid for process in portal.processes("gunicorn")} == before


def wait_until_ready(portal: Portal) -> None:
    wait_for(lambda: Visitor(portal.url).get("/readyz").status_code == 200, RECOVERY_SECONDS)


def says_it_is_gone(portal: Portal, visitor: Visitor, *paths: str) -> None:
    """Every path answers 503 with the plain page, soon; the process still lives."""
    for path in paths:
        answer = visitor.get(path)
        assert answer.status_code == 503, path
        assert PLAIN in answer.text
        assert answer.headers["Retry-After"]
        assert answer.elapsed.total_seconds() < BOUND_SECONDS, path
    only_alive(portal, BOUND_SECONDS)


def only_alive(portal: Portal, seconds: float) -> None:
    """What machines are told, who send no cookies."""
    machine = Visitor(portal.url)
    assert machine.get("/livez").status_code == 200
    ready = machine.get("/readyz")
    assert ready.status_code == 503
    assert ready.elapsed.total_seconds() < seconds


def order(subject: Visitor, door: str, token: str, key: str, kind: str) -> str:
    """Order a report; its path."""
    answer = subject.post(f"{door}reports", {"kind": kind, "language": "en", "key": key}, token)
    assert answer.status_code == 200, answer.text[-500:]
    assert answer.elapsed.total_seconds() < BOUND_SECONDS
    return answer.url[len(subject.base) :]


def test_pages_say_that_postgresql_is_gone_and_work_again_when_it_is_back(portal, subject):
    door = subject.door()
    with gone(portal, "postgres"):
        says_it_is_gone(portal, subject, "/", door, f"{door}reports", "/schemes/", "/account/login/")
    wait_until_ready(portal)
    assert subject.get(door).status_code == 200


def test_pages_say_that_postgresql_does_not_answer(portal, subject):
    door = subject.door()
    postgres = service_of(portal, "postgres")
    with stopped(postgres, *postgres.children()):
        answer = subject.get(door)
        assert answer.status_code == 503
        assert PLAIN in answer.text
        assert answer.elapsed.total_seconds() < HUNG_SECONDS
        only_alive(portal, HUNG_SECONDS)
    wait_until_ready(portal)
    assert subject.get(door).status_code == 200


def test_a_report_ordered_while_redis_is_gone_is_issued_when_it_is_back(portal, subject):
    door = subject.door()
    token = subject.token(f"{door}reports")
    with gone(portal, "redis-server"):
        path = order(subject, door, token, "while-gone", "summary")
        assert "Your copy is being written." in subject.get(path).text
        only_alive(portal, BOUND_SECONDS)
        time_passes(portal, "reports_report", "ordered_at", round(rules.PATIENCE.total_seconds()))
    wait_for(lambda: "Download the PDF" in subject.get(path).text, 2 * RECOVERY_SECONDS)


def test_signing_in_while_redis_is_gone_says_so_plainly(portal):
    visitor = Visitor(portal.url)
    person = portal.person("individual")
    token = visitor.token("/account/login/")
    fields = {"login": person["email"], "password": person["password"]}
    with gone(portal, "redis-server"):
        answer = visitor.post("/account/login/", fields, token)
        assert answer.status_code == 503
        assert PLAIN in answer.text
    wait_until_ready(portal)
    visitor.sign_in(person)


def test_a_file_delivered_while_redis_does_not_answer_is_checked_when_it_does(portal, officer):
    home = "/agency/market-supervision/"
    token = officer.token(home)
    with stopped(service_of(portal, "redis-server")):
        file = {"file": (CLEAN.name, CLEAN.read_bytes())}
        answer = officer.post(home, {"notation": "double-publicity-penalty"}, token, files=file)
        assert answer.status_code == 200
        assert answer.elapsed.total_seconds() < BOUND_SECONDS
        path = answer.url[len(portal.url) :]
        assert re.fullmatch(r"/agency/market-supervision/submissions/[0-9A-Z-]+", path)
    wait_for(lambda: "60, of which 60 are sound" in officer.get(path).text, 2 * RECOVERY_SECONDS)


def test_the_ledger_holds_after_all_that(portal):
    assert portal.run("verify_ledger")["ok"]
