"""Loaded before Django's settings (`-p tests.services`): gives the test run services and a database of its own.

Without DATABASE_URL and REDIS_URL the run gets an embedded PostgreSQL and Redis in a folder that is removed at the
end; with them, a database of its own on that server, dropped at the end. Processes that tests start inherit both.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]


def own_data_dir() -> None:
    """A folder for this run alone, removed at the end."""
    (ROOT / ".data").mkdir(exist_ok=True, mode=0o700)
    folder = tempfile.mkdtemp(prefix="test-", dir=ROOT / ".data")
    os.environ["DATA_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def own_database(url: str) -> None:
    """A database for this run alone on the given server, and its application role; both dropped at the end."""
    name = f"plainmark_test_{os.getpid()}"

    def run(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(f"{name}_app")))

    run("CREATE DATABASE {}")
    atexit.register(run, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP ROLE IF EXISTS {1}")
    os.environ["DATABASE_URL"] = urlsplit(url)._replace(path=f"/{name}").geturl()


def start() -> None:
    """Once a run, and once for each of pytest-xdist's workers; what a test starts has inherited what it needs."""
    run = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if os.environ.get("PLAINMARK_TEST_RUN") == run:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    own_data_dir()
    if run == "main" and any(word.startswith("-n") for word in sys.argv):
        return  # the controller of pytest-xdist runs no test itself
    os.environ["PLAINMARK_TEST_RUN"] = run
    if url := os.environ.get("DATABASE_URL"):
        own_database(url)
    from portal import entry

    entry.hold_services()


start()
