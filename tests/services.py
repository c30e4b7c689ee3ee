"""Loaded before Django's settings (`-p tests.services`): gives the test run services and a database of its own.

Without DATABASE_URL and REDIS_URL the run gets an embedded PostgreSQL and Redis in a folder that is removed at the
end; with them, a database of its own on that server, dropped at the end. Processes that tests start inherit both.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
SEED = "PLAINMARK_TEST_SEED"
"""Names the DATA_DIR of a portal that was only migrated, to be copied: migrating takes as long as 300 tests."""
SEED_URL = "PLAINMARK_TEST_SEED_URL"
"""Its database, where the run was given a server; each copy is made on that."""


def own_data_dir() -> None:
    """A folder for this run alone, removed at the end; it holds what the seed holds."""
    (ROOT / ".data").mkdir(exist_ok=True, mode=0o700)
    folder = tempfile.mkdtemp(prefix="test-", dir=ROOT / ".data")
    os.environ["DATA_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy_seed(Path(folder))


def copy_seed(folder: Path) -> None:
    """What a migrated portal has under its DATA_DIR, the embedded database included; nothing where there's no seed."""
    if seed := os.environ.get(SEED):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        subprocess.run(["cp", "--archive", f"{seed}/.", folder], check=True)  # keeps owners, unlike shutil


def make_database(url: str, name: str) -> str:
    """A database with this name on the given server, as the seed's if there is one; returns its address.

    It and its application role are dropped at the end.
    """
    template = urlsplit(os.environ.get(SEED_URL, "")).path[1:] or "template1"

    def run(*statements: str) -> None:
        names = sql.Identifier(name), sql.Identifier(f"{name}_app"), sql.Identifier(template)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement).format(*names))

    drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
    lock = "SELECT pg_advisory_lock(20261126)"  # a template may be copied once at a time
    run(lock, drop, "CREATE DATABASE {0} TEMPLATE {2}")
    atexit.register(run, drop, "DROP ROLE IF EXISTS {1}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def make_seed() -> None:
    """Migrate once, in the process that starts pytest-xdist's workers; they, and portals that tests start, copy it."""
    if url := os.environ.get("DATABASE_URL"):
        os.environ[SEED_URL] = make_database(url, f"plainmark_test_{os.getpid()}")
    environment = dict(os.environ) | {"DATABASE_URL": os.environ.get(SEED_URL, "")}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=environment, check=True)
    os.environ[SEED] = os.environ["DATA_DIR"]


def start() -> None:
    """Once a run, and once for each of pytest-xdist's workers; what a test starts has inherited what it needs."""
    run = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if os.environ.get("PLAINMARK_TEST_RUN") == run:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    own_data_dir()
    if run == "main" and any(word.startswith("-n") for word in sys.argv):
        make_seed()  # the controller of pytest-xdist runs no test itself
        return
    os.environ["PLAINMARK_TEST_RUN"] = run
    if url := os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = make_database(url, f"plainmark_test_{os.getpid()}")
    from portal import entry

    entry.hold_services()


start()
