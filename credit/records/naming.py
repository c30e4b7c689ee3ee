"""Whether the names that a delivery gives are those of the numbers on file, and which of them become known.

A name fits that is the one on file, or one that an officer accepted before (credit/subjects/othernames.py). Where all
that was ever delivered on a number has been taken back, and nobody has proven that it is theirs, its name was taken
back too: any name fits, and is shown from then on.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from credit.core.policy import Field, System, touch
from credit.ledger import actions as ledger
from credit.ledger import sets
from credit.records.models import Submission
from credit.records.names import same_name
from credit.records.statements import STANDS
from credit.subjects import othernames

TAKEN_BACK = f"""
SELECT s.id FROM subjects_subject s WHERE s.id = ANY(%(subjects)s)
AND EXISTS (SELECT FROM records_record r WHERE r.subject_id = s.id)
AND NOT EXISTS (SELECT FROM records_record r WHERE r.subject_id = s.id AND {STANDS})
AND NOT EXISTS (SELECT FROM subjects_claim c WHERE c.subject_id = s.id)
AND NOT EXISTS (SELECT FROM subjects_office o WHERE o.subject_id = s.id)
"""  # noqa: S608 -- constants


class Known:
    """What is known of the names of some subjects, beside the one that each is shown under. Two queries, at most."""

    def __init__(self, subjects: Collection[int]) -> None:
        touch(System.INTAKE, Field.NAME)
        self.beside = othernames.known_beside(subjects) if subjects else {}
        rows = sets.rows(TAKEN_BACK, subjects=list(subjects)) if subjects else []
        self.nameless = {subject for (subject,) in rows}

    def fits(self, subject: int, given: str) -> bool:
        """Whether a name that isn't the one on file is one of the subject's all the same."""
        return subject in self.nameless or any(same_name(name, given) for name in self.beside.get(subject, ()))


def strangers(pairs: Iterable[tuple[int, str, str]]) -> set[tuple[int, str]]:
    """Of subjects, each with the name on file and the one that is given: those that don't fit, with the given one."""
    differing = {(subject, given) for subject, on_file, given in pairs if not same_name(on_file, given)}
    known = Known({subject for subject, _given in differing})
    return {(subject, given) for subject, given in differing if not known.fits(subject, given)}


GIVEN = """
SELECT DISTINCT ON (s.id) s.id, s.name, d.name, d.line = ANY(%(accepted)s) FROM delivered d
    JOIN named n ON n.kind = d.kind AND n.token = d.token JOIN subjects_subject s ON s.id = n.subject_id
WHERE d.name <> s.name AND (NOT n.fresh OR d.line = ANY(%(accepted)s))
ORDER BY s.id, d.line = ANY(%(accepted)s) DESC, d.line DESC
"""


def take_on(submission: Submission, accepted: list[int], *, now: datetime) -> None:
    """Show subjects under the names that officers accepted in a delivery that is being published (`accepted`: lines),
    or that are the only ones left. Before its records are made: what stands is asked without them."""
    rows = [row for row in sets.rows(GIVEN, accepted=accepted) if not same_name(row[1], row[2])]
    nameless = Known({subject for subject, *_ in rows}).nameless
    names = {subject: given for subject, _, given, by_officer in rows if by_officer or subject in nameless}
    if names:
        othernames.accept(names, source=submission.public_id, now=now)
        ledger.note("subjects.named", by="system:intake", about=submission, at=now, names=len(names))
