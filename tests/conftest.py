"""Fixtures that everything uses: the database as the application role, the clock, signed-in clients."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from credit.identity.models import User
from tests import examples  # noqa: F401  Hypothesis's profile
from tests.emptying import empty_everything


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """The run's own database (tests/services.py), migrated by its owner; tests use it as the application role."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
    yield


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Users are made by the hundred; their passwords are hashed by the cheapest hasher in this process."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A Chinese page of one test leaves its language to the thread, and so to the next test."""
    with translation.override("en"):
        yield


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test, for threads, workers and processes; emptied after it."""
    with django_db_blocker.unblock():
        yield
        empty_everything()
        connections.close_all()


@pytest.fixture
def now() -> datetime:
    """A working Monday, noon in Beijing."""
    return datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def browser_of(user: User, *, second_factor: bool = True) -> Client:
    """A browser in which a user has signed in, by default with a second factor."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    methods: list[dict[str, Any]] = [{"method": "password", "at": 0.0, "email": user.email}]
    if second_factor:
        methods.append({"method": "mfa", "at": 0.0, "type": "totp"})
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = str(user.pk)  # allauth ignores what another user has shown
    session.save()
    return client


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """`browser_of`, for tests that want no import."""
    return browser_of


WHOLE_PORTALS = ("chaos", "journeys")
"""Folders whose tests share one running portal. What kills services mostly waits, so it begins, and others fill that
time. What drives a browser ends its worker: Playwright keeps an event loop, beside which Django refuses to use the
database. So it is the first work of a worker that gets no other, or the last where there is only one worker.
"""


def portal_of(path: str) -> str:
    """The folder of WHOLE_PORTALS in which a test's file lies; empty where it needs no running portal."""
    return next((folder for folder in WHOLE_PORTALS if f"/{folder}/" in path), "")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Which come first, and which last; after pytest-django has put its own order into them."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    order = {"journeys": 0 if workers > 1 else 3, "chaos": 1, "": 2}
    many = Counter(item.path for item in items)  # files of many tests first, so that all workers end together
    items.sort(key=lambda item: (order[portal_of(item.path.as_posix())], -many[item.path], item.path.as_posix()))


class OneWorkerAPortal(LoadScopeScheduling):
    """A file's tests run in one of pytest-xdist's workers, and those of a running portal in one.

    Of pytest-xdist's own ways, `loadgroup` would do, but it renames tests, which pytest 9.2 doesn't let it any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", maxsplit=1)[0]
        return portal_of(f"/{path}") or path

    def _reschedule(self, node: WorkerController) -> None:
        if "journeys" in self.assigned_work[node] and not node.shutting_down:
            node.shutdown()
        super()._reschedule(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerAPortal:
    """Called by pytest-xdist."""
    return OneWorkerAPortal(config, log)
