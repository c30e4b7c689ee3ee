"""What would follow from an event before it happens. The same computations as for what did happen; nothing is kept."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from credit.core.clock import business_date
from credit.core.policy import Field, Permit
from credit.identity.models import Organisation
from credit.measures.deriving import bring_up_to_date, lists_on
from credit.measures.events import RECORD, Event, Sort, fact_of
from credit.measures.matching import BANDS, FACTS, causes
from credit.measures.models import ListEntry, Measure
from credit.measures.rules import Kind, starts_on
from credit.scoring.document import parse, recalculate
from credit.scoring.mark import Mark
from credit.subjects.models import Subject


@dataclass(frozen=True, slots=True)
class Following:
    """A measure that would follow. `ends_on`: None where no end is set; `already`: it applies now, whatever happens."""

    entry: ListEntry
    by_band: bool
    starts_on: date
    ends_on: date | None
    already: bool

    @property
    def last_day(self) -> date | None:
        """The last day on which it would be applied."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would follow, what would be lost, and the band that the mark would be in (None: no mark, or unchanged)."""

    following: list[Following]
    lost: list[ListEntry]
    band_now: str | None
    band_then: str | None
    score_then: int | None


def outcome_of(
    event: Event, permit: Permit, *, agency: Organisation | None, mark: Mark | None, now: datetime
) -> Outcome:
    """What would follow if an event happened today; `agency` imposes the penalty, `mark` is today's.

    Raises NotAllowed.
    """
    permit.require(Field.RECORDS)
    today = business_date(now)
    bring_up_to_date(permit, now=now, mark=mark)
    company = Subject.objects.only("kind").get(pk=permit.subject_id).kind == Subject.Kind.COMPANY
    band_now = mark.band if mark else None
    fact: dict[str, Any] | None = None
    score_then: int | None
    band_then: str | None
    if event.sort is Sort.BAND:
        score_then, band_then = None, event.what
    else:
        fact = _fact(event, agency, subject=permit.subject_id, company=company, on=today)
        score_then, band_then = mark_with(mark, fact) if mark else (None, None)
    entries = {entry.pk: entry for entry in lists_on(today).entries}

    def wanted(band: str | None, facts: list[dict[str, Any]]) -> pl.DataFrame:
        bands = pl.DataFrame([(permit.subject_id, company, band or "")], schema=BANDS, orient="row")
        rules = [entry.rule for entry in entries.values()]
        return causes(pl.DataFrame(facts, schema=FACTS, orient="row"), bands, rules, today)

    then, at_present = wanted(band_then, [fact] if fact else []), wanted(band_now, [])
    standing = Measure.objects.opened_by(permit).standing().filter(record=None)
    applied = set(standing.values_list("entry__key", flat=True))
    following = [_following(entries[pk], record, ends, applied, today) for pk, record, ends in _columns(then)]
    kept = set(then["entry"].to_list())
    lost = [entries[pk] for pk, _record, _ends in _columns(at_present) if pk not in kept]
    return Outcome(following, lost, band_now, band_then, score_then)


def mark_with(mark: Mark, fact: dict[str, Any]) -> tuple[int | None, str | None]:
    """Score and band if one more record were on file: the mark's own document, calculated anew with it.

    A record of a category that the scheme doesn't know changes neither.
    """
    document = {key: value for key, value in mark.document.items() if key != "answer"}
    if fact["category"] not in {category["code"] for category in document["scheme"]["categories"]}:
        return mark.score, mark.band
    record = {
        "id": "what-if",
        "category": fact["category"],
        "kind": fact["kind"],
        "source": f"what-if/{fact['notation']}",
        "value": fact["value"],
        "decided_on": fact["valid_from"].isoformat(),
        "ends_on": fact["valid_to"].isoformat(),
        "disputed": False,
    }
    document["records"] = [*document["records"], record]
    scores = recalculate(parse(json.dumps(document).encode())).scores
    score, band = scores.select("score", "band").row(0)
    return score, band


def _fact(event: Event, agency: Organisation | None, *, subject: int, company: bool, on: date) -> dict[str, Any]:
    category = agency.profile.category if agency else ""
    return fact_of(
        event, subject=subject, company=company, agency=agency.pk if agency else RECORD, category=category, on=on
    )


def _following(entry: ListEntry, record: int | None, ends_on: date | None, applied: set[str], on: date) -> Following:
    start = starts_on(Kind(entry.kind), on, entry.notice_days)
    return Following(entry, record is None, start, ends_on, already=record is None and entry.key in applied)


def _columns(found: pl.DataFrame) -> list[tuple[int, int | None, date | None]]:
    return list(found.sort("entry").select("entry", "record", "ends_on").iter_rows())
