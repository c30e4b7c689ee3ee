"""Single-record submissions over HTTP: real web workers, real tokens, against the rate that is asked for."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.utils import timezone

from tests.records.files import rating

SUBMISSIONS, CALLERS, WEB_WORKERS, ASKED = 3_000, 8, 2, 200
HEADINGS = ("identifier_type", "identifier", "name", "mark", "decided_on", "ends_on", "document")
URL = "/api/v1/submissions?notation=tax-grade"


def measure() -> Iterator[tuple[str, str, float, str, float]]:
    """Two lines: nothing else running, and a worker checking what comes in at the same time."""
    call_command("migrate", verbosity=0)
    port = _free_port()
    with _running(
        "gunicorn", "portal.wsgi", "--no-control-socket", "--workers", str(WEB_WORKERS), "--bind", f"127.0.0.1:{port}"
    ):
        headers = _headers(port)
        _send_all(port, headers, "warm", 300)
        quiet = _send_all(port, headers, "quiet", SUBMISSIONS)
        celery = ("celery", "--quiet", "--app", "portal", "worker", "--concurrency", "1", "--loglevel", "ERROR")
        with _running(*celery):
            busy = _send_all(port, headers, "busy", SUBMISSIONS)
    peer, seconds = f"{ASKED} a second", SUBMISSIONS / ASKED
    what = f"{SUBMISSIONS:,} single-record submissions"
    yield what, f"API, {SUBMISSIONS / quiet:.0f} a second", quiet, peer, seconds
    yield f"{what}, a worker checking them", f"API, {SUBMISSIONS / busy:.0f} a second", busy, peer, seconds


def _headers(port: int) -> dict[str, str]:
    from credit.records import actions
    from credit.records.programs import Kind
    from tests import factories

    agency, officer = factories.agency("tax"), factories.officer("tax")
    name = f"bench {port}"
    made, secret = actions.admit_program(agency, name=name, kind=Kind.SUBMIT, by=officer, now=timezone.now())
    asked = f"grant_type=client_credentials&client_id={made.public_id}&client_secret={secret}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(4 * WEB_WORKERS):  # every worker has imported all it needs
        _post(port, "/readyz", b"", kind, until_ready=True)
    token = json.loads(_post(port, "/oauth/token", asked.encode(), kind)[1])["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _send_all(port: int, headers: dict[str, str], name: str, count: int) -> float:
    """Seconds until all are taken in. Raises AssertionError where one isn't."""
    rows = (dict(zip(HEADINGS, rating(n, document=f"{name}-{n}"), strict=True)) for n in range(1, count + 1))
    waiting = deque(json.dumps(row, ensure_ascii=False).encode() for row in rows)
    statuses: list[int] = []

    def call() -> None:
        while True:
            try:
                body = waiting.popleft()
            except IndexError:
                return
            key = {"Idempotency-Key": f"{name}-{len(waiting)}-{threading.get_ident()}"}
            statuses.append(_post(port, URL, body, headers | key)[0])

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    began = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    took = time.perf_counter() - began
    assert statuses == [202] * count, set(statuses)
    return took


def _post(port: int, url: str, body: bytes, headers: dict[str, str], *, until_ready: bool = False) -> tuple[int, bytes]:
    end = time.monotonic() + 120
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", url, body, headers)
            answer = connection.getresponse()
            if until_ready and answer.status == 503 and time.monotonic() < end:
                continue
            return answer.status, answer.read()
        except ConnectionError:
            if not until_ready or time.monotonic() > end:
                raise
            time.sleep(0.2)
        finally:
            connection.close()


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[None]:
    """A process of the portal beside this one, on the same services; ended afterwards."""
    command = ["setpriv", "--pdeathsig=TERM", "--", sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, env=dict(os.environ))
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
