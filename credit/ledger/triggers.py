"""Append-only tables: what migrations put on them, so that the database itself refuses every change."""

from django.db.migrations.operations import RunSQL

FUNCTION = """
CREATE FUNCTION plainmark_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'plainmark: % of % is refused, it is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def append_only_function() -> RunSQL:
    """The function itself: once, in the ledger's first migration, on which others depend."""
    return RunSQL(FUNCTION, "DROP FUNCTION plainmark_append_only();")


def append_only(table: str, statements: str = "UPDATE OR DELETE OR TRUNCATE") -> RunSQL:
    """Refuse `statements` on `table`, for its owner too, and in replica sessions. `table` is a plain name."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE {statements} ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION plainmark_append_only();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
        """,
        f"DROP TRIGGER {table}_append_only ON {table};",
    )
