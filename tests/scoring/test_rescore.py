"""Bulk rescoring: the same marks as one by one, only what changed is written, twice is once."""

import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from credit.core.errors import Unavailable
from credit.scoring import actions, tasks
from credit.scoring.bulk import marking as bulk
from credit.scoring.bulk import storing
from credit.scoring.bulk.factscache import block_of
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


def stale_in(files, scheme, day):
    blocks = sorted({block_of(subject.pk) for subject in files})
    found = [pk for block in blocks for pk in bulk.stale_in(scheme, block, day, everybody=False)["subject"]]
    return [pk for pk in found if pk >= files[0].pk]


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
    stale = [stale_in(files, scheme, day) for day in (now.date(), TOMORROW.date())]
    assert stale == [[files[0].pk], [files[0].pk, files[2].pk]]


def test_the_next_night_writes_only_what_changed(files, now):
    actions.rescore(by="test", now=now)
    before = scores()
    night = actions.rescore(by="test", now=TOMORROW)
    assert (night.subjects, night.changed) == (1, 1)
    after = scores()
    changed = [pk for pk in after if vars(after[pk]) | {"_state": 0} != vars(before[pk]) | {"_state": 0}]
    assert changed == [files[2].pk]
    (past,) = Score.objects.filter(current=False, subject__in=files)
    assert (past.subject_id, past.total, past.since) == (files[2].pk, before[files[2].pk].total, now.date())


def test_everybody_again_adds_no_history_where_marks_stay(files, now):
    actions.rescore(by="test", now=now)
    again = actions.rescore(by="test", now=now, everybody=True)
    assert (again.subjects, again.changed) == (Subject.objects.count(), 0)
    assert Score.objects.filter(subject__in=files).count() == 5


def test_the_rest_is_done_later_where_the_time_was_up(files, now):
    first = actions.rescore(by="test", now=now, seconds=0)
    assert (first.subjects, first.done) == (0, False)
    rest = actions.rescore(by="test", now=now)
    assert (rest.subjects, rest.done) == (5, True)


def test_a_night_without_a_change_writes_no_score_and_leaves_none_stale(files, state, now):
    state(files[0], value=-1, valid_from=date(2026, 1, 1), valid_to=date(2028, 1, 1))
    actions.rescore(by="test", now=now)
    before = Score.objects.get(subject=files[0])
    assert before.stale_from == TOMORROW.date()
    assert files[0].pk in stale_in(files, before.scheme, TOMORROW.date())
    assert not Score.objects.fresh(TOMORROW.date()).filter(subject=files[0]).exists()
    actions.rescore(by="test", now=TOMORROW)
    after = Score.objects.get(subject=files[0])
    assert vars(after) | {"_state": 0} == vars(before) | {"_state": 0}
    assert Score.objects.fresh(TOMORROW.date()).filter(subject=files[0]).exists()
    assert actions.rescore(by="test", now=TOMORROW).subjects == 0


def test_a_check_for_another_day_says_nothing_of_today(files, state, now):
    state(files[0], value=-1, valid_from=date(2026, 1, 1), valid_to=date(2028, 1, 1))
    actions.rescore(by="test", now=now)
    actions.rescore(by="test", now=TOMORROW)
    late = TOMORROW + timedelta(days=1)
    for day in (now.date(), late.date()):
        assert not Score.objects.fresh(day).filter(subject=files[0]).exists() or day < TOMORROW.date()
    assert not Score.objects.fresh(late.date()).filter(subject=files[0]).exists()


def test_a_page_of_yesterday_does_not_overwrite_what_was_checked_for_today(files, look, now):
    actions.rescore(by="test", now=TOMORROW)
    kept = scores()[files[2].pk]
    raise_revision([files[2].pk])
    actions.mark_of(look(files[2]), now=now)
    assert scores()[files[2].pk].revision == kept.revision


def test_a_page_stores_nothing_while_its_block_is_made_and_shows_its_mark(scheme, state, look, now):
    subject = factories.person()
    state(subject, value=-150)
    block = {"scheme": str(scheme.pk), "block": str(block_of(subject.pk))}
    with elsewhere() as cursor:
        cursor.execute(storing.LOCK.format("advisory_xact_lock"), block)
        assert actions.mark_of(look(subject), now=now).score is not None
        assert subject.pk not in scores()
    actions.mark_of(look(subject), now=now)
    assert subject.pk in scores()


@contextmanager
def elsewhere():
    """A transaction on a connection of its own, undone at the end."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            yield cursor
            cursor.execute("ROLLBACK")
    finally:
        other.close()


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
