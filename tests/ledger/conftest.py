"""A ledger of its own for each test that commits or tampers: a scratch database, worked on as its owner."""

import io
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from credit.ledger import actions
from credit.ledger.models import Entry, TreeHead
from credit.ledger.verification import Findings

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TABLES = ("ledger_entry", "ledger_opening", "ledger_leaf", "ledger_treehead", "ledger_pending", "access_disclosure")
_numbers = itertools.count()


def as_owner(database: str) -> psycopg.Connection[Any]:
    """A connection of the owner, past Django."""
    place = connection.settings_dict
    return psycopg.connect(
        host=place["HOST"],
        port=place["PORT"] or None,
        user=django_settings.DATABASE_OWNER["USER"],
        password=django_settings.DATABASE_OWNER["PASSWORD"] or None,
        dbname=database,
        autocommit=True,
    )


@dataclass
class Scratch:
    """A committed ledger, and what a hostile owner does to it."""

    database: str
    heads_dir: Path
    clock: datetime = START

    def note(self, count: int = 1, kind: str = "test.noted") -> list[Entry]:
        """Entries, each with its own second."""
        entries = []
        for _ in range(count):
            self.clock += timedelta(seconds=1)
            entries.append(actions.note(kind, by="TEST", about=None, at=self.clock, number=next(_numbers)))
        return entries

    def seal(self) -> TreeHead | None:
        self.clock += timedelta(seconds=1)
        return actions.seal(now=self.clock)

    def verify(self, heads: Path | None = None) -> Findings:
        return actions.verify(heads)

    def tamper(self, *statements: str) -> None:
        """Run SQL as the owner, with every trigger and foreign key switched off."""
        with as_owner(self.database) as hostile:
            for table in TABLES:
                hostile.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            keys = hostile.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
            ).fetchall()
            for table, name in keys:
                hostile.execute(
                    sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
                )
            for statement in statements:
                hostile.execute(statement)  # type: ignore[arg-type]

    @property
    def heads_file(self) -> Path:
        (file,) = self.heads_dir.glob("*.ndjson")
        return file


@pytest.fixture(scope="session")
def ledger_tables(django_db_setup: None, django_db_blocker: Any) -> str:
    """The SQL of the migrations of the ledger and of what stands between it and access."""
    text = io.StringIO()
    with django_db_blocker.unblock():
        for app in ("ledger", "identity", "subjects", "access"):
            for path in sorted(Path(f"credit/{app}/migrations").glob("0*.py")):
                call_command("sqlmigrate", app, path.stem, stdout=text)
    return text.getvalue()


@contextmanager
def scratch_database(tables: str) -> Iterator[str]:
    """A new database with a ledger's tables; Django's connections go there, as its owner."""
    name = f"plainmark_ledger_{os.getpid()}_{next(_numbers)}"
    before = dict(connection.settings_dict)
    with as_owner(before["NAME"]) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    with as_owner(name) as owner:
        owner.execute(tables)  # type: ignore[arg-type]
    connections.close_all()
    connection.settings_dict.update(django_settings.DATABASE_OWNER, NAME=name)
    try:
        yield name
    finally:
        connections.close_all()
        connection.settings_dict.update({key: before[key] for key in ("NAME", "USER", "PASSWORD")})
        with as_owner(before["NAME"]) as owner:
            # Not WITH (FORCE): the owner may not end an autovacuum worker; without it PostgreSQL ends that by itself.
            owner.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@pytest.fixture
def scratch(ledger_tables: str, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Scratch]:
    """An empty ledger of its own."""
    settings.DATA_DIR = tmp_path
    with django_db_blocker.unblock(), scratch_database(ledger_tables) as name:
        yield Scratch(name, tmp_path / "heads")


@pytest.fixture
def sealed(scratch: Scratch) -> Scratch:
    """Four heads over entries 1–3, 4–6, 7–9 and 10–12, and two entries, 13 and 14, that wait."""
    for _ in range(4):
        scratch.note(3)
        scratch.seal()
    scratch.note(2)
    return scratch
