"""Where a record comes from: which file, which line, received when, released by which office, and never by whom."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from credit.core.identifiers import mask
from credit.records.models import Confirmation, Record, RecordVersion, Submission

LIKE_A_NUMBER = re.compile(r"[0-9A-Za-z]{9,}")
DIGITS = 8
"""A run of letters and digits with more digits could be somebody's official number. A day has eight, and stays."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """One delivery of a record's document, by the office that delivered and released it.

    `file` hides what could be an official number: it may be another person's.
    """

    file: str
    line: int | None
    delivery: str
    received_at: datetime
    released_at: datetime | None
    office: str


def provenance_of(version: RecordVersion) -> Provenance | None:
    """The delivery that a version comes from; None where it comes from none."""
    return _of(version.submission, version.line, version.record) if version.submission else None


def said_again(record: Record, known_at: datetime | None) -> list[Provenance]:
    """Later deliveries that stated the same again, the newest first; those that were released by a moment (None: all).

    The caller has a permit for the record.
    """
    found: Iterable[Confirmation] = record.confirmations.select_related("submission").order_by("-submission")
    if known_at is not None:
        found = [one for one in found if one.submission.released_at and one.submission.released_at <= known_at]
    return [_of(one.submission, one.line, record) for one in found]


def file_shown(name: str) -> str:
    """A file's name, with all that could be somebody's official number masked."""

    def hidden(run: re.Match[str]) -> str:
        return mask(run[0]) if sum(character.isdigit() for character in run[0]) > DIGITS else run[0]

    return LIKE_A_NUMBER.sub(hidden, name)


def _of(submission: Submission, line: int | None, record: Record) -> Provenance:
    return Provenance(
        file=file_shown(submission.filename),
        line=line,
        delivery=submission.public_id,
        received_at=submission.submitted_at,
        released_at=submission.released_at,
        office=record.agency.name,
    )
