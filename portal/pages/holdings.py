"""What is held on a subject, with what each record costs now: records, the mark and the looks on one page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from credit.access import lines
from credit.access.models import Disclosure
from credit.core.errors import Unavailable
from credit.core.policy import Field, Permit
from credit.records import cuts
from credit.records.cuts import Asked, Order, Part, State
from credit.records.models import RecordVersion
from credit.records.provenance import Provenance, provenance_of
from credit.records.words import Entry
from credit.scoring import actions as scoring
from credit.scoring.mark import Line, Mark

if TYPE_CHECKING:
    from credit.identity.models import Organisation, User

ROWS = 25
LOOKS = 5
"""Looks that one record's page shows; their own page shows all."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One record as its subject reads it. `line`: what it did in the mark; None where it has no part in it.

    `limit`: a sentence where its category was held at the most that it may cost or add, so that one record less may
    change nothing. `too_few`: too few records count for a mark.
    """

    entry: Entry
    line: Line | None
    marked: bool
    limit: str = ""
    too_few: bool = False

    @property
    def version(self) -> RecordVersion:
        """The version that is shown."""
        return self.entry.version

    @property
    def provenance(self) -> Provenance | None:
        """Where it comes from."""
        return provenance_of(self.entry.version)

    @property
    def points(self) -> str:
        """What it adds or costs, as one prints it; "–" where it doesn't count, empty where no mark is made yet."""
        if not self.marked:
            return ""
        return (self.line.signed if self.line else "") or "–"

    @property
    def cost(self) -> str:
        """What it costs or adds, in a sentence; empty where no mark is made yet."""
        if not self.marked:
            return ""
        if self.line is None or self.line.tenths is None:
            return _("It costs nothing.")
        if self.too_few:
            return _("It counts, but there is no mark yet: too few records do.")
        said = {"points": (self.line.points or "").lstrip("-")}
        if self.line.tenths == 0:
            return _("It neither adds to the mark nor takes from it.")
        if self.line.tenths > 0:
            return _("It adds %(points)s points to the mark.") % said
        return _("It takes %(points)s points from the mark.") % said

    @property
    def fading(self) -> str:
        """How its weight shrinks, in a sentence; empty where it doesn't."""
        if self.line is None or not self.line.fades or self.line.last_day is None:
            return ""
        return _("It weighs a little less every day, and nothing after %(day)s.") % {
            "day": date_format(self.line.last_day)
        }

    @property
    def why_not(self) -> str:
        """Why it doesn't count, in a sentence; empty where it does."""
        version = self.entry.version
        if version.struck:
            return _("It was removed.")
        if version.withheld:
            return _("It is withheld, and doesn't count as long as it is.")
        return self.line.why_not if self.line else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Records that stand under one heading; `agency` is None where they come from several."""

    agency: "Organisation | None"
    holdings: list[Holding]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: what is held, what has ended, what was removed."""

    part: Part
    groups: list[Group]

    @property
    def code(self) -> str:
        """As templates ask for it."""
        return self.part.name.lower()


@dataclass(frozen=True, slots=True)
class Cut:
    """A link to one state of records, with how many there are. `code` is empty for all."""

    code: str
    title: str
    number: int
    here: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """The looks of others that opened a subject's records since a moment: how many, and the latest."""

    since: datetime
    number: int
    latest: list[lines.Line]


@dataclass(frozen=True, slots=True)
class Holdings:
    """One page of the list. `total` counts what was known at all, whatever the filter says."""

    asked: Asked
    page: Page[RecordVersion]
    sections: list[Section]
    states: list[Cut]
    total: int
    mark: Mark | None


class Then:
    """The file of a subject at a moment: each part is read once, when a page asks for it."""

    def __init__(self, permit: Permit, asked: Asked, *, now: datetime) -> None:
        self.permit, self.asked, self.now = permit, asked, now

    @cached_property
    def mark(self) -> Mark | None:
        """The mark of that day by what was known at that moment; None where no scheme is published yet."""
        moment = self.asked.known_at
        try:
            return scoring.mark_of(
                self.permit, now=self.now, as_of=None if moment is None else self.asked.day, known_at=moment
            )
        except Unavailable:
            return None

    @cached_property
    def by_record(self) -> dict[str, Line]:
        """What each record did in the mark, by its public id."""
        return {line.record: line for line in (*self.mark.lines, *self.mark.idle)} if self.mark else {}

    @cached_property
    def limits(self) -> dict[str, str]:
        """Why the sum of a category isn't the sum of its records, by the category's code."""
        steps = self.mark.adjustments if self.mark else ()
        return {step.category.code: step.why for step in steps if step.category is not None}

    def holding(self, version: RecordVersion) -> Holding:
        """One version with its part in the mark."""
        line = self.by_record.get(version.record.public_id)
        limit = self.limits.get(version.category, "") if line and line.tenths else ""
        too_few = self.mark is not None and self.mark.score is None
        return Holding(Entry(version, self.asked.day), line, self.mark is not None, limit, too_few)


def holdings_of(permit: Permit, asked: Asked, *, number: str | None, now: datetime) -> Holdings:
    """A page of what is held, under its headings. Raises NotAllowed."""
    then = Then(permit, asked, now=now)
    counting = [line.record for line in then.mark.lines] if then.mark else []
    versions = cuts.known(permit, asked.known_at)
    numbers = cuts.counts(versions, asked.day, counting)
    page = Paginator(cuts.matching(versions, asked, counting), ROWS).get_page(number)
    return Holdings(
        asked=asked,
        page=page,
        sections=_sections([(version, then.holding(version)) for version in page.object_list], asked.order),
        states=_states(numbers, asked),
        total=numbers["all"],
        mark=then.mark,
    )


def seen_since(permit: Permit, since: datetime, *, until: datetime | None, user: "User") -> Seen:
    """Who but the user has opened the subject's records since a moment. Raises NotAllowed."""
    found = Disclosure.objects.opened_by(permit).by_others_than(user).opening(Field.RECORDS).since(since)
    if until is not None:
        found = found.filter(at__lte=until)
    latest = [lines.for_subject(look) for look in found.for_page()[:LOOKS]]
    return Seen(since, len(latest) if len(latest) < LOOKS else found.count(), latest)


def _sections(rows: Sequence[tuple[RecordVersion, Holding]], order: Order) -> list[Section]:
    """The rows of a page under their headings; they come in the order of the headings."""

    def part_of(row: tuple[RecordVersion, Holding]) -> Part:
        return Part(getattr(row[0], "part"))  # noqa: B009  # annotated by cuts.matching

    return [Section(part, _groups((row[1] for row in within), order)) for part, within in groupby(rows, part_of)]


def _groups(holdings: Iterable[Holding], order: Order) -> list[Group]:
    if order is not Order.AGENCY:
        return [Group(None, list(holdings))]
    grouped = groupby(holdings, lambda holding: holding.version.record.agency)
    return [Group(agency, list(within)) for agency, within in grouped]


def _states(numbers: dict[str, int], asked: Asked) -> list[Cut]:
    """The states that there are, and the one that is shown."""
    titles = {
        "": _("All"),
        State.COUNTS: _("Count now") if asked.known_at is None else _("Counted"),
        State.DISPUTED: _("Disputed"),
        State.WITHHELD: _("Withheld"),
        State.NOT_YET: _("Not yet in force"),
        State.ENDED: _("Ended"),
        State.REMOVED: _("Removed"),
    }
    here = asked.state or ""
    found = [Cut(str(code), title, numbers[code or "all"], code == here) for code, title in titles.items()]
    return [cut for cut in found if cut.number or cut.here or not cut.code]
