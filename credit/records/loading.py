"""A checked delivery inside the database, for one transaction: the temporary table `delivered`, one row for each sound
row. Temporary tables know no policies, take COPY, and nobody else can read them. Identifiers are tokens in it.
"""

from collections.abc import Callable
from io import BytesIO

import polars as pl
from django.db import connection

from credit.core.publicid import new_public_ids
from credit.ledger import sets
from credit.records import staging
from credit.records.models import Submission

DELIVERED = """
CREATE TEMPORARY TABLE delivered (
    line integer, kind text, token bytea, name text, document text, mark text, value smallint,
    valid_from date, valid_to date, details jsonb, register bytea, first boolean, subject_public_id text, public_id text
) ON COMMIT DROP
"""
COPY = "COPY delivered FROM STDIN (FORMAT csv, FORCE_NOT_NULL (name, document, mark))"
TABLES = ("delivered", "stated", "told", "known", "said", "changed")
ROOM = "SET LOCAL work_mem = '64MB'"


def load(submission: Submission, progress: Callable[[int], None]) -> None:
    """Fill `delivered` with what was staged. `progress` is told how many rows are in, now and then."""
    forget()
    sets.run(ROOM)
    sets.run(DELIVERED)
    done = 0
    for frame in staging.frames(submission):
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(_as_csv(frame))
        done += frame.height
        progress(done)
    sets.run("ANALYZE delivered (line, kind, token, document, first, register)")


def forget() -> None:
    """Drop what the transaction doesn't need any more, where it goes on."""
    sets.run(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")


def _as_csv(frame: pl.DataFrame) -> bytes:
    """With random public ids for each row, and for each row that names its subject first."""
    text = BytesIO()
    frame.with_columns(
        *((pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in ("token", "register")),
        _public_ids(frame, 2).alias("subject_public_id"),
        _public_ids(frame, 3).alias("public_id"),
    ).write_csv(text, include_header=False)
    return text.getvalue()


def _public_ids(frame: pl.DataFrame, groups: int) -> pl.Series:
    return pl.Series(list(new_public_ids(frame.height, groups)), dtype=pl.String)
