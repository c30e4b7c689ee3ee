"""What is missing or misconfigured on this machine, and the line that mends it."""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from credit.core.errors import DomainError
from credit.identity.commands import Answer, PortalCommand
from credit.reports import keys
from credit.vault import actions as vault
from portal import database, machine

ENOUGH_DISK = 2 * 1024**3  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is the line to type where it isn't right."""

    what: str
    ok: bool
    found: str
    mend: str | None = None


def findings() -> Iterator[Finding]:
    """Everything, in the order in which one would mend it."""
    missing = machine.missing_packages()
    yield Finding("Debian packages", not missing, ", ".join(missing) or "all there", "make setup" if missing else None)
    for name, product in (
        ("fonts of reports", ".fonts"),
        ("styles and scripts", ".static"),
        ("translations", "locale"),
    ):
        there = any((machine.ROOT / product).rglob("*.mo" if product == "locale" else "*.*"))
        yield Finding(name, there, "built" if there else "not built", None if there else "make setup")
    absent = settings.MISSING_IN_PRODUCTION
    yield Finding(
        "configuration", not absent, ", ".join(absent) or f"MODE={settings.MODE}", f"set {absent}" if absent else None
    )
    free = shutil.disk_usage(_existing(settings.DATA_DIR)).free
    yield Finding(
        "disk", free > ENOUGH_DISK, f"{free // 1024**2} MiB free", None if free > ENOUGH_DISK else "free some disk"
    )
    yield from _database()
    yield _redis()
    yield _signing_key()


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _database() -> Iterator[Finding]:
    try:
        database.check_role()
    except DatabaseError as error:
        yield Finding(
            "PostgreSQL", False, str(error).strip().splitlines()[0], "manage.py migrate, or mend DATABASE_URL"
        )
        return
    except database.WrongRole as error:
        yield Finding("database role", False, str(error), "manage.py migrate")
        return
    version = connection.cursor().connection.info.server_version // 10000
    good = 15 <= version <= 18
    yield Finding("PostgreSQL", good, f"version {version}", None if good else "use PostgreSQL 15 to 18")
    executor = MigrationExecutor(connection)
    open_ones = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield Finding("migrations", not open_ones, f"{open_ones} open", "manage.py migrate" if open_ones else None)
    if not open_ones:
        try:
            vault.seal(b"doctor", context="doctor")
            yield Finding("FIELD_KEYS", True, "open the data key")
        except DomainError as error:
            yield Finding("FIELD_KEYS", False, str(error), "set FIELD_KEYS to the key that this database was made with")


def _redis() -> Finding:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return Finding("Redis", False, str(error), "mend REDIS_URL, or unset it for the embedded one")
    return Finding("Redis", True, "answers")


def _signing_key() -> Finding:
    try:
        signer = keys.signer(may_make=False)
    except DomainError as error:
        made_later = settings.MODE == "demo" and not settings.SIGNING_KEY
        found = "a development key is made with the first report" if made_later else str(error)
        return Finding(
            "signing key", made_later, found, None if made_later else "set SIGNING_KEY and SIGNING_CERTIFICATE"
        )
    return Finding("signing key", True, f"{signer.name}, until {signer.not_after:%Y-%m-%d}")


class Command(PortalCommand):
    help = "What is missing or misconfigured on this machine, and the line that mends it."
    acts = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Nothing to choose."""

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        found = list(findings())
        return Answer({"findings": [asdict(item) for item in found]}, holds=all(item.ok for item in found))

    def seal(self) -> None:
        """The doctor writes nothing, and must answer where there is no ledger yet."""
