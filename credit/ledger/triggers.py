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


def refers(
    table: str,
    columns: dict[str, str],
    *,
    lasting: frozenset[str] = frozenset(),
    few: frozenset[str] = frozenset(),
) -> RunSQL:
    """Foreign keys of `table`, by column the table that it names, checked once a statement for all its rows as a set.

    A foreign key of PostgreSQL looks each row up by itself, which is half the cost of a large load. What is named here
    is locked against deletion as a foreign key does it, but for rows of this very transaction, and for tables in
    `lasting`, from which nothing can be deleted. `keeps` is the other half: on the tables that are named.
    `few`: columns in which one statement says the same value again and again.
    """
    checks = "".join(_check(column, parent, parent in lasting, column in few) for column, parent in columns.items())
    ends = [f"{which}({column})" for column in columns for which in ("min", "max")]
    into = [f"{column}_{end}" for column in columns for end in ("lowest", "highest")]
    look = f"SELECT count(*), {', '.join(ends)} INTO many, {', '.join(into)} FROM added;"  # noqa: S608 -- plain names
    return RunSQL(
        f"""
        CREATE OR REPLACE FUNCTION {table}_refers() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            missing bigint; there bigint; many bigint; {"; ".join(f"{name} bigint" for name in into)};
        BEGIN
            {look}
            {checks}
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER {table}_refers AFTER INSERT ON {table}
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {table}_refers();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refers;
        """,
        f"DROP TRIGGER {table}_refers ON {table}; DROP FUNCTION {table}_refers();",
    )


def keeps(parent: str, children: list[tuple[str, str]]) -> RunSQL:
    """Refuse to delete a row of `parent` that a row of one of `children` (table, column) names."""
    looks = "".join(
        f"""
            IF EXISTS (SELECT FROM {table} WHERE {column} = OLD.id) THEN
                RAISE EXCEPTION 'plainmark: {table} still names this row of {parent}'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;"""
        for table, column in children
    )
    return RunSQL(
        f"""
        CREATE FUNCTION {parent}_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {looks}
            RETURN OLD;
        END $$;
        CREATE TRIGGER {parent}_keeps BEFORE DELETE ON {parent} FOR EACH ROW EXECUTE FUNCTION {parent}_keeps();
        ALTER TABLE {parent} ENABLE ALWAYS TRIGGER {parent}_keeps;
        """,
        f"DROP TRIGGER {parent}_keeps ON {parent}; DROP FUNCTION {parent}_keeps();",
    )


LOCK = """
            IF {column}_lowest = {column}_highest THEN
                EXECUTE 'SELECT FROM {parent} WHERE xmin <> pg_current_xact_id()::xid AND id = $1 FOR KEY SHARE'
                    USING {column}_lowest;
            ELSE
                EXECUTE 'SELECT FROM {parent} WHERE xmin <> pg_current_xact_id()::xid
                    AND id IN (SELECT {column} FROM {added}) ORDER BY id FOR KEY SHARE';
            END IF;"""
GIVEN = "(SELECT DISTINCT {column} FROM added) given"
SPARSE = """
                EXECUTE 'SELECT {column} FROM {added} WHERE {column} IS NOT NULL
                    AND NOT EXISTS (SELECT FROM {parent} WHERE id = {column}) LIMIT 1' INTO missing;"""
WHOLE = """
            there := 0;
            IF {column}_lowest = {column}_highest OR many > 1000 AND {column}_highest - {column}_lowest < 2 * many THEN
                EXECUTE 'SELECT count(*) FROM {parent} WHERE id BETWEEN $1 AND $2'
                    INTO there USING {column}_lowest, {column}_highest;
            END IF;
            IF there <= {column}_highest - {column}_lowest THEN {sparse}
            END IF;"""
FAIL = """
            IF missing IS NOT NULL THEN
                RAISE EXCEPTION 'plainmark: {column} % is not in {parent}', missing
                    USING ERRCODE = 'foreign_key_violation';
            END IF;"""


def _check(column: str, parent: str, lasts: bool, few: bool) -> str:
    """EXECUTE, so that each statement is planned for its own number of rows: one, or a million.

    A load names newcomers, whose ids follow one another: where a whole range of ids is there, none of it is missing,
    which is twice as quick to see as looking each of them up. Where all rows say nothing, there is nothing to check.
    """
    added = GIVEN.format(column=column) if few else "added"
    words = {"column": column, "parent": parent, "added": added}
    sparse = SPARSE.format(**words)
    whole = WHOLE.format(sparse=sparse, **words)
    return ("" if lasts else LOCK.format(**words)) + whole + FAIL.format(**words)
