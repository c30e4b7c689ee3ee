"""Two files that are about one and the same subject become one, by two officials, and can be parted again exactly.

Nothing is rewritten. A record keeps the subject that its delivery named (`Record.subject`), for ever; in whose file it
is, each of its versions says (`RecordVersion.subject`). Joining gives each record of the absorbed file a next version
in the surviving one, and points the absorbed subject at it (`Subject.merged_into`); parting gives each of them a next
version where it came from, what was delivered meanwhile too, and takes the pointer away. So:

- What each file said at any moment is told by its versions, before, while and after both were one.
- Numbers, claims, offices, cases, reports and looks stay with the subject they belong to. Whoever reads them asks for
  the file's family (`subjects.of_file`, `family_of`), and `access.disclose` looks at the file that is led on to.
- A delivery that names the absorbed subject finds its records as ever; a new one begins in the surviving file.
- A document that both files hold from the same agency with the same content isn't counted twice: it stays behind.
- Chains don't arise: a file that others were joined with isn't joined with another before they are parted.

Deliveries are published under a shared lock, files joined and parted under an exclusive one: so no record is left in a
file that has just been led on. A pair that a delivery names in one row is only noted, never joined by itself.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from credit.access import actions as access
from credit.access.models import Ground
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import Identifier
from credit.core.policy import GroundKind, Role, System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records.models import Record, RecordVersion
from credit.records.moves import Cause
from credit.records.moving import holds_moved
from credit.records.statements import CONTENT, content_of
from credit.records.versioning import add_next, draft, newest_of
from credit.records.versions import VersionQuerySet
from credit.subjects import actions as subjects
from credit.subjects.models import Merging, MergingStep, Subject
from credit.subjects.rules import PROPOSALS, Move, Refusal, Standing, Status, after

REFUSED = {
    Refusal.NOT_NOW: _("This can't be done with these files now. Load the page again."),
    Refusal.NOT_OFFICIAL: _("Only officials join and part files."),
    Refusal.PARTY: _("One of these files is your own, or of a company that you act for. Another official must decide."),
    Refusal.OWN_PROPOSAL: _("Another official must decide: nobody confirms what they proposed."),
}
WHILE_PUBLISHING = "SELECT pg_advisory_xact_lock_shared(hashtext('subjects.merging'))"
"""What publishes deliveries runs first: then no file is joined or parted until its transaction ends."""

LED_ON = "SELECT id, merged_into_id FROM subjects_subject WHERE merged_into_id IS NOT NULL"
"""The subjects whose file leads on to another: few, and found by their own index."""


@transaction.atomic
def note_pair(first: Subject, second: Subject, *, source: str, by: User | None, now: datetime) -> Merging:
    """Note that two files may be about one subject. The same pair twice is one.

    `source`: the public id of the delivery that named both in one row, "" where `by` brings them together.
    Raises Invalid (the same file, or a person and a company).
    """
    first, second = first.file, second.file
    if first.pk == second.pk:
        raise Invalid(_("Both numbers lead to the same file already."))
    if first.kind != second.kind:
        raise Invalid(_("A person and a company are never the same."))
    known = Merging.objects.filter(survivor__in=[first, second], absorbed__in=[first, second]).first()
    if known is not None:
        return known
    made = Merging.objects.create(survivor=first, absorbed=second, source=source, noted_at=now, noted_by=by)
    who: User | str = by if by is not None else "system:records"
    files = [first.public_id, second.public_id]
    ledger.note("merging.noted", by=who, about=made, at=now, files=files, source=source)
    return made


def note_pairs(pairs: Iterable[tuple[int, int]], *, source: str, now: datetime) -> None:
    """Note what a delivery says: pairs of subjects' ids that it named in one row. Within the caller's transaction."""
    for one, other in pairs:
        first, second = (Subject.objects.select_related("merged_into").get(pk=pk) for pk in (one, other))
        with suppress(Invalid):
            note_pair(first, second, source=source, by=None, now=now)


@transaction.atomic
def suggest(first: Identifier, second: Identifier, *, by: User, now: datetime) -> Merging:
    """An official brings two files together, by a number of each. Raises NotAllowed, NotFound, Invalid."""
    _require_official(by, now)
    found = [subjects.find(identifier) for identifier in (first, second)]
    if found[0] is None or found[1] is None:
        raise NotFound(_("One of the numbers isn't on file."))
    return note_pair(found[0], found[1], source="", by=by, now=now)


@transaction.atomic
def look_at(public_id: str, *, by: User, now: datetime) -> Merging:
    """Give an official a reason to look at both files; both subjects see that they looked. Raises as `move`."""
    merging = locked(public_id)
    standing = standing_of(merging, by, now=now)
    if not standing.official or standing.party:
        raise NotAllowed(REFUSED[Refusal.PARTY if standing.official else Refusal.NOT_OFFICIAL])
    for subject in (merging.survivor, merging.absorbed):
        access.open_ground(GroundKind.MATCHING, user=by, subject=subject, about=merging, by=by, now=now)
    return merging


@transaction.atomic
def move(public_id: str, made: Move, *, reason: str, by: User, now: datetime, seen: int, survivor: str = "") -> Merging:
    """Make a move with a pair of files. `survivor`: with a proposal to join, the public id of the file that stays.

    Raises NotFound, NotAllowed (not an official, party, one's own proposal, nothing looked at), Invalid (no reason),
    Conflict (moved on since step `seen`, not possible now, or a large delivery is being published).
    """
    merging = locked(public_id)
    following = after(Status(merging.status), made, standing_of(merging, by, now=now))
    if isinstance(following, Refusal):
        raise (Conflict if following is Refusal.NOT_NOW else NotAllowed)(REFUSED[following])
    if seen != merging.steps_taken:
        raise Conflict(REFUSED[Refusal.NOT_NOW])
    if not may_look(merging, by):
        raise NotAllowed(_("Compare the two files first."))
    if not reason.strip():
        raise Invalid(_("Say why."))
    if made is Move.PROPOSE:
        _choose(merging, survivor)
    if made in PROPOSALS:
        merging.proposed_by, merging.decided_by = by, None
    if made in (Move.CONFIRM, Move.KEEP, Move.CONFIRM_UNDO):
        merging.decided_by = by
    moved = _carry_out(merging, made, reason=reason.strip(), by=by, now=now)
    merging.status = following
    merging.steps_taken += 1
    merging.save()
    MergingStep.objects.create(
        merging=merging,
        number=merging.steps_taken,
        move=made,
        survivor=merging.survivor,
        absorbed=merging.absorbed,
        by=by,
        at=now,
        reason=reason.strip(),
    )
    if made not in PROPOSALS:
        _close_grounds(merging, by=by, now=now)
    files = {"survivor": merging.survivor.public_id, "absorbed": merging.absorbed.public_id}
    ledger.note(f"merging.{made}", by=by, about=merging, at=now, records=moved, **files)
    return merging


def locked(public_id: str) -> Merging:
    """A pair, locked until the transaction ends. Raises NotFound."""
    pairs = Merging.objects.select_for_update(of=("self",)).for_desk()
    found = pairs.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such pair of files."))
    return found


def standing_of(merging: Merging, user: User, *, now: datetime) -> Standing:
    """How somebody stands to a pair of files."""
    party = any(subjects.is_party(user, subject, now=now) for subject in (merging.survivor, merging.absorbed))
    return Standing(Role.OFFICIAL in user.roles(now), party, merging.proposed_by_id == user.pk)


def may_look(merging: Merging, user: User) -> bool:
    """Whether this pair is an open reason for the user to look at its files."""
    held = Ground.objects.open().filter(kind=GroundKind.MATCHING, user=user, about_id=merging.public_id)
    return held.exists()


def _require_official(user: User, now: datetime) -> None:
    if Role.OFFICIAL not in user.roles(now):
        raise NotAllowed(REFUSED[Refusal.NOT_OFFICIAL])


def _choose(merging: Merging, survivor: str) -> None:
    """Which of the two files stays. Raises Invalid."""
    files = {merging.survivor.public_id: merging.survivor, merging.absorbed.public_id: merging.absorbed}
    if survivor not in files:
        raise Invalid(_("Choose the file that stays."))
    merging.survivor = files.pop(survivor)
    (merging.absorbed,) = files.values()
    _require_free(merging)


def _require_free(merging: Merging) -> None:
    """Neither file may be led on, and the absorbed one may lead no others. Raises Conflict."""
    if holds_moved([merging.survivor_id, merging.absorbed_id]):
        raise Conflict(_("One of these files holds records that were moved there by hand. Move them back first."))
    led_on = Subject.objects.filter(pk__in=[merging.survivor_id, merging.absorbed_id], merged_into__isnull=False)
    if led_on.exists() or Subject.objects.filter(merged_into=merging.absorbed_id).exists():
        raise Conflict(
            _("One of these files is joined with a third. Part those first, or choose the other file to stay.")
        )


def _close_grounds(merging: Merging, *, by: User, now: datetime) -> None:
    for subject in (merging.survivor, merging.absorbed):
        access.close_ground(GroundKind.MATCHING, subject=subject, about=merging, by=by, now=now)


def _carry_out(merging: Merging, made: Move, *, reason: str, by: User, now: datetime) -> int:
    """Join or part the files, if that is the move; how many records went from one to the other."""
    if made not in (Move.CONFIRM, Move.CONFIRM_UNDO):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('subjects.merging'))")
        (alone,) = cursor.fetchone()
    if not alone:
        raise Conflict(_("A delivery is being published at this moment. Try again in a minute."))
    joining = made is Move.CONFIRM
    if joining:
        _require_free(merging)
    source, target = merging.absorbed_id, merging.survivor_id
    steps = list(_joined(source, target) if joining else _parted(source, target))
    for _old, new in steps:
        new.by, new.reason, new.cause = by, reason, Cause.MERGING.value
    add_next(steps, now=now)
    pair = Subject.objects.filter(pk__in=[source, target]).order_by("pk")
    list(pair.select_for_update(no_key=True).values_list("pk", flat=True))
    Subject.objects.filter(pk=source).update(merged_into=target if joining else None)
    subjects.raise_revision([source, target])
    return len(steps)


Step = tuple[RecordVersion, RecordVersion]


def _joined(source: int, target: int) -> Iterable[Step]:
    """The records of the absorbed file, each with its version in the surviving one; doubles stay behind."""
    held = {_said(version) for version in _newest(subject=target) if not version.struck}
    for old in newest_of(_newest(subject=source).values_list("record", flat=True)).values():
        if _said(old) not in held:
            yield old, _next(old, target)


def _parted(source: int, target: int) -> Iterable[Step]:
    """What the surviving file holds of the absorbed one's, each with its version where it came from."""
    came = _newest(subject=target, record__subject=source)
    for old in newest_of(came.values_list("record", flat=True)).values():
        yield old, _next(old, source)


def _newest(**cut: int) -> VersionQuerySet:
    return RecordVersion.objects.opened_to(System.INTAKE).newest().filter(**cut).select_related("record")


def _next(old: RecordVersion, subject: int) -> RecordVersion:
    record: Record = old.record
    new = draft(record, content_of(old), old.number + 1, Cause.MERGING, by=None, now=old.recorded_at, old=old)
    new.subject_id, new.struck = subject, old.struck
    return new


def _said(version: RecordVersion) -> tuple[object, ...]:
    """Which document of which agency, and what it says."""
    record = version.record
    content = (getattr(version, name) for name in CONTENT if name != "details")
    return (record.agency_id, record.notation, record.document, *content)
