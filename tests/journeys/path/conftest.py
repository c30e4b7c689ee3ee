"""The whole path, in the order of those who walk it: from an agency's file to a report that anyone can check.

It is walked twice: by a company with JavaScript, and by a person in a browser that runs none. Each fixture is one move
on the real pages, made once; the tests look at what it left.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.config import ROOT
from tests.journeys import moves
from tests.journeys.running import Portal
from tests.journeys.windows import Windows

CLEAN = ROOT / "tests" / "golden" / "intake" / "penalties-clean.csv"
STATEMENT = "The decision was revoked by the court; the judgment is attached to the agency's file."
REASON = "The agency's own document says otherwise: the record is not as it was delivered."
Opens = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class Way:
    """One walk: who walks it, with which file, and what is decided about its record."""

    script: bool
    agency: str
    notation: str
    role: str
    file: Callable[[Path], Path]
    rows: int
    document: str
    own_mark: str
    common: str
    outcome: str
    corrected: str
    decision: str


def a_rating(folder: Path) -> Path:
    """A file of one row on the sample person, dated from today."""
    today = datetime.now(UTC).date()
    decided, ends = today - timedelta(30), today + timedelta(300)
    row = f"resident-id,11010119630617309X,测试戊,700,{decided},{ends},荣信〔样本〕799号"
    file = folder / "rongcheng.csv"
    file.write_text(f"identifier_type,identifier,name,mark,decided_on,ends_on,document\n{row}\n", encoding="utf-8")
    return file


WITH_SCRIPT = Way(
    script=True,
    agency="market-supervision",
    notation="double-publicity-penalty",
    role="representative",
    file=lambda _: CLEAN,
    rows=60,
    document="示监罚〔2026〕40001号",
    own_mark="serious",
    common="−1",
    outcome="Remove the record",
    corrected="",
    decision="The record has been removed",
)
WITHOUT_SCRIPT = Way(
    script=False,
    agency="rongcheng",
    notation="rongcheng-points",
    role="individual",
    file=a_rating,
    rows=1,
    document="荣信〔样本〕799号",
    own_mark="700",
    common="−",
    outcome="Correct the agency's mark",
    corrected="1040",
    decision="The mark on the record has been corrected",
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(WITH_SCRIPT, id="with-javascript"),
        pytest.param(WITHOUT_SCRIPT, id="without-javascript", marks=pytest.mark.long),
    ],
)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture(scope="module")
def as_role(way: Way, portal: Portal, windows: Windows) -> Opens:
    """Opens the window of the n-th person in a role: `as_role("official", 1)`."""

    def opened(role: str, number: int = 0, **options: Any) -> Page:
        agency = way.agency if role == "officer" else None
        return windows.open(portal.person(role, number, agency), script=way.script, **options)

    return opened


@pytest.fixture(scope="module")
def delivery(way: Way, as_role: Opens, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = way.file(tmp_path_factory.mktemp("delivered"))
    return moves.deliver(as_role("officer"), way.agency, way.notation, file, script=way.script)


@dataclass(frozen=True, slots=True)
class Subject:
    """A file's path, and its mark before and after the delivery."""

    file: str
    before: moves.ShownMark
    after: moves.ShownMark
    record: str


@pytest.fixture(scope="module")
def subject(way: Way, delivery: str, as_role: Opens) -> Subject:
    """The delivery is released while the subject looks before and after."""
    page = as_role(way.role)
    file = moves.file_of(page)
    before = moves.shown_mark(page, file)
    moves.release(as_role("officer", 1), delivery)
    after = moves.shown_mark(page, file)
    page.goto(f"{file}records")
    row = page.get_by_role("row").filter(has_text=way.document)
    return Subject(file, before, after, row.get_by_role("link").get_attribute("href") or "")


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute: its path on the subject's pages, its public id, and the mark that was shown while it was open."""

    path: str
    name: str
    shown: moves.ShownMark


@pytest.fixture(scope="module")
def case(way: Way, subject: Subject, as_role: Opens) -> Case:
    page = as_role(way.role)
    path = moves.dispute(page, subject.record, "A fact is wrong", STATEMENT)
    return Case(path, path.rsplit("/", 1)[1], moves.shown_mark(page, subject.file))


@pytest.fixture(scope="module")
def proposed(way: Way, case: Case, as_role: Opens) -> Case:
    page = as_role("official")
    moves.take(page, case.name)
    moves.propose(page, way.outcome, REASON, mark=way.corrected)
    return case


@pytest.fixture(scope="module")
def decided(proposed: Case, as_role: Opens) -> Case:
    moves.check_and_confirm(as_role("official", 1), proposed.name)
    return proposed


@dataclass(frozen=True, slots=True)
class Copy:
    """A certified copy as it came out of the browser."""

    path: str
    code: str
    pdf: bytes


@contextmanager
def workers_asleep(portal: Portal) -> Iterator[None]:
    """While this is open no task is done."""
    asleep = portal.processes("celery")
    for process in asleep:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in asleep:
            process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def copy(way: Way, decided: Case, subject: Subject, portal: Portal, as_role: Opens) -> Copy:
    page = as_role(way.role)
    with workers_asleep(portal):
        path = moves.order(page, subject.file, "Everything")
        expect(page.get_by_role("status").filter(has_text="Your copy is being written.")).to_be_visible()
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("status").filter(has_text="Your copy is being written.")).to_be_visible()
    done = page.get_by_role("button", name="Download the PDF")
    moves.come_to_rest(page, done, script=way.script)
    code = page.locator("dd a[href^='/verify/']").get_attribute("href") or ""
    return Copy(path, code.rsplit("/", 1)[1], moves.download(page, "Download the PDF"))
