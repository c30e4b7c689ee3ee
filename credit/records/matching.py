"""Whom the rows of a file are about: names that don't fit an identifier hold their row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from credit.core.identifiers import Identifier
from credit.core.policy import System
from credit.records.models import Record, Submission
from credit.records.names import same_name
from credit.records.notations.faults import Code, Fault, shown
from credit.records.notations.shapes import Row
from credit.subjects import actions as subjects
from credit.vault import actions as vault


@dataclass
class Matching:
    """The names that a file gives, as far as it is read, and how many of its subjects and records are on file."""

    submission: Submission
    names: dict[Identifier, str] = field(default_factory=dict)
    subjects_new: int = 0
    records_known: int = 0

    def sound(self, rows: Sequence[Row], name_heading: str) -> tuple[list[Row], list[Fault]]:
        """The rows whose name fits what is on file and what the file said before, and a fault for each other."""
        asked = {Identifier(row.kind, row.identifier) for row in rows}
        on_file = subjects.names_on_file(asked)
        fitting, faults = [], []
        for row in rows:
            identifier = Identifier(row.kind, row.identifier)
            known = on_file.get(identifier) or self.names.get(identifier)
            if known is not None and not same_name(known, row.name):
                faults.append(Fault(row.line, name_heading, Code.NAME_CONFLICT, shown(row.name)))
                continue
            if identifier not in self.names:
                self.names[identifier] = row.name
                self.subjects_new += identifier not in on_file
            fitting.append(row)
        self.records_known += self._records_on_file(
            [row for row in fitting if Identifier(row.kind, row.identifier) in on_file]
        )
        return fitting, faults

    def _records_on_file(self, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        tokens = {(row.kind.value, row.identifier): vault.encrypt_identifier(row.kind, row.identifier) for row in rows}
        found = Record.objects.opened_to(System.INTAKE).filter(
            agency=self.submission.agency_id,
            notation=self.submission.notation,
            subject__identifiers__token__in=list(tokens.values()),
        )
        pairs = {
            (document, kind, bytes(token))
            for document, kind, token in found.values_list(
                "document", "subject__identifiers__kind", "subject__identifiers__token"
            )
        }
        return sum((row.document, row.kind.value, tokens[row.kind.value, row.identifier]) in pairs for row in rows)
