"""When a mark changed, and by what: two kept scores that follow one another, made again from what was known then.

Each kept score says for which day, by which scheme and when it was computed; the versions of records say what the
portal knew at that moment. So the engine makes both marks again, and `changes` tells them apart line by line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.core.paginator import Page, Paginator

from credit.core.clock import business_date
from credit.core.policy import Permit
from credit.records.models import RecordVersion
from credit.records.moves import Cause as VersionCause
from credit.records.words import Entry
from credit.scoring import reasons
from credit.scoring.changes import Cause, Change, Difference, Moment, change
from credit.scoring.chart import Chart, Point, chart_of
from credit.scoring.facts import facts_of
from credit.scoring.models import Scheme, Score
from credit.scoring.told import Told, in_order
from credit.scoring.words import CategoryWords
from credit.subjects.models import Subject

ROWS = 10
"""Changes on one page."""
DRAWN = 400
"""Scores that the chart shows: more than a year, even of a mark that fades by a point each day."""
FLAGS = (VersionCause.DISPUTE, VersionCause.EXPIRY)
"""Versions that say nothing else than the one before, apart from a flag."""


@dataclass(frozen=True, slots=True)
class Step:
    """One score with what moved it there. `before`: the score before it, None for the first that there is."""

    score: Score
    before: Score | None
    change: Change
    lines: list[Told]

    @property
    def points(self) -> str:
        """How far the mark moved, in whole points: "−12"; empty where there was none before or is none now."""
        if self.before is None or self.score.total is None or self.before.total is None:
            return ""
        moved = self.score.total - self.before.total
        return f"+{moved}" if moved > 0 else str(moved).replace("-", "−")

    @property
    def lost(self) -> bool:
        """Whether there is no mark any more."""
        return self.score.total is None and self.before is not None and self.before.total is not None

    @property
    def other_scheme(self) -> bool:
        """Whether another version of the scheme had come into force."""
        return self.before is not None and self.before.scheme_id != self.score.scheme_id


@dataclass(frozen=True, slots=True)
class History:
    """One page of a subject's history. `cut`: whether the chart leaves older scores out."""

    page: Page[Score]
    steps: list[Step]
    chart: Chart
    cut: bool


def history_of(permit: Permit, *, number: str | None, now: datetime) -> History:
    """A page of the changes, the newest first; as many queries for one score as for a thousand. Raises NotAllowed."""
    today = business_date(now)
    scores = Score.objects.opened_by(permit).told(today).history()
    page = Paginator(scores, ROWS).get_page(number)
    end = page.end_index()
    here = [*page.object_list, *scores[end : end + 1]] if end else []
    file = File(permit)
    befores: list[Score | None] = [*here[1:], None]
    pairs = list(zip(here, befores, strict=False))[: len(page.object_list)]
    drawn = list(scores[: DRAWN + 1])
    return History(
        page, [file.step(score, before) for score, before in pairs], _chart(drawn, today), len(drawn) > DRAWN
    )


class File:
    """All that was ever known of a subject's records: one query, made when the first mark is made again."""

    def __init__(self, permit: Permit) -> None:
        self.permit = permit
        self._moments: dict[int, Moment] = {}

    @cached_property
    def kind(self) -> str:
        """Person or company."""
        return Subject.objects.values_list("kind", flat=True).get(pk=self.permit.subject_id)

    @cached_property
    def versions(self) -> list[RecordVersion]:
        """Every version, superseded ones and removed ones too, the earliest first."""
        found = RecordVersion.objects.opened_by(self.permit).select_related("record__agency")
        return list(found.order_by("recorded_at", "record", "number"))

    @cached_property
    def here(self) -> set[str]:
        """The records that are in this file now; removed ones too."""
        return {version.record.public_id for version in self.versions if version.superseded_at is None}

    def step(self, score: Score, before: Score | None) -> Step:
        """What moved the mark to a score. Where the engine can't make it again, a line says so: the sum is exact."""
        found = change(self._moment(before) if before else None, self._moment(score))
        lines = [*found.lines, *_unknown(score, before, found)]
        said = self._said(before.computed_at if before else None, score.computed_at)
        categories = {**(before.scheme.categories if before else {}), **score.scheme.categories}
        told = [self._told(line, said, categories.get(line.category or ""), score.as_of) for line in lines]
        return Step(score, before, found, in_order(told))

    def _moment(self, score: Score) -> Moment:
        if score.pk not in self._moments:
            moment = score.computed_at
            known = [version for version in self.versions if _was_known(version, moment)]
            known.sort(key=lambda version: version.record.public_id)
            self._moments[score.pk] = Moment(score.scheme.rules_for(self.kind), score.as_of, facts_of(known))
        return self._moments[score.pk]

    def _said(self, since: datetime | None, until: datetime) -> dict[str, list[RecordVersion]]:
        """By record: the last version of the time before, and those that came until a moment."""
        said: dict[str, list[RecordVersion]] = {}
        for version in self.versions:
            if version.recorded_at <= until:
                kept = said.setdefault(version.record.public_id, [])
                if since is not None and version.recorded_at <= since:
                    kept.clear()
                kept.append(version)
        return said

    def _told(
        self, line: Difference, said: Mapping[str, Sequence[RecordVersion]], category: CategoryWords | None, day: date
    ) -> Told:
        if line.record is None:
            return Told(line, None, category, reasons.of_step(line))
        versions = said[line.record]
        newest = next((one for one in reversed(versions) if VersionCause(one.cause) not in FLAGS), versions[-1])
        why = reasons.of_record(line, newest)
        return Told(line, Entry(versions[-1], day), category, why, linked=line.record in self.here)


def _was_known(version: RecordVersion, moment: datetime) -> bool:
    """Whether it was what the portal said, and might count."""
    lasted = version.superseded_at is None or version.superseded_at > moment
    return version.recorded_at <= moment and lasted and not version.struck and not version.withheld


def _unknown(score: Score, before: Score | None, found: Change) -> list[Difference]:
    """What the lines don't explain: the file changed in the very moment of the computation."""
    if score.total is None:
        return []
    start = before.total if before is not None and before.total is not None else 0
    rest = (score.total - start) * 10 - sum(line.tenths for line in found.lines)
    return [Difference(Cause.UNKNOWN, rest)] if rest else []


def _chart(scores: Sequence[Score], today: date) -> Chart:
    """The newest scores as a line, the earliest first; the bands are those of the scheme that made the last."""
    drawn = list(reversed(scores[:DRAWN]))
    points = [Point(score.since, score.total) for score in drawn]
    scheme: Scheme | None = drawn[-1].scheme if drawn else None
    rules = scheme.rules_for(Subject.Kind.COMPANY) if scheme else None
    turns = [
        score.since for score, before in zip(drawn[1:], drawn, strict=False) if score.scheme_id != before.scheme_id
    ]
    return chart_of(points, until=today, rules=rules, turns=turns)
