"""The same rules as one writes them first: subject by subject, records through the ORM, whole numbers in Python."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from credit.core.policy import System
from credit.records.models import RecordVersion
from credit.scoring.models import Scheme, Score
from credit.scoring.rules import SchemeRules
from credit.subjects.models import Subject
from tests.bench.engine import half_even

Line = tuple[str, int, bool]


@transaction.atomic
def rescore(scheme: Scheme, subjects: Iterable[Subject], *, day: date, now: datetime) -> int:
    """Mark each subject and store its score; how many. One transaction, to spare it a commit for each."""
    done = 0
    for subject in subjects:
        rules = scheme.rules_for(subject.kind)
        versions = RecordVersion.objects.opened_to(System.SCORING).counting().filter(subject=subject)
        facts = [version for version in versions.select_related("record") if _known(version, rules)]
        total, band, fading = _mark(facts, rules, day)
        days = [each for fact in facts for each in (fact.valid_from, fact.valid_to) if each is not None and each > day]
        score = Score.objects.filter(subject=subject, scheme=scheme, current=True).first()
        score = score or Score(subject=subject, scheme=scheme, since=day)
        score.as_of, score.revision, score.computed_at = day, subject.revision, now
        score.total, score.band = total, band
        score.stale_from = day + timedelta(days=1) if fading else min(days, default=None)
        score.save()
        done += 1
    return done


def _known(version: RecordVersion, rules: SchemeRules) -> bool:
    return any(category.code == version.category for category in rules.categories)


def _mark(facts: Sequence[RecordVersion], rules: SchemeRules, day: date) -> tuple[int | None, str | None, bool]:
    in_force = [fact for fact in facts if fact.valid_from <= day and (fact.valid_to is None or fact.valid_to > day)]
    counted = _latest(in_force)
    categories = {category.code: category for category in rules.categories}
    sums: dict[str, int] = defaultdict(int)
    fading = False
    for fact in counted:
        category = categories[fact.category]
        above, below = category.weight * fact.value, 100
        if fact.kind == "event" and category.decay == "linear" and fact.valid_to is not None:
            fading |= above != 0
            above, below = above * (fact.valid_to - day).days, below * (fact.valid_to - fact.valid_from).days
        sums[fact.category] += half_even(above, below)
    held = [min(max(sums[code], c.floor * 10), c.cap * 10) for code, c in categories.items()]
    tenths = min(max(rules.base * 10 + sum(held), rules.minimum * 10), rules.maximum * 10)
    if len(counted) < rules.threshold:
        return None, None, fading
    total = half_even(tenths, 10)
    return total, rules.band_of(total), fading


def _latest(facts: Sequence[RecordVersion]) -> list[RecordVersion]:
    """Events, and of each source's ratings in a category the latest."""
    latest: dict[Any, RecordVersion] = {}
    for fact in facts:
        if fact.kind == "rating":
            key = (fact.category, fact.record.agency_id, fact.record.notation)
            if key not in latest or _rank(latest[key]) < _rank(fact):
                latest[key] = fact
    return [fact for fact in facts if fact.kind == "event"] + list(latest.values())


def _rank(fact: RecordVersion) -> tuple[date, str]:
    return fact.valid_from, fact.record.public_id
