"""Rows by the hundred thousand, inside the database: what is the same for every table that is filled so."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql
from psycopg.types.json import Jsonb


def run(statement: str, **named: Any) -> int:
    """One statement with `%(named)s` values; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return int(cursor.rowcount)


def rows(statement: str, **named: Any) -> list[tuple[Any, ...]]:
    """All rows of a query with `%(named)s` values."""
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return list(cursor.fetchall())


def number(statement: str, **named: Any) -> int:
    """The one number that a query gives; 0 for none."""
    return int(rows(statement, **named)[0][0] or 0)


def sequence(model: type[models.Model]) -> str:
    """The sequence of a model's ids, to be given to a statement as `%(named)s::regclass`.

    As a constant: looked up by the statement itself it is looked up for each row, which takes longer than the row.
    """
    return str(rows("SELECT pg_get_serial_sequence(%(table)s, 'id')", table=model._meta.db_table)[0][0])


def learn_soon(*tables: type[models.Model]) -> None:
    """Once the transaction is committed, let PostgreSQL look at tables that it has made much larger.

    Until somebody does (its own daemon: within a minute or some), it plans every page's queries for the table before.
    It passes over tables that this role may not maintain (PostgreSQL 15 and 16), with a warning.
    """
    names = ", ".join(table._meta.db_table for table in tables)
    transaction.on_commit(lambda: run(f"ANALYZE {names}"), robust=True)


def insert(model: type[models.Model], columns: Mapping[str, str], source: str, **named: Any) -> int:
    """INSERT INTO a model's table SELECT `columns` (SQL by column) `source` (from FROM on); returns how many.

    Columns that aren't given get their field's default, so that a field that is added later isn't forgotten here.
    """
    chosen: dict[str, sql.Composable] = {column: sql.SQL(text) for column, text in columns.items()}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column not in chosen and not field.primary_key:
            chosen[column] = sql.Literal(_default(field))
    words = sql.SQL("INSERT INTO {} ({}) SELECT {} ").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, chosen)),
        sql.SQL(", ").join(chosen.values()),
    ) + sql.SQL(source)
    with connection.cursor() as cursor:
        cursor.execute(words.as_string(cursor.connection), named)
        return int(cursor.rowcount)


def _default(field: "models.Field[Any, Any]") -> Any:
    value = field.get_default()
    return Jsonb(value) if isinstance(value, dict) else value
