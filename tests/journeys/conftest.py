"""One running portal and one browser for all journeys."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.running import Portal, new_portal
from tests.journeys.windows import Windows

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; Playwright's own downloads aren't used."""
    return {"executable_path": "/usr/bin/chromium", "args": CHROMIUM, "headless": True}


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """What `make demo` starts, with the sample world."""
    running = new_portal(tmp_path_factory.mktemp("portal"), "journeys")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def windows(portal: Portal, browser: Browser) -> Iterator[Windows]:
    """All windows of a run, and who has signed in."""
    opened = Windows(portal, browser)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def nothing_went_wrong(windows: Windows) -> Iterator[None]:
    """Closes a test's windows; the browser may have complained of nothing (the security policy's stops included)."""
    yield
    windows.close()
    problems, windows.problems = windows.problems, []
    assert problems == []


@pytest.fixture
def window(windows: Windows) -> Callable[..., Page]:
    """Opens a window: `window(person, script=False, locale="zh-CN")`, everything optional."""
    return windows.open
