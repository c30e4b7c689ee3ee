"""The histories of records as replaying.py takes them: who stated what, and what officials decided, in order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from credit.core.policy import System
from credit.records import notations
from credit.records.models import Confirmation, RecordVersion, Submission
from credit.records.moves import Cause
from credit.records.notations.limits import ends_of
from credit.records.replaying import Decided, Replayed, Stated
from credit.records.statements import CONTENT, Content, content_of

DECISIONS = (Cause.CORRECTION, Cause.REPAIR, Cause.REMOVAL)

Event = Stated[Content] | Decided
Place = tuple[int, int, int]
"""After which version, versions before confirmations, and the turn of the delivery."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An event in its place; of one that a delivery stated, the turns in which it was released and taken back."""

    place: Place
    event: Event
    turn: int = 0
    taken_back: int | None = None


@dataclass
class History:
    """What happened to one record, in order; `withdrawn`: the submissions among it that were taken back."""

    events: list[Event] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)


def histories(records: Collection[int]) -> dict[int, History]:
    """By record. Two queries, whatever the number of records."""
    placed: dict[int, list[Placed]] = defaultdict(list)
    for before, version in _pairs(records):
        event = _event(before, version)
        if event is not None:
            stated = version.submission if isinstance(event, Stated) else None
            placed[version.record_id].append(_placed((version.number, 0, 0), event, stated))
    for confirmation in _confirmations(records):
        source = (confirmation.submission_id, confirmation.line)
        event = Stated(confirmation.submission_id, content_of(confirmation.version), source)
        place = (confirmation.after, 1, confirmation.submission.release_turn or 0)
        placed[confirmation.record_id].append(_placed(place, event, confirmation.submission))
    return defaultdict(History, {record: _history(steps) for record, steps in placed.items()})


def _history(steps: list[Placed]) -> History:
    """The steps in order, with what was delivered anew after all before it had been taken back."""
    history = History()
    said: list[Placed] = []
    for step in sorted(steps, key=lambda step: step.place):
        if isinstance(step.event, Stated):
            gone = [earlier.taken_back is not None and earlier.taken_back < step.turn for earlier in said]
            history.events.append(replace(step.event, anew=bool(said) and all(gone)))
            if step.taken_back is not None:
                history.withdrawn.add(step.event.submission)
            said.append(step)
        else:
            history.events.append(step.event)
    return history


def _placed(place: Place, event: Event, submission: Submission | None) -> Placed:
    if submission is None:
        return Placed(place, event)
    return Placed(place, event, submission.release_turn or 0, submission.withdrawal_turn)


def content_after(replayed: Replayed[Content], notation: str, *, otherwise: Content) -> Content:
    """What a record of a notation says at the end of a replayed history; `otherwise`: where no statement stands."""
    if replayed.statement is None:
        return otherwise
    if not replayed.changes:
        return replayed.statement.content
    said: dict[str, Any] = {**replayed.statement.content.fields(), **replayed.changes}
    if said["valid_to"] is not None and said["valid_to"] <= said["valid_from"]:
        said["valid_to"] = replayed.statement.content.valid_to  # the decided end lies before this statement's beginning
    ends = ends_of(notations.get(notation), said["mark"], said["value"], said["valid_from"])
    said["valid_to"] = ends.hold(said["valid_to"])
    return Content(**said)


def _pairs(records: Collection[int]) -> Iterator[tuple[RecordVersion | None, RecordVersion]]:
    """Every version of these records with the one before it."""
    versions = RecordVersion.objects.opened_to(System.INTAKE).filter(record__in=records)
    before: RecordVersion | None = None
    for version in versions.select_related("submission").order_by("record", "number"):
        yield (before if before and before.record_id == version.record_id else None), version
        before = version


def _event(before: RecordVersion | None, version: RecordVersion) -> Event | None:
    """What a version did to its record; flags, ends and joined files leave what it says as it is."""
    if version.cause == Cause.SUBMISSION and version.submission_id is not None and version.line is not None:
        return Stated(version.submission_id, content_of(version), (version.submission_id, version.line))
    if version.cause not in DECISIONS or before is None:
        return None
    changes = {name: getattr(version, name) for name in CONTENT if getattr(version, name) != getattr(before, name)}
    return Decided(changes, struck=version.cause == Cause.REMOVAL)


def _confirmations(records: Collection[int]) -> Iterable[Confirmation]:
    return Confirmation.objects.filter(record__in=records).select_related("submission", "version")
