"""A portal to break, always on embedded services of its own: they are what is killed and stopped here."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.journeys.running import Portal, new_portal

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": "", "CELERY_BROKER_URL": ""}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """A stopped portal with the sample world in it, to be copied: making one takes 20 seconds."""
    made = embedded_portal(tmp_path_factory.mktemp("world"))
    made.people = made.run("load_sample")["people"]
    return made


@pytest.fixture(scope="session")
def another_portal(world: Portal) -> Callable[[Path], Portal]:
    """Makes a portal with a copy of the sample world; not started yet."""

    def made(folder: Path) -> Portal:
        copied = embedded_portal(folder, seeded=False)
        subprocess.run(["cp", "--archive", str(world.data_dir), str(copied.data_dir)], check=True)
        copied.people = world.people
        return copied

    return made


@pytest.fixture(scope="session")
def portal(another_portal: Callable[[Path], Portal], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One running portal; each test leaves it running."""
    running = another_portal(tmp_path_factory.mktemp("portal"))
    running.start()
    yield running
    running.stop()
    assert running.processes() == []
    shutil.rmtree(running.data_dir, ignore_errors=True)


def embedded_portal(folder: Path, *, seeded: bool = True) -> Portal:
    """A portal that starts its own PostgreSQL and Redis, whatever the test run was given."""
    with no_addresses():
        return new_portal(folder, folder.name, seeded=seeded)


@contextmanager
def no_addresses() -> Iterator[None]:
    """The environment without the addresses of services that run already."""
    kept = {name: os.environ.get(name) for name in EMBEDDED}
    os.environ.update(EMBEDDED)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def stopped(*processes: psutil.Process) -> Iterator[None]:
    """While this is open, they hold still (SIGSTOP)."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


@contextmanager
def gone(portal: Portal, service: str) -> Iterator[None]:
    """While this is open, a service is dead, and the keeper holds still, who would start it again."""
    keeper = the_keeper(portal)
    with stopped(keeper):
        for process in [p for p in keeper.children() if p.name() == service]:
            process.kill()
            psutil.wait_procs([process], timeout=0)
        yield


def the_keeper(portal: Portal) -> psutil.Process:
    """The process that starts the embedded services."""
    return portal.processes("portal.embedded.keeper")[0]


def service_of(portal: Portal, service: str) -> psutil.Process:
    """PostgreSQL's or Redis's first process."""
    return next(p for p in the_keeper(portal).children() if p.name() == service)
