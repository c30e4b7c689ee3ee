"""The two roles of the database: the owner, who only migrates, and `<db>_app`, as whom everything else runs."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

CREATE_ROLE = "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"

MAINTAIN_SINCE = 170_000
"""The PostgreSQL from which on a role can be allowed to ANALYZE what isn't its own."""


class WrongRole(Exception):
    """The portal is connected as somebody who could read around the rules."""


def app_role(database: str) -> str:
    """The application role of a database."""
    return f"{database}_app"


def app_password(secret_key: str, database: str) -> str:
    """The application role's password, derived so that every host knows it without being told."""
    return hmac.new(secret_key.encode(), f"database role {app_role(database)}".encode(), hashlib.sha256).hexdigest()


@contextmanager
def as_owner() -> Iterator[None]:
    """Run what is inside as the owner of the database. Only `migrate` and the tests' set-up do."""
    app_settings: dict[str, Any] = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.DATABASE_OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update({key: app_settings[key] for key in settings.DATABASE_OWNER})


def make_app_role() -> None:
    """Create the application role where it is missing, and set its password; needs the owner with CREATEROLE."""
    name = str(connection.settings_dict["NAME"])
    role, password = app_role(name), app_password(settings.SECRET_KEY, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        # Only a superuser may alter a role's powers, even to take them away: they are said when it is made.
        text = "ALTER ROLE {} LOGIN PASSWORD {}" if cursor.fetchone() is not None else CREATE_ROLE
        words = sql.SQL(text).format(sql.Identifier(role), sql.Literal(password))
        cursor.execute(words.as_string(cursor.connection))


def grant() -> None:
    """Give the application role what it needs, and no more: what is append-only can be read and added to."""
    name = str(connection.settings_dict["NAME"])
    append_only = {model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        may_maintain = cursor.connection.info.server_version >= MAINTAIN_SINCE
    grown = {model._meta.db_table for model in apps.get_models() if getattr(model, "grows_in_bulk", False)}
    _grant("CONNECT, TEMPORARY", "DATABASE", name)
    _grant("USAGE", "SCHEMA", "public")
    for table in tables:
        _grant("ALL", "TABLE", table, words="REVOKE {} ON {} {} FROM {}")
        _grant(_rights(table, append_only), "TABLE", table)
        if may_maintain and table in grown:
            _grant("MAINTAIN", "TABLE", table)
    _grant("USAGE, SELECT", "ALL SEQUENCES IN SCHEMA", "public")


def _rights(table: str, append_only: set[str]) -> str:
    if table == "django_migrations":
        return "SELECT"
    return "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"


def _grant(rights: str, kind: str, thing: str, *, words: str = "GRANT {} ON {} {} TO {}") -> None:
    role = sql.Identifier(app_role(str(connection.settings_dict["NAME"])))
    statement = sql.SQL(words).format(sql.SQL(rights), sql.SQL(kind), sql.Identifier(thing), role)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))


def check_role() -> None:
    """Raises WrongRole when this process is connected as a superuser, with BYPASSRLS, or as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(rolname, tableowner, 'MEMBER'))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, powerful, owner = cursor.fetchone()
    if powerful or owner:
        kind = "is a superuser or has BYPASSRLS" if powerful else "owns tables, or may become who does"
        raise WrongRole(f'The portal is connected as "{role}", who {kind}. It must run as the role that migrate made.')
