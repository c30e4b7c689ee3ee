"""What would my mark be if …? The same engine on other facts, another day or other rules. Nothing is stored."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from credit.core.clock import business_date
from credit.core.policy import Field, Permit
from credit.records.models import RecordVersion
from credit.records.remedies import Remedy, remedy_of
from credit.records.words import Entry
from credit.scoring import reasons
from credit.scoring.actions import scheme_in_force
from credit.scoring.changes import Change, Moment, change
from credit.scoring.document import recalculate
from credit.scoring.explanation import explain
from credit.scoring.facts import document_of, facts_of, versions_of
from credit.scoring.mark import Line, Mark, Standing
from credit.scoring.models import Scheme
from credit.scoring.told import Told, in_order
from credit.scoring.tryouts import to_try
from credit.subjects.models import Subject

OFFERED = 30
"""Records that the form offers: those that move the mark most. An address may name any other as well."""


class What(StrEnum):
    """What could become of a record."""

    WITHOUT = "without"  # it isn't there
    REPAIRED = "repaired"  # what was wrong has been made good: it ends
    UPHELD = "upheld"  # the dispute about it is upheld: it is removed


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: what becomes of records (by public id), on which day (None: today, or when all is repaired),
    under which rules ("": those in force on that day)."""

    records: Mapping[str, What] = field(default_factory=dict)
    on: date | None = None
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A record with what could become of it. `repair_on`: the first day on which it can be repaired, None: never."""

    line: Line
    can: Sequence[What]
    repair_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The mark now and then, and the lines between. `too_early`: records that can't be repaired by that day."""

    now: Mark
    then: Mark
    change: Change
    lines: Sequence[Told]
    too_early: Sequence[Offer]

    @property
    def points(self) -> str:
        """How far the mark would move: "+12"; empty where one of the two is none."""
        tenths = self.change.tenths
        if tenths is None:
            return ""
        return f"+{tenths // 10}" if tenths > 0 else str(tenths // 10).replace("-", "−")


class Present:
    """A subject's file as it is now; each part is read once, and nothing is written. Raises NotAllowed."""

    def __init__(self, permit: Permit, *, now: datetime) -> None:
        permit.require(Field.MARK)
        self.permit, self.today = permit, business_date(now)

    @cached_property
    def kind(self) -> str:
        """Person or company."""
        return Subject.objects.values_list("kind", flat=True).get(pk=self.permit.subject_id)

    @cached_property
    def versions(self) -> list[RecordVersion]:
        """What may count now."""
        return versions_of(self.permit, known_at=None)

    @cached_property
    def scheme(self) -> Scheme:
        """The rules in force today. Raises Unavailable."""
        return scheme_in_force(self.today)

    @cached_property
    def to_try(self) -> dict[str, Scheme]:
        """Other rules that one may ask for."""
        return to_try(self.today)

    @cached_property
    def mark(self) -> Mark:
        """Today's mark."""
        return self._mark(self.versions, self.scheme, self.today)

    @cached_property
    def offers(self) -> dict[str, Offer]:
        """What could become of each record that counts or will, by its public id; the heaviest first."""
        lines = [line for line in (*self.mark.lines, *self.mark.idle) if _may_count(line)]
        lines.sort(key=lambda line: (-abs(line.tenths or 0), line.record))
        by_id = {version.record.public_id: version for version in self.versions}
        return {line.record: self._offer(line, by_id[line.record]) for line in lines}

    def answer(self, asked: Asked) -> Answer:
        """The mark as it would be. What can't become of a record is left as it is."""
        wanted = {name: what for name, what in asked.records.items() if what in self._can(name)}
        repairs = [self.offers[name].repair_on for name, what in wanted.items() if what is What.REPAIRED]
        day = asked.on or max([self.today, *(on for on in repairs if on)])
        scheme = self.to_try.get(asked.scheme) or scheme_in_force(day)
        versions = [version for version in (self._then(one, wanted, day) for one in self.versions) if version]
        before = Moment(self.scheme.rules_for(self.kind), self.today, facts_of(self.versions))
        found = change(before, Moment(scheme.rules_for(self.kind), day, facts_of(versions)))
        early = [self.offers[name] for name in wanted if self._too_early(name, wanted[name], day)]
        return Answer(self.mark, self._mark(versions, scheme, day), found, self._told(found, scheme, wanted), early)

    def _offer(self, line: Line, version: RecordVersion) -> Offer:
        remedy: Remedy | None = remedy_of(version, self.today) if version.kind == "event" else None
        repair_on = max(self.today, remedy.repair_from or self.today) if remedy and remedy.repair else None
        can = [What.UPHELD if version.disputed else What.WITHOUT]
        return Offer(line, [*can, What.REPAIRED] if repair_on else can, repair_on)

    def _can(self, name: str) -> Sequence[What]:
        return self.offers[name].can if name in self.offers else ()

    def _too_early(self, name: str, what: What, day: date) -> bool:
        on = self.offers[name].repair_on
        return what is What.REPAIRED and on is not None and on > day

    def _then(self, version: RecordVersion, wanted: Mapping[str, What], day: date) -> RecordVersion | None:
        """A record as it would be; None where it wouldn't be there. Never saved."""
        name = version.record.public_id
        what = wanted.get(name)
        if what is None or self._too_early(name, what, day):
            return version
        if what is not What.REPAIRED:
            return None
        ends = self.offers[name].repair_on
        if ends is None or (version.valid_to is not None and version.valid_to <= ends):
            return version
        if ends <= version.valid_from:  # repaired on its first day: it never counts
            return None
        then = copy.copy(version)
        then.valid_to = ends
        return then

    def _mark(self, versions: Sequence[RecordVersion], scheme: Scheme, day: date) -> Mark:
        document = document_of(versions, scheme.rules_for(self.kind), day)
        return explain(scheme, versions, document, recalculate(document))

    def _told(self, found: Change, scheme: Scheme, wanted: Mapping[str, What]) -> list[Told]:
        by_id = {version.record.public_id: version for version in self.versions}
        categories = {**self.scheme.categories, **scheme.categories}
        told = []
        for line in found.lines:
            category = categories.get(line.category or "")
            if line.record is None:
                told.append(Told(line, None, category, reasons.of_step(line)))
            else:
                entry = Entry(by_id[line.record], self.today)
                why = reasons.of_wish(line, wanted.get(line.record))
                told.append(Told(line, entry, category, why, linked=True))
        return in_order(told)


def _may_count(line: Line) -> bool:
    return line.standing in (Standing.COUNTS, Standing.NOT_YET, Standing.REPLACED)
