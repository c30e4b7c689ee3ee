"""Leases on the embedded services of a DATA_DIR: whoever holds one keeps them running; the last one stops them.

Leases are shared file locks, so that a killed process gives its lease back. The keeper waits for the exclusive one.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portal.embedded.places import Places, Services

START_SECONDS = 60
STOP_SECONDS = 20
_held: dict[Path, IO[bytes]] = {}


class DidNotStart(Exception):
    """The embedded services didn't start; the message says why and where the log is."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_free(path: Path) -> bool:
    """Whether nobody holds a lock on the file."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def hold(data_dir: Path) -> Services:
    """Take a lease for the life of this process and return the services, started if need be. Raises DidNotStart."""
    places = Places(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(places.lock("start")):
        if data_dir not in _held:
            lease = places.lock("lease").open("ab")
            fcntl.flock(lease, fcntl.LOCK_SH)
            _held[data_dir] = lease
            atexit.register(give_back, data_dir)
        services = places.announced()
        if services is None or is_free(places.lock("keeper")):
            _start_keeper(places)
            services = places.announced()
    if services is None:
        raise DidNotStart(f"The embedded services announced nothing. See {data_dir}/keeper.log.")
    return services


def _start_keeper(places: Places) -> None:
    """Start the keeper as a session of its own and wait until it says that both services answer."""
    reader, writer = os.pipe()
    with (places.data_dir / "keeper.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.embedded.keeper", str(places.data_dir), str(writer)],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )
    os.close(writer)
    with os.fdopen(reader, "r", encoding="utf-8") as pipe:
        said = pipe.read()
    if said != "ready":
        process.wait(START_SECONDS)
        raise DidNotStart(f"{said or 'The keeper of the embedded services ended.'} See {places.data_dir}/keeper.log.")


def give_back(data_dir: Path) -> None:
    """End this process's lease; when it was the last one, wait until the services have stopped."""
    lease = _held.pop(data_dir, None)
    if lease is None:
        return
    lease.close()
    places = Places(data_dir)
    end = time.monotonic() + STOP_SECONDS
    others = 0  # looks in a row at which somebody held the lease; the keeper's own are shorter
    while others < 3 and not is_free(places.lock("keeper")) and time.monotonic() < end:
        others = 0 if is_free(places.lock("lease")) else others + 1
        time.sleep(0.02)
