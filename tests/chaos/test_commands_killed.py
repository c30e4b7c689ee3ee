"""A command killed in the middle: its own worker and the embedded services end too, and the next command works."""

import subprocess
import sys

import pytest

from portal.config import ROOT
from tests.journeys.running import wait_for

pytestmark = pytest.mark.long

START_SECONDS = 60
GONE_SECONDS = 40


def test_a_killed_command_leaves_nothing_running_and_the_next_one_works(another_portal, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    portal = another_portal(folder)
    order = ["issue_report", portal.person("individual")["subject"], "--out", str(folder / "report.pdf")]
    command = subprocess.Popen(
        [sys.executable, "manage.py", *order], cwd=ROOT, env=portal.environment, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: portal.processes("celery", f"command-{command.pid}@"), START_SECONDS)
    command.kill()
    command.wait()
    wait_for(lambda: not portal.processes(), GONE_SECONDS)
    assert list(folder.glob("*.pdf")) == []
    assert portal.run(*order)["pages"] >= 1
    wait_for(lambda: not portal.processes(), GONE_SECONDS)
