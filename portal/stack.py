"""The processes of a running portal on one machine: a Celery worker with beat, and the web server."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.config import ROOT

READY_SECONDS = 60
STOP_SECONDS = 20
WEB_SECONDS = 300  # the release of a large delivery is one request and one transaction


class DidNotStart(Exception):
    """A process of the portal ended, or didn't answer in time; the message says which."""


class Stack:
    """Starts the worker and the web server, and stops them. Both die with this process, however it dies."""

    def __init__(self, *, port: int, data_dir: Path) -> None:
        self.port = port
        self.data_dir = data_dir
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the portal answers; loopback only."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start both and wait until the web server is ready. Raises DidNotStart."""
        if not port_is_free(self.port):
            raise DidNotStart(f"Port {self.port} is taken. Choose another: PORT=8001 make demo")
        beat = ["--beat", "--schedule", str(self.data_dir / "beat-schedule")]
        self._start(
            "worker",
            "celery",
            "--quiet",
            "--app",
            "portal",
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
            *beat,
        )
        self._start(
            "web",
            "gunicorn",
            "portal.wsgi",
            "--preload",  # imported once, not once a worker
            "--no-control-socket",  # it would lie in the home folder, for all portals of a user
            "--workers",
            "2",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--timeout",
            str(WEB_SECONDS),
            "--log-level",
            "warning",
        )
        self._wait_until_ready()

    def _start(self, name: str, module: str, *arguments: str) -> None:
        environment = dict(os.environ) | {"PORT": str(self.port)}
        command = ["setpriv", "--pdeathsig=TERM", "--", sys.executable, "-m", module, *arguments]
        self.running[name] = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if ended := self.ended():
                self.stop()
                raise DidNotStart(f"The {ended} ended while it was starting; its last lines are above.")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):  # noqa: S310 (our own loopback address)
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise DidNotStart(f"The portal didn't answer on {self.url} within {READY_SECONDS} seconds.")

    def ended(self) -> str | None:
        """The name of a process that isn't running any more, or None."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """Ask both to finish what they do, then end whatever is left."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()


def port_is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
