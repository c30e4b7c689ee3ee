"""A checked submission becomes records: whole, or not at all."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, NotAllowed
from credit.core.identifiers import Identifier
from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import notations, queue, staging
from credit.records.deliveries import BATCH, after_move, locked, raise_revisions
from credit.records.models import AgencyProfile, Confirmation, Record, Submission
from credit.records.moves import Cause, Move, Status, after
from credit.records.names import same_name
from credit.records.notations.shapes import Row
from credit.records.officers import require_officer
from credit.records.statements import Content, content_of_row, last_statements
from credit.records.versioning import add_next, add_versions, draft, newest_of
from credit.subjects import actions as subjects


class NamesChanged(Exception):
    """A number is on file under another name since the file was checked."""


def release(submission_id: str, *, by: User, now: datetime, partial: bool = False) -> Submission:
    """Publish a checked submission as records, in one transaction. `submission_id` is its public id.

    With faults only when `partial` says so: then the sound rows. Raises NotFound, NotAllowed (not an officer, or
    whoever delivered it), Conflict (not checked yet, released or withdrawn already, faults, nothing sound, or a name on
    file changed since: then it is checked again).
    """
    try:
        return _release(submission_id, by=by, now=now, partial=partial)
    except NamesChanged:
        _check_again(submission_id, now=now)
        raise Conflict(
            _("A name on file has changed meanwhile. The file is being checked again; release it after that.")
        ) from None


@transaction.atomic
def _release(submission_id: str, *, by: User, now: datetime, partial: bool) -> Submission:
    submission = locked(submission_id)
    require_officer(by, submission.agency, now=now)
    if submission.submitted_by_id == by.pk:
        raise NotAllowed(_("Another officer must release it: nobody releases what they delivered themselves."))
    status = after_move(submission, Move.RELEASE)
    if submission.faults_found and not partial:
        raise Conflict(_("This file has faults. Mend it and deliver it again, or release only its sound rows."))
    if not submission.accepted:
        raise Conflict(_("This file has no sound row. Mend it and deliver it again."))
    submission.status, submission.partial = status, partial
    submission.released_by, submission.released_at = by, now
    touched: set[int] = set()
    for rows in staging.staged(submission):
        touched |= _publish(submission, rows, by=by, now=now)
    submission.save()
    raise_revisions(touched)
    ledger.note(
        "submission.released",
        by=by,
        about=submission,
        at=now,
        sha256=submission.sha256,
        partial=partial,
        new=submission.records_new,
        changed=submission.records_changed,
        same=submission.records_same,
    )
    return submission


@transaction.atomic
def _check_again(submission_id: str, *, now: datetime) -> None:
    submission = locked(submission_id)
    following = after(Status(submission.status), Move.CHECK_AGAIN)
    if following is None:
        return
    submission.status, submission.queued_at, submission.parsed_at = following, now, None
    submission.save()
    queue.parse_soon(submission.pk)


def _publish(submission: Submission, rows: Sequence[Row], *, by: User, now: datetime) -> set[int]:
    """Turn one batch into records and versions; returns the subjects whose file changed. Raises NamesChanged."""
    ids = _subjects_of(rows, now)
    by_key = {(ids[Identifier(row.kind, row.identifier)], row.document): row for row in rows}
    records, made = _records_of(submission, by_key, now)
    notation = notations.get(submission.notation)
    category = notation.category or _category_of(submission)
    contents = {
        records[key].pk: content_of_row(row, kind=notation.kind, category=category) for key, row in by_key.items()
    }
    lines = {records[key].pk: row.line for key, row in by_key.items()}
    known = [records[key] for key in by_key if key not in made]
    fresh = [records[key] for key in by_key if key in made]
    first = [
        draft(
            record,
            contents[record.pk],
            1,
            Cause.SUBMISSION,
            by=by,
            now=now,
            submission=submission,
            line=lines[record.pk],
        )
        for record in fresh
    ]
    add_versions(first)
    submission.records_new += len(first)
    changed = _state_again(submission, known, contents, lines, by=by, now=now)
    return {record.subject_id for record in fresh} | changed


def _state_again(
    submission: Submission,
    known: Sequence[Record],
    contents: dict[int, Content],
    lines: dict[int, int],
    *,
    by: User,
    now: datetime,
) -> set[int]:
    """Records that are on file: nothing new where the agency said the same last, else the next version."""
    ids = [record.pk for record in known]
    latest, statements = newest_of(ids), last_statements(ids)
    same, changed = [], []
    for record in known:
        content, statement = contents[record.pk], statements.get(record.pk)
        if statement is not None and statement.content == content:
            same.append(
                Confirmation(
                    record=record, version_id=statement.version_id, submission=submission, line=lines[record.pk]
                )
            )
        else:
            changed.append((latest[record.pk], content))
    Confirmation.objects.bulk_create(same, batch_size=BATCH)
    add_next(
        [
            (old, draft(old.record, content, old.number + 1, Cause.SUBMISSION, by=by, now=now, old=old,
                        submission=submission, line=lines[old.record_id]))
            for old, content in changed
        ],
        now=now,
    )  # fmt: skip
    submission.records_same += len(same)
    submission.records_changed += len(changed)
    return {old.subject_id for old, _content in changed}


def _subjects_of(rows: Iterable[Row], now: datetime) -> dict[Identifier, int]:
    named: dict[Identifier, str] = {}
    for row in rows:
        if not same_name(named.setdefault(Identifier(row.kind, row.identifier), row.name), row.name):
            raise NamesChanged
    for identifier, name in subjects.names_on_file(named.keys()).items():
        if not same_name(name, named[identifier]):
            raise NamesChanged
    return subjects.bulk_find_or_create(
        [subjects.Newcomer(identifier, name) for identifier, name in named.items()], now=now
    )


Key = tuple[int, str]
"""Subject and document."""


def _records_of(submission: Submission, by_key: dict[Key, Row], now: datetime) -> tuple[dict[Key, Record], set[Key]]:
    """The record of each subject and document, and which of them were made just now."""
    wanted = Record.objects.opened_to(System.INTAKE).filter(
        subject__in={subject for subject, _document in by_key}, agency=submission.agency, notation=submission.notation
    )
    found = {
        (record.subject_id, record.document): record for record in wanted.filter(document__in={d for _s, d in by_key})
    }
    missing = [key for key in by_key if key not in found]
    made = Record.objects.bulk_create(
        [
            Record(
                subject_id=subject,
                agency=submission.agency,
                notation=submission.notation,
                document=document,
                created_at=now,
            )
            for subject, document in missing
        ],
        batch_size=BATCH,
    )
    found |= dict(zip(missing, made, strict=True))
    return found, set(missing)


def _category_of(submission: Submission) -> str:
    return AgencyProfile.objects.values_list("category", flat=True).get(organisation=submission.agency)
