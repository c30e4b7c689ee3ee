"""The database refuses each row that can't be, whoever writes it: above all a measure that isn't published."""

import re
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from credit.measures.models import ListEntry, Measure, Objection, PublishedList
from credit.measures.rules import MEASURE_MOVES, TRANSITIONS, State, Status
from tests import factories

TODAY = "2026-11-23"


def entry(code):
    return ListEntry.objects.get(code=code)


@pytest.fixture
def row(world):
    """A sound announced measure that isn't there yet: `row(column=…)` makes it, with a change."""
    today = world.now.date()

    def made(**changes):
        whole = {
            "public_id": "TEST-TEST-TEST",
            "subject": world.subject,
            "entry": entry("market-inspections"),
            "record": world.record,
            "state": "announced",
            "noticed_at": world.now,
            "noticed_on": today,
            "starts_on": today + timedelta(days=7),
        }
        return Measure.objects.create(**{**whole, **changes})

    return made


def refused(match):
    return pytest.raises(IntegrityError, match=match)


def test_a_sound_row_is_taken(row):
    assert row().pk


def test_a_measure_that_is_not_in_the_published_list_cannot_be_recorded(row, world):
    with refused("measures_listentry|foreign key"), transaction.atomic():
        row(entry_id=10**9)
        connection.check_constraints()
    with refused("entry_id"), transaction.atomic():
        row(entry_id=None)


def test_nor_by_adding_to_a_list_that_is_published(world):
    added = entry("market-inspections")
    added.pk, added.place, added.code, added.key = None, 99, "new-cruelty", "national/new-cruelty"
    with refused("takes no further entry"), transaction.atomic():
        added.save(force_insert=True)


def test_nor_under_a_list_that_is_not_in_force_yet(row, world):
    before = world.now.date().replace(year=2025)
    with refused("published entry"), transaction.atomic():
        row(noticed_on=before, starts_on=before + timedelta(days=7))


@pytest.mark.parametrize(
    "changes",
    [
        lambda: {"entry": entry("band-inspections")},  # a band's measure because of a record
        lambda: {"entry": entry("visa-points-person")},  # a person's measure on a company
        lambda: {"record": None, "band": "D"},  # a record's measure because of a band
    ],
)
def test_nor_where_the_entry_says_something_else(row, world, changes):
    with refused("published entry"), transaction.atomic():
        row(starts_on=world.now.date() + timedelta(days=60), **changes())


@pytest.mark.parametrize(
    "changes",
    [
        lambda today: {"starts_on": today + timedelta(days=6)},
        lambda today: {"state": "in-force", "started_on": today + timedelta(days=7)},
    ],
)
def test_an_adverse_measure_cannot_start_before_its_notice_has_run(row, world, changes):
    with refused("begins with its notice"), transaction.atomic():
        row(**changes(world.now.date()))


def test_nor_can_its_day_be_moved_forward_or_its_start_be_told_early(row, world):
    measure = Measure.objects.filter(pk=row().pk)
    with refused("earlier than announced"), transaction.atomic():
        measure.update(starts_on=world.now.date())
    with refused("measure_is_started_whole"), transaction.atomic():
        measure.update(state="in-force", started_on=world.now.date())


def test_nor_while_an_objection_is_open(world):
    objection = world.file()
    with refused("while an objection is open"), transaction.atomic():
        Measure.objects.filter(pk=objection.measure_id).update(state="in-force", started_on="2026-12-30")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("measure_codes_are_known", {"state": "nonsense"}),
        ("measure_has_one_cause", {"band": "D"}),
        ("measure_has_one_cause", {"record": None}),
        ("measure_starts_after_notice", {"starts_on": "2026-01-01"}),
        ("measure_is_started_whole", {"started_on": "2026-12-30"}),
        ("measure_is_ended_whole", {"ended_on": "2026-12-30"}),
        ("measure_is_ended_whole", {"ended_because": "expired"}),
        ("measure_is_ended_whole", {"state": "called-off"}),
        ("measure_bars_only_if_upheld", {"bars": True}),
    ],
)
def test_rows_that_cannot_be_are_refused(row, name, changes):
    with refused(name), transaction.atomic():
        row(**changes)


def test_a_cause_brings_a_measure_once_at_a_time(row):
    row()
    with refused("measure_once_a_cause"), transaction.atomic():
        row(public_id="OTHER")


def ended(state, day):
    if state in (State.ENDED, State.CALLED_OFF):
        return {"ended_on": day, "ended_at": "2027-01-01T00:00Z", "ended_because": "changed"}
    return {}


STARTED = (State.IN_FORCE, State.ENDED)


def columns(state):
    started = {"started_on": "2026-12-30" if state in STARTED else None}
    return {"state": state.value, **started, **ended(state, "2026-12-31")}


def test_the_database_knows_the_same_moves_of_measures(row):
    measure = Measure.objects.filter(pk=row().pk)
    listed = {(state, to) for (state, _happening), to in MEASURE_MOVES.items()}
    for before, later in product(State, State):
        point = transaction.savepoint()
        if before in STARTED:
            measure.update(**columns(State.IN_FORCE))
        if before not in (State.ANNOUNCED, State.IN_FORCE):
            measure.update(**columns(before))
        ending = later in (State.ENDED, State.CALLED_OFF)
        back = {} if ending else dict.fromkeys(("ended_on", "ended_at", "ended_because"))
        try:
            with transaction.atomic():
                measure.update(**back, **columns(later))
            told = ""
        except DatabaseError as refusal:
            told = str(refusal)
        possible = before is later or (before, later) in listed
        assert bool(re.search("moves like this|over never changes", told)) is not possible, (before, later, told)
        assert bool(told) is not possible
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("change", [{"noticed_on": "2026-01-02"}, {"band": "D"}, {"public_id": "OTHER"}])
def test_what_was_announced_never_changes(row, change):
    measure = row()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(**change)


@pytest.mark.parametrize("model", [PublishedList, ListEntry])
@pytest.mark.parametrize("change", [lambda rows: rows.update(words={}), lambda rows: rows._raw_delete(rows.db)])
def test_published_lists_are_only_added_to(world, model, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change(model.objects.all())


@pytest.mark.parametrize("model", [Measure, Objection])
def test_nothing_is_deleted(world, model):
    world.file()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")


# Objections


@pytest.fixture
def objection(world):
    """A sound objection that isn't there yet."""
    measure = world.measure()

    def made(**changes):
        whole = {
            "measure": measure,
            "reason": "No.",
            "status": "filed",
            "filed_by": world.owner,
            "filed_at": world.now,
        }
        return Objection.objects.create(**{**whole, **changes})

    return made


def given(world, status):
    """The columns that an objection in a status has."""
    by = world.officials[0]
    taken = {"taken_by": by, "taken_at": world.now}
    closed = {"closed_at": world.now}
    return {
        Status.FILED: {"taken_by": None, "taken_at": None, "closed_at": None},
        Status.IN_REVIEW: {**taken, "closed_at": None},
        Status.UPHELD: {**taken, **closed, "answer": "Yes.", "decided_by": by},
        Status.REFUSED: {**taken, **closed, "answer": "No.", "decided_by": by},
        Status.WITHDRAWN: closed,
        Status.LAPSED: closed,
    }[status] | {"status": status.value}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("objection_says_something", {"reason": ""}),
        ("objection_reason_is_short", {"reason": "x" * 2001}),
        ("objection_is_taken_whole", {"taken_at": "2026-12-01T00:00Z"}),
        ("objection_is_decided_whole", {"answer": "Yes."}),
        ("objection_is_closed_whole", {"closed_at": "2026-12-01T00:00Z"}),
        ("one objects to what stands", {"status": "upheld"}),
    ],
)
def test_objections_that_cannot_be_are_refused(objection, name, changes):
    with refused(name), transaction.atomic():
        objection(**changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("objection_status_is_known|moves like this", lambda w: {"status": "nonsense"}),
        ("objection_is_taken_whole", lambda w: {"status": "in-review"}),
        ("objection_filer_decides_nothing", lambda w: given(w, Status.IN_REVIEW) | {"taken_by": w.owner}),
        ("objection_times_are_in_order", lambda w: given(w, Status.IN_REVIEW) | {"taken_at": w.later(days=-1)}),
        ("objection_times_are_in_order", lambda w: given(w, Status.WITHDRAWN) | {"closed_at": w.later(days=-1)}),
    ],
)
def test_steps_that_cannot_be_are_refused(world, objection, name, changes):
    made = objection()
    with refused(name), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(**changes(world))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("objection_is_decided_whole", {"answer": None}),
        ("objection_is_decided_whole", {"decided_by": None}),
        ("objection_says_something", {"answer": ""}),
        ("objection_answer_is_short", {"answer": "x" * 2001}),
        ("objection_is_closed_whole", {"closed_at": None}),
    ],
)
def test_answers_that_cannot_be_are_refused(world, objection, name, changes):
    made = objection()
    Objection.objects.filter(pk=made.pk).update(**given(world, Status.IN_REVIEW))
    with refused(name), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(**given(world, Status.REFUSED) | changes)


def test_who_has_it_decides_it(world, objection):
    made = objection()
    Objection.objects.filter(pk=made.pk).update(**given(world, Status.IN_REVIEW))
    with refused("objection_is_decided_whole"), transaction.atomic():
        other = {"decided_by": world.officials[1]}
        Objection.objects.filter(pk=made.pk).update(**given(world, Status.UPHELD) | other)


def test_a_measure_has_one_objection_beside_those_taken_back(world, objection):
    first = objection()
    with refused("objection_once_a_measure"), transaction.atomic():
        objection()
    Objection.objects.filter(pk=first.pk).update(**given(world, Status.WITHDRAWN))
    assert objection().pk


def test_one_objects_only_to_what_is_adverse_and_stands(world, objection, fact):
    fact(world.subject, "customs", "customs-level", 600, kind="rating")
    with refused("what stands and is adverse"), transaction.atomic():
        objection(measure=world.measure("customs-fast-lane"))


def test_the_database_knows_the_same_moves_of_objections(world, objection):
    found = Objection.objects.filter(pk=objection().pk)
    listed = {(status, to) for (status, _move), (_part, to) in TRANSITIONS.items()}
    for before, later in product(Status, Status):
        point = transaction.savepoint()
        if before in (Status.UPHELD, Status.REFUSED):
            found.update(**given(world, Status.IN_REVIEW))
        if before is not Status.FILED:
            found.update(**given(world, before))
        try:
            with transaction.atomic():
                found.update(**given(world, later))
            told = ""
        except DatabaseError as refusal:
            told = str(refusal)
        same = before is later and before in (Status.FILED, Status.IN_REVIEW)
        possible = same or (before, later) in listed
        assert bool(re.search("moves like this|closed objection never", told)) is not possible, (before, later, told)
        assert bool(told) is not possible
        transaction.savepoint_rollback(point)


def test_what_was_filed_never_changes(world, objection):
    made = objection()
    with pytest.raises(DatabaseError, match="filed never changes"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(reason="Something else.")
    with pytest.raises(DatabaseError, match="filed never changes"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(filed_by=factories.user())
