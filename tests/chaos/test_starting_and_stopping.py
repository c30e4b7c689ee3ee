"""How a portal starts and ends: nothing left running, nothing lost, nothing shared, and no start as the wrong role."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql

from portal.config import ROOT, development_keys
from portal.embedded.places import DATABASE, Services
from tests.chaos.database import services
from tests.chaos.visitor import Visitor
from tests.journeys.running import Portal, wait_for

pytestmark = pytest.mark.long

GONE_SECONDS = 40
START_SECONDS = 60


@pytest.fixture(scope="module")
def kept(another_portal: Any, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """A portal that these tests start and end in turn: its data must survive each of them. Its user's home is empty."""
    made = another_portal(tmp_path_factory.mktemp("kept"))
    made.environment["HOME"] = str(tmp_path_factory.mktemp("home"))
    return made


def wait_until_gone(portal: Portal) -> None:
    try:
        wait_for(lambda: not alive(portal), GONE_SECONDS)
    except AssertionError:
        pytest.fail("\n".join(f"{each.pid} {each.ppid()} {each.status()} {each.cmdline()}" for each in alive(portal)))


def alive(portal: Portal) -> list[psutil.Process]:
    return [process for process in portal.processes() if process.status() != psutil.STATUS_ZOMBIE]


def test_two_portals_at_once_share_nothing_and_ctrl_c_ends_only_one(portal, kept):
    kept.start()
    for one in (portal, kept):
        Visitor(one.url).sign_in(one.person("individual"))
    assert services(kept).redis_port != services(portal).redis_port
    assert services(kept).socket_dir != services(portal).socket_dir
    assert list(Path(kept.environment["HOME"]).rglob("*")) == []
    kept.stop()
    assert kept.process.returncode == 0
    wait_until_gone(kept)
    assert Visitor(portal.url).get("/readyz").status_code == 200


def test_a_second_start_keeps_the_data_and_a_kill_leaves_nothing_running(kept):
    kept.start()
    Visitor(kept.url).sign_in(kept.person("individual"))
    kept.process.kill()
    kept.process.wait(GONE_SECONDS)
    wait_until_gone(kept)


def test_the_beat_ends_with_a_worker_whose_first_process_alone_is_killed(kept):
    kept.start()
    next(each for each in kept.processes("celery", "worker") if each.pid == os.getpgid(each.pid)).kill()
    assert kept.process.wait(GONE_SECONDS) == 1
    wait_until_gone(kept)


def test_a_taken_port_is_said_and_nothing_is_left_running(portal, kept):
    done = run([sys.executable, "manage.py", "demo"], kept.environment | {"PORT": str(portal.port)})
    assert done.returncode == 2
    assert f"Port {portal.port} is taken" in done.stderr
    wait_until_gone(kept)


@pytest.fixture(scope="module")
def held(kept: Portal) -> Iterator[Services]:
    """Embedded services that stay up while nothing else runs: a server that somebody else keeps."""
    script = "import sys; from portal import entry; entry.hold_services(); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=kept.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        yield services(kept)
        holder.communicate("", timeout=GONE_SECONDS)


@pytest.fixture
def production(kept: Portal, held: Services, tmp_path: Path) -> dict[str, str]:
    """A complete configuration, on somebody else's servers, with a folder of its own."""
    from credit.reports import development

    development.make(tmp_path / "signing")
    keys = development_keys(kept.data_dir)
    given = {
        "MODE": "production",
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": held.database_url,
        "REDIS_URL": held.redis_url,
        "ALLOWED_HOSTS": "127.0.0.1,portal.example",
        "EMAIL_URL": "console:",
        "SIGNING_KEY": str(tmp_path / "signing" / development.KEY),
        "SIGNING_CERTIFICATE": str(tmp_path / "signing" / development.CERTIFICATE),
        "BEHIND_PLAIN_HTTP": "yes",
        "BASE_URL": "https://portal.example",
    }
    return dict(os.environ) | keys | given


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )


GUNICORN = [
    sys.executable,
    "-m",
    "gunicorn",
    "portal.wsgi",
    "--no-control-socket",
    "--workers",
    "1",
    "--log-level",
    "warning",
]
WORKER = [sys.executable, "-m", "celery", "--quiet", "--app", "portal", "worker", "--pool", "solo"]
DOCTOR = [sys.executable, "manage.py", "doctor", "--json"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "SIGNING_KEY"])
def test_production_without_a_key_stops_with_its_name(production, name):
    done = run(DOCTOR, production | {name: ""})
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_production_with_every_key_starts_and_serves(production, kept):
    address = f"127.0.0.1:{kept.port}"
    server = subprocess.Popen([*GUNICORN, "--bind", address], cwd=ROOT, env=production, start_new_session=True)
    visitor = Visitor(f"http://{address}")
    try:
        wait_for(lambda: answers(visitor) or server.poll() is not None, START_SECONDS)
        assert visitor.get("/readyz").json()["mode"] == "production"
        page = visitor.get("/")
        assert page.status_code == 200
        assert "Secure" in page.headers["Set-Cookie"]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(GONE_SECONDS)
    for refused in ("demo", "load_sample", "totp"):
        done = run(
            [sys.executable, "manage.py", refused, *(["a@example.org"] if refused == "totp" else [])], production
        )
        assert done.returncode == 2, refused


def answers(visitor: Visitor) -> bool:
    """Whether anything listens there yet."""
    try:
        return visitor.get("/livez").status_code == 200
    except OSError:
        return False


STRONGER = {
    "superuser": ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER"),
    "owner": ("CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO {app}", "DROP TABLE theirs"),
    "member of an owner": (
        "CREATE ROLE theirs; CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO theirs; GRANT theirs TO {app}",
        "DROP TABLE theirs; DROP ROLE theirs",
    ),
}


@contextmanager
def a_stronger_role(services: Services, kind: str) -> Iterator[None]:
    """While this is open, the application role is more than it may be."""
    change, back = (sql.SQL(text).format(app=sql.Identifier(f"{DATABASE}_app")) for text in STRONGER[kind])
    url = services.superuser_url.removesuffix("postgres") + DATABASE
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(change)
        try:
            yield
        finally:
            connection.execute(back)


@pytest.mark.parametrize("kind", STRONGER)
def test_nothing_starts_as_a_role_that_reads_around_the_rules(production, held, kind):
    with a_stronger_role(held, kind):
        for command in (GUNICORN, WORKER):
            done = run(command, production)
            assert done.returncode != 0, command
            assert "must run as the role that migrate made" in done.stderr
        done = run(DOCTOR, production)
        assert done.returncode == 1
        role = next(item for item in json.loads(done.stdout)["findings"] if item["what"] == "database role")
        assert not role["ok"]
        assert role["mend"]
