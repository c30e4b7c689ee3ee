"""A file that was built of two subjects' records is split: an official moves records to the file they belong to.

As with joined files nothing is rewritten: whose file a record is in, its versions say, and each moved record gets its
next one there. Moving them back is the same act; each one is kept (movings.py), so that it can be undone as a whole.
What is delivered of such a record stays with it where it is; new documents go where their number leads (numbers.py).
"""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, Invalid, NotFound
from credit.core.identifiers import Identifier
from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records.models import Record, RecordMove, RecordVersion
from credit.records.moves import Cause
from credit.records.numbers import require_official
from credit.records.reasons import without_number
from credit.records.statements import content_of
from credit.records.versioning import add_next, draft, newest_of
from credit.subjects import actions as subjects
from credit.subjects.models import Subject

TRY_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('subjects.merging'))"
AT_ONCE = 1_000
MISSING = _("One of the records, or the number, isn't on file.")


@transaction.atomic
def move_records(records: Collection[str], *, to: Identifier, reason: str, by: User, now: datetime) -> int:
    """Move records (public ids) of one file into the file that a number leads to; how many.

    Raises NotAllowed, NotFound, Invalid (no reason, several files, a person's to a company), and Conflict (joined files
    are parted first, or a delivery is being published).
    """
    reason = without_number(reason)
    if not 0 < len(set(records)) <= AT_ONCE:
        raise Invalid(_("Choose the records, 1,000 at most."))
    target = subjects.find(to)
    if target is None:
        raise NotFound(MISSING)
    return len(_move(records, target, reason=reason, by=by, now=now).records)


@transaction.atomic
def undo(public_id: str, *, reason: str, by: User, now: datetime) -> RecordMove:
    """Move back what one move has moved. Raises as `move_records`, and Conflict (undone already, or gone on since)."""
    reason = without_number(reason)
    done = RecordMove.objects.select_related("source").filter(public_id=public_id).first()
    if done is None:
        raise NotFound(_("Nothing was done under this number."))
    if RecordMove.objects.filter(undoes=done).exists():
        raise Conflict(_("This was undone already."))
    try:
        with transaction.atomic():
            return _move(done.records, done.source, reason=reason, by=by, now=now, undoes=done)
    except IntegrityError:  # somebody else undid it at the same moment
        raise Conflict(_("This was undone already.")) from None


def _move(
    records: Collection[str], target: Subject, *, reason: str, by: User, now: datetime, undoes: RecordMove | None = None
) -> RecordMove:
    found = Record.objects.opened_to(System.INTAKE).filter(public_id__in=records).values_list("pk", flat=True)
    if len(found) != len(set(records)):
        raise NotFound(MISSING)
    _be_alone()
    steps = newest_of(list(found))
    sources = {version.subject_id for version in steps.values()}
    if undoes is not None and sources != {undoes.target_id}:
        raise Conflict(_("Some of these records are in another file by now. Move them from there."))
    if len(sources) != 1 or sources == {target.pk}:
        raise Invalid(_("Choose records of one file, and another one to which they go."))
    source = Subject.objects.get(pk=sources.pop())
    _check(source, target, by, now)
    pairs = [(old, _next(old, target, by, reason, now)) for old in steps.values()]
    add_next(pairs, now=now)
    subjects.raise_revision(sorted([source.pk, target.pk]))
    files = {"from_file": source.public_id, "to_file": target.public_id}
    if undoes is not None:
        files["undoes"] = undoes.public_id
    ledger.note("records.moved", by=by, about=target, at=now, records=len(pairs), **files)
    moved = sorted(old.record.public_id for old, _new in pairs)
    return RecordMove.objects.create(
        source=source, target=target, records=moved, by=by, at=now, reason=reason, undoes=undoes
    )


def _be_alone() -> None:
    """No delivery is published and no file joined until the transaction ends. Raises Conflict."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_ALONE)
        if not cursor.fetchone()[0]:
            raise Conflict(_("A delivery is being published at this moment. Try again in a minute."))


def _check(source: Subject, target: Subject, by: User, now: datetime) -> None:
    for subject in (source, target):
        require_official(by, subject, now)
    if source.kind != target.kind:
        raise Invalid(_("A person and a company are never the same."))
    if len(subjects.family_of(source)) > 1 or len(subjects.family_of(target)) > 1:
        raise Conflict(_("One of these files is joined with another. Part those first."))


def _next(old: RecordVersion, target: Subject, by: User, reason: str, now: datetime) -> RecordVersion:
    record: Record = old.record
    number = old.number + 1
    new = draft(record, content_of(old), number, Cause.MERGING, by=by, now=now, old=old, reason=reason)
    new.subject_id, new.struck = target.pk, old.struck
    return new


def holds_moved(subject_ids: Collection[int]) -> bool:
    """Whether one of these files holds records that an official moved there by hand."""
    newest = RecordVersion.objects.opened_to(System.INTAKE).newest().filter(subject__in=subject_ids)
    strange = newest.exclude(record__subject=F("subject"))
    return strange.filter(Q(record__subject__merged_into=None) | ~Q(record__subject__merged_into=F("subject"))).exists()
