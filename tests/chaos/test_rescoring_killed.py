"""A rescoring killed in the middle, again and again: nothing is half done, nobody has two marks, the rest follows."""

import json
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db.models import Count, Max

from credit.identity.models import User
from credit.scoring import actions
from credit.scoring.bulk import factscache
from credit.scoring.models import Checked, Scheme, Score
from credit.subjects.models import Subject
from tests.scoring.conftest import OPEN_1, stating

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BLOCKS, EACH, KILLS = 60, 6, 3
OPERATOR = "operator@example.org"
RESCORE = [sys.executable, "manage.py", "rescore", "--json", "--by", OPERATOR, "--as-of"]
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@pytest.fixture
def population(committed):
    """A few subjects in each of many blocks, all of whose marks fade."""
    User.objects.create_user(OPERATOR, "a long enough password", name="Operator")
    actions.publish(OPEN_1, by="test", now=NOW)
    state = stating(NOW)
    # In blocks that no other test has been in: numbers are never given twice.
    start = factscache.block_of(Subject.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    for block in range(start, start + BLOCKS):
        first, _ = factscache.bounds(block)
        people = [
            Subject(pk=first + number, kind="company", name="示例", created_at=NOW, public_id=f"T-{block}-{number}")
            for number in range(EACH)
        ]
        for subject in Subject.objects.bulk_create(people):
            place = subject.pk % 7
            state(subject, value=-1000 + place, valid_from=date(2026, 1, 1 + place), valid_to=date(2027, 2, 1 + place))
    return BLOCKS * EACH


def kill_in_the_middle(day: date, scheme: Scheme) -> int:
    """Start a rescoring, and kill -9 it when it has done some blocks, but not all; how many it has done."""
    process = subprocess.Popen([*RESCORE, day.isoformat()], cwd=ROOT, stdout=subprocess.DEVNULL)
    begun = done_for(day, scheme)
    until = time.monotonic() + SECONDS
    while done_for(day, scheme) <= begun:
        assert process.poll() is None
        assert time.monotonic() < until
    process.kill()
    process.wait()
    return done_for(day, scheme)


def done_for(day: date, scheme: Scheme) -> int:
    return Checked.objects.filter(scheme=scheme, day=day).count()


def marks(scheme: Scheme) -> list[tuple[object, ...]]:
    fields = ("subject_id", "total", "band", "revision")
    return list(Score.objects.filter(scheme=scheme, current=True).order_by("subject_id").values_list(*fields))


def nobody_has_two(scheme: Scheme) -> bool:
    current = Score.objects.filter(scheme=scheme, current=True)
    return not current.values("subject").annotate(marks=Count("pk")).filter(marks__gt=1).exists()


def blocks_are_whole(scheme: Scheme, day: date) -> bool:
    """What a block's check says is there, and of other blocks nothing of this day."""
    done = set(Checked.objects.filter(scheme=scheme, day=day).values_list("block", flat=True))
    given = Score.objects.filter(scheme=scheme, current=True, as_of=day).values_list("subject_id", flat=True)
    return all(factscache.block_of(subject) in done for subject in given)


@pytest.mark.timeout(300)
def test_what_was_killed_goes_on_and_ends_as_if_it_had_not_been(population):
    scheme = Scheme.objects.get(code="open")
    for night, day in enumerate((date(2026, 11, 23), date(2027, 1, 15))):
        counts = []
        for _ in range(KILLS):
            counts.append(kill_in_the_middle(day, scheme))
            assert nobody_has_two(scheme)
            assert blocks_are_whole(scheme, day)
        assert counts == sorted(set(counts)), "each went on where the last one stopped"
        assert counts[0] < BLOCKS
        rest = subprocess.run([*RESCORE, day.isoformat()], cwd=ROOT, capture_output=True, text=True, check=True)
        told = json.loads(rest.stdout)
        assert set(told) == {"scheme", "version", "subjects", "changed", "seconds"}
        assert told["subjects"] == (BLOCKS - counts[-1]) * EACH
        assert len(marks(scheme)) == population
        assert Score.objects.filter(scheme=scheme, current=False).count() == night * population
        clean = actions.publish(
            OPEN_1.read_bytes().replace(b'code = "open"', f'code = "clean{night}"'.encode()), by="test", now=NOW
        )
        actions.rescore(by="test", now=NOW, code=clean.code, as_of=day)
        assert marks(scheme) == marks(clean)
