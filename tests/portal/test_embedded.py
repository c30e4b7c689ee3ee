"""The embedded PostgreSQL and Redis: shared by the processes of a DATA_DIR, stopped by the last, never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from portal.config import ROOT
from portal.embedded.places import SOCKET_PATH_LIMIT, Places

HOLDER = """
import sys
from pathlib import Path
from portal.embedded import lease
services = lease.hold(Path(sys.argv[1]))
print(services.database_url, services.redis_url, flush=True)
sys.stdin.read()
"""
SECONDS = 30


class Holder:
    """Another process with a lease on a DATA_DIR."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.database_url, self.redis_url = self.process.stdout.readline().split()

    def leave(self) -> None:
        self.process.communicate("", timeout=SECONDS)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.database_url, connect_timeout=2).close()
            redis.Redis.from_url(self.redis_url).ping()
        except (psycopg.OperationalError, redis.RedisError):
            return False
        return True


def processes_of(data_dir: Path) -> list[psutil.Process]:
    """Whatever runs with this DATA_DIR on its command line or as its folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if process.pid != os.getpid() and str(data_dir) in f"{process.info['cmdline']} {process.info['cwd']}":
            found.append(process)
    return found


def wait_until_gone(data_dir: Path) -> None:
    end = time.monotonic() + SECONDS
    while left := processes_of(data_dir):
        assert time.monotonic() < end, left
        psutil.wait_procs(left, timeout=0.1)


@pytest.fixture
def data_dir(tmp_path: Path):
    yield tmp_path / "data"
    wait_until_gone(tmp_path / "data")


def test_processes_of_one_data_dir_share_and_the_last_one_stops(data_dir):
    first, second = Holder(data_dir), Holder(data_dir)
    assert first.database_url == second.database_url
    first.leave()
    assert second.answers()
    second.leave()
    assert not second.answers()
    assert processes_of(data_dir) == []


def test_what_was_written_is_there_at_the_next_start(data_dir):
    first = Holder(data_dir)
    with psycopg.connect(first.database_url) as connection:
        connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    redis.Redis.from_url(first.redis_url).set("kept", "still here")
    first.leave()
    second = Holder(data_dir)
    with psycopg.connect(second.database_url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
    assert redis.Redis.from_url(second.redis_url).get("kept") == b"still here"
    second.leave()


def test_a_killed_process_gives_its_lease_back(data_dir):
    holder = Holder(data_dir)
    holder.process.send_signal(signal.SIGKILL)
    holder.process.wait(SECONDS)
    wait_until_gone(data_dir)
    assert not holder.answers()


def test_the_services_die_with_their_keeper_and_start_anew(data_dir):
    first = Holder(data_dir)
    keeper = next(p for p in processes_of(data_dir) if "portal.embedded.keeper" in p.cmdline())
    services = [p for p in processes_of(data_dir) if p.pid not in {keeper.pid, first.process.pid}]
    keeper.kill()
    psutil.wait_procs(services, timeout=SECONDS)
    assert not first.answers()
    second = Holder(data_dir)
    assert second.answers()
    first.leave()
    second.leave()


@pytest.mark.parametrize("died", ["postgres", "redis-server"])
def test_a_service_that_dies_is_started_again_in_the_same_place(data_dir, died):
    holder = Holder(data_dir)
    redis.Redis.from_url(holder.redis_url).set("kept", "still here")
    keeper = next(p for p in processes_of(data_dir) if "portal.embedded.keeper" in p.cmdline())
    service = next(p for p in keeper.children() if p.name() == died)
    service.kill()
    psutil.wait_procs([service], timeout=SECONDS)
    end = time.monotonic() + SECONDS
    while not holder.answers():
        assert time.monotonic() < end, (data_dir / "keeper.log").read_text()
    holder.leave()
    assert "starting it again" in (data_dir / "keeper.log").read_text()


def test_two_data_dirs_never_share(tmp_path):
    first, second = Holder(tmp_path / "one"), Holder(tmp_path / "two")
    assert first.database_url != second.database_url
    assert first.redis_url != second.redis_url
    first.leave()
    assert second.answers()
    second.leave()
    wait_until_gone(tmp_path)


def test_nobody_else_may_look(data_dir):
    holder = Holder(data_dir)
    places = Places(data_dir)
    modes = {path: path.stat().st_mode & 0o777 for path in (data_dir, places.postgres, places.socket_dir, places.redis)}
    assert set(modes.values()) == {0o700}
    assert places.announcement.stat().st_mode & 0o777 == 0o600
    without_password = holder.redis_url.replace(holder.redis_url.split("@")[0], "redis://", 1).replace(
        "redis://@", "redis://"
    )
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(without_password).ping()
    holder.leave()


def test_a_long_path_gets_a_short_socket():
    places = Places(Path("/" + "long/" * 40))
    assert len(str(places.socket_dir)) <= SOCKET_PATH_LIMIT


def test_services_that_cannot_start_say_why(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postgres").write_text("a file where a folder should be")
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": "", "REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "did not start" in done.stderr
    assert "Traceback" not in done.stderr
