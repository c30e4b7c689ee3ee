"""Empties the database after tests that committed, so that the next test finds it as migrate left it."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg import sql

from portal import database

KEPT = {"django_migrations", "django_content_type", "vault_datakey"}
STATES = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}


def empty_everything() -> None:
    """As the owner, with the triggers that forbid it off for that moment; the heads kept outside go too."""
    with database.as_owner(), connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in KEPT]
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace AND tgenabled <> 'D'"
        )
        triggers = cursor.fetchall()
        names = [sql.Identifier(name) for name in tables]

        def run(text: str, *parts: sql.Composable) -> None:
            cursor.execute(sql.SQL(text).format(*parts).as_string(cursor.connection))

        for table, name, _ in triggers:
            run("ALTER TABLE {} DISABLE TRIGGER {}", sql.SQL(table), sql.Identifier(name))
        run("TRUNCATE {} RESTART IDENTITY CASCADE", sql.SQL(", ").join(names))
        for table, name, state in triggers:
            run("ALTER TABLE {} " + STATES[state] + " {}", sql.SQL(table), sql.Identifier(name))
    shutil.rmtree(Path(settings.DATA_DIR) / "heads", ignore_errors=True)
