"""A subject's measures as their pages print them: rows in words, parts of the page, the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext

from credit.core.policy import Permit
from credit.measures import words
from credit.measures.deriving import bring_up_to_date
from credit.measures.drawings import Picture, Tie, picture_of
from credit.measures.models import Measure, MeasureQuerySet, Objection, Part
from credit.measures.rules import Because, Kind, State
from credit.records.models import Record
from credit.records.words import notation_name
from credit.scoring.mark import Mark

ROWS = 25
DRAWN = 40
"""Measures that the map draws at most; the table names all."""
LATEST = 5
"""Measures that another page shows; their own page shows all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in the language of the moment."""

    measure: Measure

    @property
    def state(self) -> str:
        """Where it stands, in a word."""
        return str(words.STATE[State(self.measure.state)])

    @property
    def colour(self) -> str:
        """The colour of that word."""
        if self.measure.entry.kind == Kind.FAVOURABLE and self.measure.stands:
            return "green"
        return words.STATE_COLOUR[State(self.measure.state)]

    @property
    def announced(self) -> bool:
        """Whether its notice runs."""
        return self.measure.state == State.ANNOUNCED

    @property
    def cause(self) -> str:
        """From what it follows."""
        return cause_name(self.measure.record, self.measure.band)

    @property
    def object_until(self) -> date:
        """The last day on which an objection still puts the start off."""
        return self.measure.starts_on - timedelta(days=1)

    @property
    def last_day(self) -> date | None:
        """The last day on which it is expected to be applied; None: no end is set."""
        ends = self.measure.ended_on or self.measure.ends_on
        return ends - timedelta(days=1) if ends else None

    @property
    def why_over(self) -> str:
        """Why it is over, in a sentence; empty while it isn't."""
        code = self.measure.ended_because
        return str(words.WHY_OVER[Because(code)]) if code else ""

    @property
    def objected(self) -> bool:
        """Whether an objection is open."""
        return bool(getattr(self.measure, "objected", False))


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    part: Part
    rows: list[Row]

    @property
    def code(self) -> str:
        """As templates ask for it."""
        return self.part.name.lower()


@dataclass(frozen=True, slots=True)
class Consequences:
    """One page of what follows for a subject. `left_out`: standing measures that the map doesn't draw."""

    page: Page[Measure]
    sections: list[Section]
    picture: Picture
    left_out: int


def consequences_of(permit: Permit, *, number: str | None, now: datetime) -> Consequences:
    """What follows for the permit's subject, exact at this moment. Raises NotAllowed."""
    bring_up_to_date(permit, now=now)
    measures = Measure.objects.opened_by(permit).for_list()
    page = Paginator(measures, ROWS).get_page(number)
    sections = [Section(Part(part), [Row(one) for one in rows]) for part, rows in groupby(page.object_list, _part)]
    standing = measures.standing()
    drawn = list(standing[:DRAWN])
    return Consequences(page, sections, map_of(drawn), left_out=standing.count() - len(drawn))


def announced_to(permit: Permit, *, now: datetime, mark: Mark | None = None) -> list[Row]:
    """What is announced to the permit's subject, what starts first at the top; short. Raises NotAllowed."""
    bring_up_to_date(permit, now=now, mark=mark)
    found = Measure.objects.opened_by(permit).announced().for_list().order_by("starts_on", "pk")
    return [Row(one) for one in found[:LATEST]]


def following_from(record: Record, permit: Permit, *, now: datetime, mark: Mark | None = None) -> list[Row]:
    """What follows from one record now. Raises NotAllowed."""
    bring_up_to_date(permit, now=now, mark=mark)
    found: MeasureQuerySet = Measure.objects.opened_by(permit).standing().filter(record=record)
    return [Row(one) for one in found.for_list()]


def open_objections(permit: Permit) -> list[Objection]:
    """The subject's objections that wait for an answer, the oldest first. Raises NotAllowed."""
    return list(Objection.objects.opened_by(permit).open().for_page().order_by("filed_at", "pk")[:LATEST])


def map_of(measures: Sequence[Measure]) -> Picture:
    """From which record to which agency."""
    causes = {_cause_key(one): cause_name(one.record, one.band) for one in measures}
    agencies = {one.entry.agency.code: one.entry.agency.name for one in measures}
    return picture_of(list(causes.items()), list(agencies.items()), _ties(measures))


def cause_name(record: Record | None, band: str) -> str:
    """A record by what it is and whose, the mark by its band."""
    if record is None:
        return gettext("Your mark: band %(band)s") % {"band": band}
    return gettext("%(record)s (%(agency)s)") % {
        "record": notation_name(record.notation),
        "agency": record.agency.name,
    }


def _ties(measures: Iterable[Measure]) -> list[Tie]:
    return [
        Tie(_cause_key(one), one.entry.agency.code, one.entry.adverse, one.state == State.ANNOUNCED) for one in measures
    ]


def _cause_key(measure: Measure) -> str:
    return f"record {measure.record_id}" if measure.record_id else "mark"


def _part(measure: Measure) -> int:
    return int(getattr(measure, "part"))  # noqa: B009  # annotated by for_list
