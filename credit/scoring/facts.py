"""What a permit opens of a subject's file, as the engine's columns and as the lines of a page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import polars as pl

from credit.core.policy import Permit
from credit.records.models import RecordVersion
from credit.records.notations import all_notations
from credit.scoring.document import Document
from credit.scoring.engine import FACTS, Marks
from credit.scoring.mark import Line, Standing
from credit.scoring.models import Scheme
from credit.scoring.rules import SchemeRules


def versions_of(permit: Permit, *, known_at: datetime | None) -> list[RecordVersion]:
    """The versions of the permit's subject's records that were known at a moment (None: that are now), in force or
    not, without what is withheld or struck. Raises NotAllowed."""
    opened = RecordVersion.objects.opened_by(permit)
    known = opened.counting() if known_at is None else opened.known_at(known_at).filter(withheld=False)
    return list(known.select_related("record__agency").order_by("record__public_id"))


def document_of(versions: Sequence[RecordVersion], rules: SchemeRules, as_of: date) -> Document:
    """The recalculation document of what a scheme knows of a file."""
    known = {category.code for category in rules.categories}
    return Document(as_of, rules, facts_of([version for version in versions if version.category in known]))


def facts_of(versions: Sequence[RecordVersion]) -> pl.DataFrame:
    """The columns of `engine.FACTS`, all of subject 0. The records' agencies must have been read."""
    rows = [
        (
            0,
            version.record.public_id,
            version.category,
            version.kind,
            f"{version.record.agency.code}/{version.record.notation}",
            version.value,
            version.valid_from,
            version.valid_to,
            version.disputed,
        )
        for version in versions
    ]
    return pl.DataFrame(rows, schema=FACTS, orient="row")


def lines_of(versions: Sequence[RecordVersion], scheme: Scheme, marks: Marks) -> tuple[list[Line], list[Line]]:
    """The lines that count, from most costly to most helpful, and those that don't, the latest first."""
    counted = {
        record: (tenths, fades)
        for record, tenths, fades in marks.contributions.select("record", "tenths", "fades").iter_rows()
    }
    lines = [_line(version, scheme, counted, marks) for version in versions]
    counting = [line for line in lines if line.tenths is not None]
    idle = [line for line in lines if line.tenths is None]
    counting.sort(key=lambda line: (line.tenths or 0, line.record))
    idle.sort(key=lambda line: (line.decided_on, line.record), reverse=True)
    return counting, idle


def _line(version: RecordVersion, scheme: Scheme, counted: Mapping[str, tuple[int, bool]], marks: Marks) -> Line:
    record = version.record
    tenths, fades = counted.get(record.public_id, (None, False))
    return Line(
        record=record.public_id,
        organisation=record.agency,
        notation=all_notations().get(record.notation),
        notation_code=record.notation,
        kind=version.kind,
        given=version.mark,
        value=version.value,
        category=scheme.categories.get(version.category),
        decided_on=version.valid_from,
        ends_on=version.valid_to,
        disputed=version.disputed,
        tenths=tenths,
        fades=fades,
        standing=Standing.COUNTS if tenths is not None else _standing(version, marks),
    )


def _standing(version: RecordVersion, marks: Marks) -> Standing:
    """Why a record that the engine didn't count doesn't. That it has ended comes first: it is its subject's alone."""
    if version.valid_to is not None and version.valid_to <= marks.as_of:
        return Standing.ENDED
    if version.category not in {category.code for category in marks.scheme.categories}:
        return Standing.OUTSIDE
    if version.valid_from > marks.as_of:
        return Standing.NOT_YET
    if version.disputed and marks.scheme.disputed == "exclude":
        return Standing.LEFT_OUT
    return Standing.REPLACED
