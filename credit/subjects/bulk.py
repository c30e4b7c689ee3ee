"""Subjects of a large delivery, found or made as a set inside the database, in the caller's transaction.

The temporary table `named` has one row for each identifier that the delivery names, with the subject that it belongs
to. Identifiers come as tokens, so that nothing is encrypted twice and none is in clear.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from credit.core.identifiers import SUBJECT_KIND
from credit.core.publicid import new_public_id
from credit.ledger import sets
from credit.subjects.models import RegisterJoin, Subject, SubjectIdentifier

COMPANIES = [kind.value for kind, subject in SUBJECT_KIND.items() if subject == "company"]

NAMED = """
CREATE TEMPORARY TABLE named ON COMMIT DROP AS
SELECT d.kind, d.token, d.name, d.subject_public_id AS public_id, i.subject_id IS NULL AS fresh,
    coalesce(i.subject_id, nextval(%(ids)s::regclass)) AS subject_id
FROM delivered d LEFT JOIN subjects_subjectidentifier i ON i.kind = d.kind AND i.token = d.token
WHERE d.first ORDER BY d.kind, d.token
"""
TAKEN = "SELECT n.subject_id FROM named n JOIN subjects_subject s USING (public_id) WHERE n.fresh"
REGISTERS = """FROM (
    SELECT DISTINCT ON (d.register) n.subject_id, d.register FROM delivered d JOIN named n USING (kind, token)
    WHERE d.register IS NOT NULL ORDER BY d.register, d.line
) given ORDER BY register ON CONFLICT (kind, token) DO NOTHING"""
JOINED = """FROM (
    SELECT DISTINCT i.subject_id, i.token FROM delivered d JOIN named n USING (kind, token)
    JOIN subjects_subjectidentifier i ON i.kind = 'register' AND i.token = d.register AND i.subject_id = n.subject_id
    WHERE d.register IS NOT NULL
) joined ORDER BY token"""
OTHERS_REGISTERS = """
SELECT DISTINCT n.subject_id, i.subject_id FROM delivered d JOIN named n USING (kind, token)
    JOIN subjects_subjectidentifier i ON i.kind = 'register' AND i.token = d.register
    JOIN subjects_subject mine ON mine.id = n.subject_id JOIN subjects_subject theirs ON theirs.id = i.subject_id
WHERE coalesce(mine.merged_into_id, mine.id) <> coalesce(theirs.merged_into_id, theirs.id) LIMIT %(limit)s
"""
LOCKED = """
SELECT count(*) FROM (
    SELECT FROM subjects_subject WHERE id IN (SELECT subject_id FROM {}) ORDER BY id FOR NO KEY UPDATE) locked
"""
RAISED = "UPDATE subjects_subject SET revision = revision + 1 WHERE id IN (SELECT subject_id FROM {})"
PAIRS_NOTED = 1_000
"""At most so many of one delivery: more are no pairs of files, but a column that went wrong."""

ON_FILE = """
SELECT asked.place, i.subject_id, s.name
FROM ROWS FROM (string_to_table(%(kinds)s, ','), string_to_table(%(tokens)s, ',')) WITH ORDINALITY
    AS asked (kind, token, place)
JOIN subjects_subjectidentifier i ON i.kind = asked.kind AND i.token = decode(asked.token, 'hex')
JOIN subjects_subject s ON s.id = i.subject_id
"""


def on_file(kinds: Sequence[str], tokens: Sequence[bytes]) -> dict[int, tuple[int, str]]:
    """By place in the two lists: id and name of the subject on file; others are left out. For intake only.

    Asked for in the order of the index: neighbours lie on the same pages, which takes a third less time.
    """
    if not tokens:
        return {}
    places = sorted(range(len(tokens)), key=tokens.__getitem__)
    asked = {"kinds": ",".join(kinds[i] for i in places), "tokens": ",".join(tokens[i].hex() for i in places)}
    return {places[nth - 1]: (subject, name) for nth, subject, name in sets.rows(ON_FILE, **asked)}


def find_or_make_named(*, now: datetime) -> int:
    """Make `named` from the temporary table `delivered`; returns how many subjects were made.

    `delivered` has line, kind, token, name, and, for one row of each identifier, `first` and a random
    `subject_public_id`, each another. Those that aren't on file are made with revision 1: their file begins with this
    change. Two writers at once make each only once.
    """
    while True:
        sets.run(NAMED, ids=sets.sequence(Subject))
        sets.run("ANALYZE named")
        if not sets.number("SELECT count(*) FROM named WHERE fresh"):
            return 0
        _choose_free_ids()
        with first_come_first_served(), transaction.atomic():
            return _make_named(now)
        forget_named()


@contextmanager
def first_come_first_served() -> Iterator[None]:
    """What is inside is undone and passed over where another transaction made a row of the same key first.

    When that is known it has committed: whoever looks again finds the row.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise


def _choose_free_ids() -> None:
    while taken := sets.rows(TAKEN):
        for (subject,) in taken:
            sets.run("UPDATE named SET public_id = %(id)s WHERE subject_id = %(at)s", id=new_public_id(), at=subject)


def _make_named(now: datetime) -> int:
    """In the order of the index: two deliveries that name the same newcomers wait for each other and never deadlock.

    Raises IntegrityError where another delivery was first.
    """
    columns = {
        "id": "subject_id",
        "public_id": "public_id",
        "kind": "CASE WHEN kind = ANY(%(companies)s) THEN 'company' ELSE 'individual' END",
        "name": "name",
        "revision": "1",
        "created_at": "%(now)s",
    }
    sets.insert(Subject, columns, "FROM named WHERE fresh", companies=COMPANIES, now=now)
    columns = {"subject_id": "subject_id", "kind": "kind", "token": "token"}
    return sets.insert(SubjectIdentifier, columns, "FROM named WHERE fresh ORDER BY kind, token")


def join_registers(*, source: str, now: datetime) -> list[tuple[int, int]]:
    """Give subjects the register numbers that the delivery (`source`) names beside their own; pairs of subjects of
    which the one was named with a register number that is the other's: never joined by themselves. `delivered` has
    register.
    """
    if not sets.number("SELECT count(*) FROM (SELECT FROM delivered WHERE register IS NOT NULL LIMIT 1) given"):
        return []
    columns = {"subject_id": "subject_id", "kind": "'register'", "token": "register"}
    sets.insert(SubjectIdentifier, columns, REGISTERS)
    columns = {"subject_id": "subject_id", "token": "token", "source": "%(delivery)s", "at": "%(now)s"}
    sets.insert(RegisterJoin, columns, JOINED, delivery=source, now=now)
    return sets.rows(OTHERS_REGISTERS, limit=PAIRS_NOTED)


def forget_named() -> None:
    """Drop the table, where the transaction goes on."""
    sets.run("DROP TABLE IF EXISTS named")


def raise_revisions_of(table: str) -> int:
    """Say that the files of the subjects in a temporary table (`subject_id`) have changed; returns how many.

    Locks them in one order first, so that two changes of the same files wait for each other and never deadlock.
    """
    sets.rows(LOCKED.format(table))
    return sets.run(RAISED.format(table))
