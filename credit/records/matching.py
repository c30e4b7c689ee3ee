"""Whom the rows of a file are about: names that don't fit an identifier hold their row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from credit.core.policy import Field, System, touch
from credit.ledger import sets
from credit.records import staging
from credit.records.models import Submission
from credit.records.names import same_name
from credit.records.notations.faults import Code, Fault, shown
from credit.records.notations.shapes import Row
from credit.subjects import bulk
from credit.vault import actions as vault

BETWEEN = "\x1f"
"""Between documents in one text: no sound cell has a control character."""

KNOWN = """
SELECT count(*) FROM ROWS FROM (string_to_table(%(subjects)s, ','), string_to_table(%(documents)s, %(between)s))
    AS asked (subject, document)
JOIN records_record r ON r.subject_id = asked.subject::bigint AND r.document = asked.document
WHERE r.agency_id = %(agency)s AND r.notation = %(notation)s
"""


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

    def sound(self, rows: Sequence[Row], name_heading: str) -> tuple[pl.DataFrame, list[Fault]]:
        """The rows whose name fits what is on file and what the file said before, as they are staged; else faults."""
        encrypt = vault.identifier_cipher()
        tokens = [encrypt(row.kind, row.identifier) for row in rows]
        on_file = bulk.on_file([row.kind for row in rows], tokens)
        fitting: list[Row] = []
        fitting_tokens: list[bytes] = []
        first: list[bool] = []
        known_ones: list[tuple[int, str]] = []
        faults: list[Fault] = []
        for place, (row, token) in enumerate(zip(rows, tokens, strict=True)):
            before = self.names.get(token)
            known = on_file[place][1] if place in on_file else before
            if known is not None and known != row.name and not self._fits(known, row):
                faults.append(Fault(row.line, name_heading, Code.NAME_CONFLICT, shown(row.name)))
                continue
            first.append(before is None)
            if before is None:
                self.names[token] = row.name
                self.subjects_new += place not in on_file
            if place in on_file:
                known_ones.append((on_file[place][0], row.document))
            fitting.append(row)
            fitting_tokens.append(token)
        self.records_known += self._records_on_file(known_ones)
        return staging.as_frame(fitting, fitting_tokens, first), faults

    def _fits(self, known: str, row: Row) -> bool:
        return same_name(known, row.name) or Code.NAME_CONFLICT in self.accepted.get(row.line, ())

    def _records_on_file(self, asked: Sequence[tuple[int, str]]) -> int:
        if not asked:
            return 0
        touch(System.INTAKE, Field.RECORDS)
        return sets.number(
            KNOWN,
            subjects=",".join(str(subject) for subject, _ in asked),
            documents=BETWEEN.join(document for _, document in asked),
            between=BETWEEN,
            agency=self.submission.agency_id,
            notation=self.submission.notation,
        )
