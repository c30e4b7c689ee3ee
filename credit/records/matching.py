"""Whom the rows of a file are about: a name that doesn't fit an identifier, or a document of another agency's, holds
its row for an officer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from credit.core.policy import Field, System, touch
from credit.ledger import sets
from credit.records import staging
from credit.records.models import Submission
from credit.records.names import same_name
from credit.records.naming import strangers
from credit.records.notations.faults import Code, Fault, shown
from credit.records.notations.reading import Reading
from credit.records.notations.shapes import Row
from credit.records.statements import STANDS
from credit.subjects import bulk
from credit.vault import actions as vault

BETWEEN = "\x1f"
"""Between documents in one text: no sound cell has a control character."""

KNOWN = f"""
SELECT asked.place, bool_or(r.agency_id = %(agency)s), bool_or(r.agency_id <> %(agency)s AND {STANDS})
FROM ROWS FROM (string_to_table(%(subjects)s, ','), string_to_table(%(documents)s, %(between)s)) WITH ORDINALITY
    AS asked (subject, document, place)
JOIN records_record r ON r.subject_id = asked.subject::bigint AND r.document = asked.document
WHERE r.notation = %(notation)s GROUP BY asked.place
"""  # noqa: S608 -- constants


@dataclass
class Matching:
    """The names that a file gives, as far as it is read, and how many of its subjects and records are on file.

    `names`: by token, the name that the file gave first. Tokens of two kinds are never the same. `accepted`: by line,
    faults that an officer accepted.
    """

    submission: Submission
    accepted: Mapping[int, frozenset[Code]] = field(default_factory=dict)
    names: dict[bytes, str] = field(default_factory=dict)
    subjects_new: int = 0
    records_known: int = 0

    def sound(self, reading: Reading) -> tuple[pl.DataFrame, list[Fault]]:
        """The rows whose name fits what is on file and what the file said before, and whose document isn't another
        agency's, as they are staged; else faults."""
        rows, encrypt = reading.rows, vault.identifier_cipher()
        tokens = [encrypt(row.kind, row.identifier) for row in rows]
        on_file = bulk.on_file([row.kind for row in rows], tokens)
        fitting: list[Row] = []
        fitting_tokens: list[bytes] = []
        first: list[bool] = []
        faults: list[Fault] = []
        held, strange = self._held(rows, on_file), self._strangers(rows, on_file)
        for place, (row, token) in enumerate(zip(rows, tokens, strict=True)):
            before = self.names.get(token)
            if not self._fits(row, place in strange, before if place not in on_file else None):
                faults.append(Fault(row.line, reading.name_heading, Code.NAME_CONFLICT, shown(row.name)))
                continue
            mine, anothers = held.get(place, (False, False))
            if anothers and not mine and Code.NOT_AUTHORISED not in self.accepted.get(row.line, ()):
                column, document = reading.document_heading, shown(row.document)
                faults.append(Fault(row.line, column, Code.NOT_AUTHORISED, document, detail="author"))
                continue
            first.append(before is None)
            if before is None:
                self.names[token] = row.name
                self.subjects_new += place not in on_file
            self.records_known += mine
            fitting.append(row)
            fitting_tokens.append(token)
        return staging.as_frame(fitting, fitting_tokens, first), faults

    def _strangers(self, rows: Sequence[Row], on_file: Mapping[int, tuple[int, str]]) -> set[int]:
        """The places of rows whose name isn't one of those that are known of their number."""
        differing = {
            place: (subject, name, rows[place].name)
            for place, (subject, name) in on_file.items()
            if name != rows[place].name
        }
        found = strangers(differing.values()) if differing else set()
        return {place for place, (subject, _name, given) in differing.items() if (subject, given) in found}

    def _fits(self, row: Row, strange: bool, before: str | None) -> bool:
        """`before`: what the file itself said first of a number that isn't on file."""
        if not strange and (before is None or same_name(before, row.name)):
            return True
        return Code.NAME_CONFLICT in self.accepted.get(row.line, ())

    def _held(self, rows: Sequence[Row], on_file: Mapping[int, tuple[int, str]]) -> dict[int, tuple[bool, bool]]:
        """By place, of rows whose document is on file: whether from this agency, and whether from another, standing."""
        if not on_file:
            return {}
        touch(System.INTAKE, Field.RECORDS)
        places = sorted(on_file)
        found = sets.rows(
            KNOWN,
            subjects=",".join(str(on_file[place][0]) for place in places),
            documents=BETWEEN.join(rows[place].document for place in places),
            between=BETWEEN,
            agency=self.submission.agency_id,
            notation=self.submission.notation,
        )
        return {places[nth - 1]: (mine, anothers) for nth, mine, anothers in found}
