"""Facts beside the database: never trusted further than they are right, and never more than a cache."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import polars as pl
import pytest
from django.db import transaction
from polars.testing import assert_frame_equal

from credit.core.policy import System
from credit.records.models import RecordVersion
from credit.scoring import actions
from credit.scoring.bulk import factscache, factsfile, loading
from credit.scoring.bulk import marking as bulk
from credit.scoring.models import Score
from credit.subjects.actions import raise_revision
from tests import factories
from tests.scoring.conftest import OPEN_1, looking, stating

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def no_facts():
    """A host that has never rescored anything."""
    for path in factscache.directory().glob("*"):
        path.unlink()


@pytest.fixture
def state(committed):
    return stating(NOW)


@pytest.fixture
def look(committed):
    return looking(NOW)


@pytest.fixture
def files(committed, no_facts, state):
    """Committed: facts are kept only where nothing can be undone. Six files, all of which change every day."""
    actions.publish(OPEN_1, by="test", now=NOW)
    subjects = [factories.company() for _ in range(6)]
    for number, subject in enumerate(subjects):
        state(subject, value=-500, valid_to=date(2027, 6, 1), valid_from=date(2026, 1, 1 + number))
        state(subject, kind="rating", agency="tax", notation="tax-grade", category="tax", value=400 - number)
    return subjects


def only_file():
    (path,) = factscache.directory().glob("*")
    return path


def marks():
    return dict(Score.objects.filter(current=True).values_list("subject_id", "total"))


def read_from_database():
    return factsfile.in_order(loading.facts_between(*factscache.bounds(0)))


def rescored_from_scratch():
    """The right marks, without any file."""
    Score.objects.all().delete()
    only_file().unlink()
    actions.rescore(by="test", now=NOW, everybody=True)
    return marks()


def test_a_block_is_kept_as_the_database_has_it_and_nobody_else_may_read_it(files):
    actions.rescore(by="test", now=NOW)
    path = only_file()
    kept = factsfile.read(path)
    assert_frame_equal(kept.facts, read_from_database())
    assert kept.files["subject"].to_list() == [subject.pk for subject in files]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_holds_no_names_numbers_of_people_or_documents(files):
    actions.rescore(by="test", now=NOW)
    kept = factsfile.read(only_file())
    assert set(kept.facts.columns) == set(factsfile.FACTS)
    assert set(kept.files.columns) == {"subject", "revision"}
    data = only_file().read_bytes()
    assert files[0].name.encode() not in data
    assert files[0].public_id.encode() not in data


def test_only_files_that_changed_are_read_again(files, state, monkeypatch):
    actions.rescore(by="test", now=NOW)
    state(files[2], value=-1000)
    asked = []
    kept = loading.facts_of
    monkeypatch.setattr(loading, "facts_of", lambda subjects: asked.append(list(subjects)) or kept(subjects))
    monkeypatch.setattr(loading, "facts_between", None)
    actions.rescore(by="test", now=NOW, everybody=True)
    assert asked == [[files[2].pk]]
    assert_frame_equal(factsfile.read(only_file()).facts, factsfile.in_order(kept([subject.pk for subject in files])))


def test_nothing_is_read_from_the_database_where_nothing_changed(files, monkeypatch):
    actions.rescore(by="test", now=NOW)
    before = marks()
    for name in ("facts_of", "facts_between", "facts_in_slice", "files_between"):
        monkeypatch.setattr(loading, name, None)
    assert actions.rescore(by="test", now=NOW, everybody=True).changed == 0
    assert marks() == before


def test_withheld_struck_and_superseded_versions_are_left_out_as_on_a_page(files, state):
    for flag in ("withheld", "struck"):
        state(files[0], value=-1000, **{flag: True})
    facts = read_from_database()
    counting = RecordVersion.objects.opened_to(System.SCORING).counting()
    assert facts.height == counting.count() == 12


def spoil(data, how):
    line, _, rest = data.partition(b"\n")
    heading = json.loads(line)
    match how:
        case "empty":
            return b""
        case "truncated":
            return data[:-1]
        case "longer":
            return data + b"x"
        case "one bit":
            return data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
        case "not JSON":
            return b"{" + data
        case "another format":
            return json.dumps({**heading, "format": "plainmark-facts/0"}).encode() + b"\n" + rest
        case "not a heading":
            return b"[]\n" + rest
        case "nothing inside":
            bodies = [b"no parquet", b"either"]
            heading |= {"bytes": [len(body) for body in bodies], "sha256": factsfile._digest(bodies)}
            return json.dumps(heading).encode() + b"\n" + b"".join(bodies)
    raise AssertionError(how)


@pytest.mark.parametrize(
    "how",
    ["empty", "truncated", "longer", "one bit", "not JSON", "another format", "not a heading", "nothing inside"],
)
def test_a_damaged_file_is_read_anew(files, how):
    actions.rescore(by="test", now=NOW)
    right, path = marks(), only_file()
    path.write_bytes(spoil(path.read_bytes(), how))
    assert factsfile.read(path) is None
    Score.objects.all().delete()
    actions.rescore(by="test", now=NOW, everybody=True)
    assert marks() == right
    assert_frame_equal(factsfile.read(path).facts, read_from_database())


def test_facts_of_another_database_or_of_a_moment_that_never_was_are_read_anew(files):
    actions.rescore(by="test", now=NOW)
    right, path = marks(), only_file()
    kept = factsfile.read(path)
    wrong = kept.facts.with_columns(value=pl.lit(1000, pl.Int16))
    for anchor in (
        factsfile.Anchor(kept.anchor.entry, "00" * 32),
        factsfile.Anchor(kept.anchor.entry + 1000, kept.anchor.commitment),
    ):
        factsfile.write(path, factsfile.Block(anchor, kept.files, wrong))
        Score.objects.all().delete()
        actions.rescore(by="test", now=NOW, everybody=True)
        assert marks() == right


def test_inside_a_transaction_that_may_be_undone_nothing_is_kept(files, state):
    right = only_file_after_a_rescoring().read_bytes()
    with transaction.atomic():
        state(files[0], value=-1000)
        actions.rescore(by="test", now=NOW, everybody=True)
        undone = marks()
        transaction.set_rollback(True)
    assert only_file().read_bytes() == right
    assert undone != marks()


def only_file_after_a_rescoring():
    actions.rescore(by="test", now=NOW)
    return only_file()


def test_two_processes_that_write_at_once_leave_one_whole_file(tmp_path):
    anchor = factsfile.Anchor(1, "00")
    empty = pl.DataFrame(schema=factsfile.FACTS)
    blocks = [
        factsfile.Block(
            anchor, pl.DataFrame({"subject": [n] * 1000, "revision": [n] * 1000}), factsfile.in_order(empty)
        )
        for n in range(8)
    ]
    path = tmp_path / "facts" / "1.facts"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda block: factsfile.write(path, block), blocks * 5))
    assert any(factsfile.read(path).files.equals(block.files) for block in blocks)
    assert os.listdir(path.parent) == [path.name]


def test_what_a_killed_writer_left_is_removed_and_what_is_being_written_is_not(tmp_path):
    old, new = tmp_path / "1.aa.part", tmp_path / "1.bb.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    factsfile.clear(tmp_path)
    assert os.listdir(tmp_path) == [new.name]


def test_many_cold_blocks_are_filled_in_one_pass_as_each_by_itself(files, monkeypatch):
    expected = {}
    monkeypatch.setattr(factscache, "SUBJECTS", 2)
    monkeypatch.setattr(loading, "SLICE", 5)
    blocks = sorted({factscache.block_of(subject.pk) for subject in files})
    assert len(blocks) >= 3
    monkeypatch.setattr(factscache, "MANY", 2)
    for block in blocks:
        expected[block] = factsfile.in_order(loading.facts_between(*factscache.bounds(block)))
    factscache.fill(blocks, lambda do, things: [do(thing) for thing in things])
    for block in blocks:
        assert_frame_equal(factsfile.read(factscache.path_of(block)).facts, expected[block])


def test_few_stale_files_are_read_by_themselves(files, state, monkeypatch):
    actions.rescore(by="test", now=NOW)
    monkeypatch.setattr(bulk, "FEW", 1)
    monkeypatch.setattr(factscache, "facts_in", None)
    state(files[0], value=-1000)
    before = marks()
    done = actions.rescore(by="test", now=NOW)
    assert (done.subjects, done.changed) == (1, 1)
    assert marks()[files[0].pk] < before[files[0].pk]


def test_of_ratings_of_one_day_the_greatest_id_counts_in_bulk_as_on_a_page(files, state, look):
    for value in (1000, -1000, 200, -300, 700, 50):
        state(
            files[0],
            kind="rating",
            agency="tax",
            notation="tax-grade",
            category="tax",
            value=value,
            valid_from=date(2026, 11, 1),
        )
    actions.rescore(by="test", now=NOW, everybody=True)
    assert marks()[files[0].pk] == actions.mark_of(look(files[0]), now=NOW).score


def test_nights_with_changes_and_kept_facts_end_as_if_all_was_read_again(files, state):
    actions.rescore(by="test", now=NOW)
    state(files[1], value=-150, disputed=True)
    with transaction.atomic():
        raise_revision([files[3].pk])
    newcomer = factories.person()
    state(newcomer, value=500, category="commendation", notation="commendation")
    actions.rescore(by="test", now=NOW, everybody=True)
    kept = marks()
    assert newcomer.pk in kept
    assert kept == rescored_from_scratch()
