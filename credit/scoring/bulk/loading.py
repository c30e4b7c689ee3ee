"""Facts out of the database, in the columns of factsfile.py.

Where many subjects are wanted, records and their versions are read side by side as they lie on disk, slice by slice:
what one agency delivers is scattered over all subjects, and looking it up subject by subject would read every page of
both tables again and again.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.db.models import Max

from credit.core.policy import System
from credit.records.models import Record, RecordVersion
from credit.records.versions import VersionQuerySet
from credit.scoring.bulk.factsfile import FILES, KINDS
from credit.subjects.models import Subject

SLICE = 1 << 19
"""Records that are read at once: some 40 MB of text."""

READ: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "record": pl.String(),
    "category": pl.Categorical(),
    "kind": KINDS,
    "agency": pl.Int64(),
    "notation": pl.String(),
    "value": pl.Int16(),
    "decided_on": pl.Date(),
    "ends_on": pl.Date(),
    "disputed": pl.Boolean(),
}
ONE_TEXT = "SELECT string_agg(concat_ws(',', {texts}), E'\\n') FROM ({query}) AS said ({names})"
FIELDS = ("record_id", "subject_id", "category", "kind", "value", "valid_from", "valid_to", "disputed")

# The bounds are said of both tables: PostgreSQL doesn't conclude the one from the other.
JOINED = """SELECT v.subject_id, r.public_id, v.category, v.kind, r.agency_id, r.notation, v.value, v.valid_from,
v.valid_to, v.disputed FROM ({versions}) v JOIN records_record r ON r.id = v.record_id {bounds}"""

GROUP, LETTERS = 5, 4
"""A record's public id is three groups of four letters, each after a hyphen but the first."""


def files_between(first: int, last: int) -> pl.DataFrame:
    """subject, revision: of all subjects from `first` to before `last`, in order."""
    query = Subject.objects.filter(pk__gte=first, pk__lt=last).order_by("pk").values_list("pk", "revision").query
    return columns_of(*query.sql_with_params(), FILES)


def facts_of(subjects: Collection[int]) -> pl.DataFrame:
    """The facts in the files of some subjects."""
    return _facts(_versions().filter(subject_id__in=list(subjects)))


def facts_between(first: int, last: int) -> pl.DataFrame:
    """The facts in the files of all subjects from `first` to before `last`."""
    with _without("hashjoin"):
        return _facts(_versions().filter(subject_id__gte=first, subject_id__lt=last))


def slices() -> range:
    """Where each slice of the records begins."""
    last = Record.objects.opened_to(System.SCORING).aggregate(last=Max("pk"))["last"]
    return range(0, (last or 0) + 1, SLICE)


def facts_in_slice(start: int, first: int, last: int) -> pl.DataFrame:
    """What a slice of the records holds of subjects from `first` to before `last`."""
    end = start + SLICE
    wanted = _versions().filter(subject_id__gte=first, subject_id__lt=last)
    bounds = f"AND r.id >= {start:d} AND r.id < {end:d}"
    with _without("hashjoin", "seqscan", "bitmapscan"):
        return _facts(wanted.filter(record_id__gte=start, record_id__lt=end), bounds)


@contextmanager
def _without(*ways: str) -> Iterator[None]:
    """Without ways of reading that would read both tables whole each time: the planner takes few rows for many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = off" for way in ways))
        yield
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = on" for way in ways))


def columns_of(query: str, parameters: Any, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows of a query as columns; text that may hold commas must come quoted.

    They come as one text: fetched or copied row by row, they would cost this process ten times as much as the database.
    """
    names = [f"c{number}" for number in range(len(schema))]
    texts = ", ".join(f"coalesce({name}::text, '')" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(ONE_TEXT.format(texts=texts, query=query, names=", ".join(names)), parameters)
        (text,) = cursor.fetchone()
    if text is None:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text.encode(), has_header=False, schema=schema)


def _versions() -> VersionQuerySet:
    return RecordVersion.objects.opened_to(System.SCORING).counting()


def _facts(versions: VersionQuerySet, bounds: str = "") -> pl.DataFrame:
    text, parameters = versions.values_list(*FIELDS).query.sql_with_params()
    return columns_of(JOINED.format(versions=text, bounds=bounds), parameters, READ).select(
        "subject",
        _number_of_record(),
        "category",
        "kind",
        pl.concat_str("agency", pl.lit("/"), "notation").cast(pl.Categorical).alias("source"),
        "value",
        "decided_on",
        "ends_on",
        "disputed",
    )


def _number_of_record() -> pl.Expr:
    """A record's public id as a whole number: digits and capitals are digits of base 36 in their own order."""
    digits = [pl.col("record").str.slice(group * GROUP, LETTERS).str.to_integer(base=36) for group in range(3)]
    return ((digits[0] * 36**4 + digits[1]) * 36**4 + digits[2]).alias("record")
