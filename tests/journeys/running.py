"""A whole running portal for journeys: what `make demo` starts, on its own services and its own port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pyotp

from portal.config import ROOT
from tests import services

START_SECONDS = 110
STOP_SECONDS = 60


@dataclass
class Portal:
    """A portal that runs as processes of its own; tests reach it by HTTP and by its commands."""

    folder: Path
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    people: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data_dir(self) -> Path:
        return Path(self.environment["DATA_DIR"])

    def start(self) -> None:
        """As a user would, and wait until it says where it runs."""
        log = self.folder / "demo.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )
        try:
            wait_for(lambda: "Ctrl-C" in log.read_text() or self.process.poll() is not None, START_SECONDS)
        except AssertionError:  # nobody will stop what didn't start
            self.stop()
            raise
        assert self.process.poll() is None, log.read_text()
        self.people = self.people or self.run("load_sample")["people"]

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_SECONDS)

    def processes(self, *words: str) -> list[psutil.Process]:
        """Those that run on this portal's DATA_DIR, or were started by one that does, with all words on their line."""
        data_dir = str(self.data_dir)
        found = []
        for process in psutil.process_iter(["cmdline", "environ"]):
            line = " ".join(process.info["cmdline"] or [])
            mine = (process.info["environ"] or {}).get("DATA_DIR") == data_dir or data_dir in line
            if mine and process.pid != os.getpid() and all(word in line for word in words):
                found.append(process)
        return found

    def run(self, *arguments: str, exits: int = 0, **more: str) -> Any:
        """A command's JSON answer; fails unless it exits with `exits`."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == exits, (arguments, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def person(self, role: str, number: int = 0, agency: str | None = None) -> dict[str, Any]:
        """The n-th sample person in a role."""
        return [p for p in self.people if p["role"] == role and (agency is None or p["agency"] == agency)][number]


def wait_for(condition: Any, seconds: float) -> None:
    """Look again until it holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def totp(secret: str) -> str:
    """The code of this moment."""
    return pyotp.TOTP(secret).now()


def new_portal(folder: Path, name: str, *, seeded: bool = True) -> Portal:
    """A portal that isn't started yet, apart from the services of the test run.

    `seeded`: migrated already, where the run has a seed; else its folder is left to whoever fills it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = dict(os.environ) | {"DATA_DIR": str(folder / "data"), "PORT": str(port)}
    if url := environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = services.make_database(url, f"{urlsplit(url).path[1:]}_{name}")
    if seeded and bool(url) == bool(environment.get(services.SEED_URL)):
        services.copy_seed(folder / "data")
    return Portal(folder, environment, port)
