"""A checked delivery inside the database, for one transaction: the temporary table `delivered`, one row for each sound
row. Temporary tables know no policies, take COPY, and nobody else can read them. Identifiers are tokens in it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO

import polars as pl
from django.db import connection

from credit.core.identifiers import IdentifierKind
from credit.core.publicid import public_id_lines
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
ROOM = "SET LOCAL work_mem = '128MB'"


def load(submission: Submission, progress: Callable[[int], None]) -> None:
    """Fill `delivered` with what was staged. `progress` is told how many rows are in, now and then."""
    forget()
    sets.run(ROOM)
    sets.run(DELIVERED)
    ids, done = _ids(submission), 0
    with ThreadPoolExecutor(1) as ahead:  # PostgreSQL takes one batch while the next is made ready
        waiting: Future[bytes] | None = None
        for rows in staging.frames(submission):
            made = ahead.submit(_as_csv, rows.hstack(ids.slice(done, rows.height)))
            _copy(waiting)
            waiting, done = made, done + rows.height
            progress(done)
        _copy(waiting)
    sets.run("ANALYZE delivered (line, kind, token, document, first, register)")


def _copy(text: "Future[bytes] | None") -> None:
    if text is not None:
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(text.result())


def forget() -> None:
    """Drop what the transaction doesn't need any more, where it goes on."""
    sets.run(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")


def _ids(submission: Submission) -> pl.DataFrame:
    """Random public ids for each row, and for each that names its subject first.

    They ascend in the order of the tokens, in which newcomers get their numbers: so they go into their index in its own
    order, and a token's place tells nothing of whose it is. Only what is put in order is held of all rows at once: the
    first bytes of their tokens, in which no two are alike.
    """
    beginning = pl.col("token").bin.head(8).bin.reinterpret(dtype=pl.UInt64, endianness="big").alias("beginning")
    kind = pl.col("kind").cast(pl.Enum(IdentifierKind))
    keys = pl.concat([rows.select(kind, beginning, "first") for rows in staging.frames(submission)])
    order = keys.select(pl.arg_sort_by("kind", "beginning")).to_series()
    first = keys.get_column("first").gather(order)
    place = (first.cum_sum().cast(pl.Int64) - 1).clip(lower_bound=0)
    subjects = _public_ids(int(first.sum()) or 1, 2).gather(place)
    ids = pl.DataFrame({"first": first, "subject_public_id": subjects, "public_id": _public_ids(keys.height, 3)})
    return ids.select(pl.when("first").then("subject_public_id"), "public_id")[order.arg_sort()]


def _as_csv(rows: pl.DataFrame) -> bytes:
    """What COPY takes."""
    text = BytesIO()
    tokens = ((pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in ("token", "register"))
    rows.with_columns(*tokens).write_csv(text, include_header=False)
    return text.getvalue()


def _public_ids(count: int, groups: int) -> pl.Series:
    """Random, each another, in ascending order."""
    ids = pl.Series(dtype=pl.String)
    while (missing := count - ids.len()) > 0:
        lines = public_id_lines(missing, groups)
        more = pl.read_csv(lines, has_header=False, schema={"id": pl.String}).to_series()
        ids = pl.concat([ids, more]).sort()
        ids = ids.filter(ids.ne_missing(ids.shift()))
    return ids
