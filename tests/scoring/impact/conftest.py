"""Some people and companies with records, a scheme in force, a draft of the next, and the board."""

import hashlib
import json
from datetime import date, datetime

import pytest

from credit.core.policy import Role
from credit.identity.models import User
from credit.records.models import Record, RecordVersion
from credit.scoring.assessment import assessing
from credit.scoring.assessment.models import Assessment, AssessmentResult
from credit.scoring.board import drafts
from credit.scoring.impact.report import report
from credit.scoring.impact.tallies import empty
from credit.scoring.models import Draft, Scheme
from credit.subjects import actions as subjects
from tests import factories
from tests.scoring.conftest import OPEN_1

NEXT = (
    OPEN_1.read_bytes()
    .replace(b"version = 1", b"version = 2", 1)
    .replace(b"in_force_from = 2026-01-01", b"in_force_from = 2027-06-01", 1)
    .replace(b"weight = 160", b"weight = 240", 1)
)


@pytest.fixture
def board(db: None) -> User:
    return factories.member(Role.BOARD, factories.oversight())


@pytest.fixture
def draft(scheme: Scheme, board: User, now: datetime) -> Draft:
    """Version 2: market supervision weighs 240 in place of 160."""
    return drafts.start(NEXT, by=board, now=now)


@pytest.fixture
def population(scheme: Scheme, now: datetime) -> list[int]:
    """40 people and 40 companies: ten of each with a penalty, ten with the best grade, ten with both, ten without."""
    numbers = [make() for make in (factories.resident_id, factories.uscc) for _ in range(40)]
    made = subjects.bulk_find_or_create([subjects.Newcomer(number, "某某") for number in numbers], now=now)
    ids = [made[number] for number in numbers]
    penalty = {"kind": "event", "category": "market", "value": -600, "valid_to": date(2027, 1, 1)}
    grade = {"kind": "rating", "category": "tax", "value": 1000}
    stated = [(pk, penalty) for pk in ids[::2]] + [(pk, grade) for pk in (*ids[1::4], *ids[2::4])]
    agency = factories.agency("tax")
    records = Record.objects.bulk_create(
        Record(subject_id=pk, agency=agency, notation="any", document=f"D-{place}", created_at=now)
        for place, (pk, _) in enumerate(stated)
    )
    fixed = {"number": 1, "mark": "x", "valid_from": date(2026, 1, 1), "recorded_at": now, "cause": "dispute"}
    RecordVersion.objects.bulk_create(
        RecordVersion(record=record, subject_id=pk, **facts, **fixed)
        for record, (pk, facts) in zip(records, stated, strict=True)
    )
    return ids


@pytest.fixture
def assessed(population: list[int], draft: Draft, board: User, now: datetime) -> Assessment:
    """The draft's assessment, counted."""
    order = assessing.order(draft.public_id, by=board, now=now)
    for part in order.counted_parts.values_list("number", flat=True):
        assessing.count_part(order.pk, part, now=now)
    return Assessment.objects.of_draft(draft).get()


def keep_result(draft: Draft, sha256: str, *, by: User, now: datetime) -> Assessment:
    """An assessment of a text for which nobody was counted, done."""
    assessment = Assessment.objects.create(
        draft=draft,
        sha256=sha256,
        document=draft.document,
        as_of=now.date(),
        parts=1,
        ordered_by=by,
        ordered_at=now,
    )
    text = json.dumps({**assessing.head_of(assessment), **report(empty(), assessment.comparison)})
    digest = hashlib.sha256(text.encode()).hexdigest()
    AssessmentResult.objects.create(assessment=assessment, text=text, sha256=digest, finished_at=now)
    return assessment
