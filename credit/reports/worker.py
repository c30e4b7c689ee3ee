"""A worker for a command that needs one: the one that runs already, or one for as long as it takes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from credit.core.errors import Unavailable

PING_SECONDS = 1.0
STOP_SECONDS = 20
OWN = "command-"
"""How the names of workers begin that a command has started for itself."""


@contextmanager
def at_work() -> Iterator[None]:
    """While this is open somebody takes tasks from the queue. Raises Unavailable when the queue can't be reached.

    A worker that is started here ends with this process, however that ends.
    """
    if _is_running():
        yield
        return
    arguments = ["worker", "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    command = [sys.executable, "-m", "celery", "--app", "portal", *arguments, "--hostname", f"{OWN}{os.getpid()}@%h"]
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig=TERM", "--", *command],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),  # standard output is the command's own
        start_new_session=True,
    )
    try:
        yield
    finally:
        _stop(process)


def _is_running() -> bool:
    """Whether a lasting worker answers; another command's own worker ends with that command, which may be now."""
    try:
        first = current_app.control.ping(timeout=PING_SECONDS, limit=1)
        return _has_lasting(first) or (bool(first) and _has_lasting(current_app.control.ping(timeout=PING_SECONDS)))
    except (OperationalError, OSError) as error:
        raise Unavailable(f"The queue can't be reached: {error}") from error


def _has_lasting(answers: list[dict[str, Any]] | None) -> bool:
    return any(not name.startswith(OWN) for answer in answers or () for name in answer)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
