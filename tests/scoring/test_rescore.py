"""Bulk rescoring: the same marks as one by one, only what changed is written, twice is once."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from credit.core.errors import Unavailable
from credit.scoring import actions, bulk, tasks
from credit.scoring.models import Score
from credit.subjects.actions import raise_revision
from credit.subjects.models import Subject
from tests import factories
from tests.scoring.conftest import OPEN_1

TOMORROW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def files(scheme, state, now):
    """Five files: empty, steady, fading, disputed, with a record outside the scheme."""
    actions.rescore(by="test", now=now)  # whatever other tests left behind
    subjects = [factories.person() for _ in range(5)]
    state(subjects[1], value=-150)
    state(subjects[2], value=-1000, valid_to=date(2026, 12, 1))
    state(subjects[3], value=-500, disputed=True)
    state(subjects[4], category="private", notation="zhima")
    return subjects


def scores():
    return {score.subject_id: score for score in Score.objects.filter(current=True)}


def test_bulk_and_page_give_the_same_mark(files, look, now):
    done = actions.rescore(by="test", now=now)
    assert (done.subjects, done.changed, done.done) == (5, 5, True)
    kept = scores()
    for subject in files:
        mark = actions.mark_of(look(subject), now=now)
        assert (mark.score, mark.band) == (kept[subject.pk].total, kept[subject.pk].band)
    assert scores() == kept


def test_a_second_run_finds_nothing_stale(files, now):
    actions.rescore(by="test", now=now)
    again = actions.rescore(by="test", now=now)
    assert (again.subjects, again.changed) == (0, 0)


def test_only_the_touched_and_the_fading_are_stale(files, state, now):
    actions.rescore(by="test", now=now)
    state(files[0], value=-1000)
    scheme = actions.scheme_in_force(now.date())
    stale = [
        list(bulk.next_subjects(scheme, day, after=files[0].pk - 1, everybody=False, limit=9))
        for day in (now.date(), TOMORROW.date())
    ]
    assert stale == [[files[0].pk], [files[0].pk, files[2].pk]]


def test_the_next_night_writes_only_what_changed(files, now):
    actions.rescore(by="test", now=now)
    before = scores()
    night = actions.rescore(by="test", now=TOMORROW)
    assert (night.subjects, night.changed) == (1, 1)
    after = scores()
    assert [pk for pk in after if after[pk].pk != before[pk].pk] == [files[2].pk]
    assert Score.objects.filter(current=False, subject__in=files).count() == 1


def test_everybody_again_adds_no_history_where_marks_stay(files, now):
    actions.rescore(by="test", now=now)
    again = actions.rescore(by="test", now=now, everybody=True)
    assert (again.subjects, again.changed) == (Subject.objects.count(), 0)
    assert Score.objects.filter(subject__in=files).count() == 5


def test_chunks_go_on_where_the_time_was_up(files, now, monkeypatch):
    monkeypatch.setattr(actions, "CHUNK", 2)
    first = actions.rescore(by="test", now=now, seconds=0)
    assert (first.subjects, first.done) == (0, False)
    rest = actions.rescore(by="test", now=now)
    assert (rest.subjects, rest.done) == (5, True)


def test_a_score_from_an_older_file_does_not_overwrite_a_newer_one(files, state, look, now):
    scheme = actions.scheme_in_force(now.date())
    subject = files[1]
    late = bulk.next_subjects(scheme, now.date(), after=subject.pk - 1, everybody=True, limit=1)
    raise_revision([subject.pk])
    actions.mark_of(look(subject), now=now)
    kept = scores()[subject.pk]
    bulk.rescore_chunk(scheme, late, as_of=now.date(), now=now)
    assert scores()[subject.pk].revision == kept.revision


def test_the_beat_without_a_scheme_does_nothing_and_a_command_says_so(db, now, monkeypatch):
    monkeypatch.setattr(actions.rescore, "__kwdefaults__", {**actions.rescore.__kwdefaults__, "code": "unpublished"})
    assert tasks.rescore_stale() == 0
    with pytest.raises(Unavailable):
        actions.rescore(by="test", now=now)


def test_the_beat_twice_is_once(files):
    assert tasks.rescore_stale() == 5
    assert tasks.rescore_stale() == 0


@pytest.mark.usefixtures("committed")
def test_two_at_once_leave_one_current_score_each(now):
    actions.publish(OPEN_1.read_bytes().replace(b'code = "open"', b'code = "race"'), by="test", now=now)
    subjects = [factories.person() for _ in range(20)]

    def run() -> None:
        try:
            actions.rescore(by="test", now=now, code="race", everybody=True)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    rows = Score.objects.filter(subject__in=subjects)
    counts = (rows.count(), rows.filter(current=True).count())
    Score.objects.filter(scheme__code="race").delete()
    assert counts == (20, 20)
