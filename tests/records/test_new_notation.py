"""README says how a notation is added: exactly these steps are done here, and nothing else."""

import re
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from credit.core.errors import Invalid, NotAllowed, NotFound
from credit.core.identifiers import IdentifierKind
from credit.records import actions, notations
from credit.records.models import Registration
from credit.records.notations import catalogue
from credit.records.notations.reading import read
from credit.records.registering import known_agencies
from tests import factories
from tests.records.files import rating, ratings

README = Path(__file__).parents[2] / "README.md"
SECTION = re.compile(r"^### A new notation in ten lines\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(?P<path>credit/[^`]+)`[^`]*?```(?:toml|python)\n +(?P<text>.*?)```", re.DOTALL)
LANGUAGES = {"en", "zh-hans"}


def steps_of_readme() -> dict[str, str]:
    """The files that the section tells one to write: name and text."""
    found = SECTION.search(README.read_text(encoding="utf-8"))
    assert found is not None
    return {Path(step["path"]).name: dedent("   " + step["text"]) for step in FILE.finditer(found[1])}


@pytest.fixture
def fresh_catalogue():
    """The catalogue is looked through anew, now and after the test."""
    notations.all_notations.cache_clear()
    yield
    notations.all_notations.cache_clear()


def test_the_steps_are_two_files_of_ten_lines_together():
    steps = steps_of_readme()
    assert [Path(name).suffix for name in steps] == [".toml", ".py"]
    assert len({Path(name).stem for name in steps}) == 1
    assert sum(len([line for line in text.splitlines() if line.strip()]) for text in steps.values()) == 10


@pytest.mark.usefixtures("fresh_catalogue")
def test_a_notation_made_as_readme_says_is_found_and_read(tmp_path, monkeypatch):
    for name, text in steps_of_readme().items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    known = set(notations.all_notations())
    code = next(tmp_path.glob("*.toml")).stem.replace("_", "-")
    assert code in known
    notation = notations.get(code)
    marks = {mark.names[0]: mark.value for mark in notation.tables[0].marks}
    good, bad = next(iter(marks)), "no such mark"
    data = ratings(rating(1, mark=good), rating(2, mark=bad))
    (batch,) = read(data, filename="file.csv", notation=notation)
    assert [(row.mark, row.value) for row in batch.rows] == [(good, marks[good])]
    assert batch.rows[0].identifier == factories.uscc(1).value
    assert [(fault.line, fault.code.value) for fault in batch.faults] == [(3, "value.unknown")]
    assert notation.kind == "rating"
    assert set(notation.words) == LANGUAGES
    assert known - {code} == set(all_of_the_repository())


def all_of_the_repository() -> list[str]:
    folder = Path(catalogue.__file__).parent
    return [path.stem.replace("_", "-") for path in folder.glob("*.toml")]


@pytest.mark.parametrize("code", all_of_the_repository())
def test_every_table_is_dated_sourced_in_both_languages_and_on_the_scale(code):
    notation = notations.get(code)
    assert notation.code == code
    assert set(notation.words) == LANGUAGES
    assert notation.tables
    for table in notation.tables:
        assert set(table.source) == LANGUAGES
        assert all(text.strip() for text in table.source.values())
        assert not table.source["zh-hans"].isascii()
        assert table.source["en"] != table.source["zh-hans"]
        assert isinstance(table.effective_from, date)
        assert table.lines
        assert all(-1000 <= int(value) <= 1000 for _own, value in table.lines)
    versions = [table.version for table in notation.tables]
    assert versions == list(range(1, len(versions) + 1))
    days = [table.effective_from for table in notation.tables]
    assert days == sorted(set(days))
    assert notation.identifiers
    assert len(set(notation.identifiers)) == len(notation.identifiers)


@pytest.mark.parametrize("code", ["double-publicity-licence", "double-publicity-penalty"])
def test_the_papers_that_double_publicity_knows_are_the_identifiers_that_it_declares(code):
    papers = {
        IdentifierKind(kind)
        for layout in notations.get(code).layouts
        for column in layout.columns
        if column.key.endswith("_XDR_ZJLX")
        for kind in (column.choices or {}).values()
    }
    assert papers | {IdentifierKind.USCC} == set(notations.get(code).identifiers)


REGISTERED = {
    "market-supervision": {"double-publicity-licence", "double-publicity-penalty", "commendation"},
    "company-register": {"company-register-grade", "double-publicity-licence"},
    "tax": {"tax-grade", "double-publicity-penalty"},
    "customs": {"customs-level", "double-publicity-penalty"},
    "environment": {"environment-colour", "double-publicity-penalty"},
    "labour": {"labour-grade", "double-publicity-penalty"},
    "immigration": {"immigration-grade", "double-publicity-penalty"},
    "courts": {"court-judgment-debtors", "double-publicity-penalty"},
    "rongcheng": {"rongcheng-points", "public-credit-appraisal"},
    "xiamen": {"xiamen-egret", "public-credit-appraisal"},
    "fuzhou": {"fuzhou-jasmine", "public-credit-appraisal"},
    "suzhou": {"suzhou-osmanthus", "public-credit-appraisal"},
}
"""The contract's table of agencies."""


def test_agencies_may_submit_what_the_contract_says():
    assert {code: set(agency["notations"]) for code, agency in known_agencies().items()} == REGISTERED


def test_no_agency_may_submit_what_only_subjects_bring_in():
    allowed = {code for agency in known_agencies().values() for code in agency["notations"]}
    assert all(notations.get(code).official for code in allowed)
    assert {code for code, notation in notations.all_notations().items() if not notation.official} == {"zhima"}


@pytest.mark.django_db
def test_only_the_operator_allows_an_agency_a_notation(now):
    agency = factories.agency("tax")
    made = actions.allow_notation("tax", "commendation", by=factories.operator(), now=now)
    assert Registration.objects.at(now).filter(agency=agency, notation="commendation").get() == made
    assert actions.allow_notation("tax", "commendation", by=factories.operator(), now=now) == made
    for by in (factories.officer("tax"), factories.auditor(), factories.user()):
        with pytest.raises(NotAllowed):
            actions.allow_notation("tax", "labour-grade", by=by, now=now)
    for agency_code, notation, refusal in (
        ("none", "tax-grade", NotFound),
        ("tax", "none", Invalid),
        ("tax", "zhima", Invalid),
    ):
        with pytest.raises(refusal):
            actions.allow_notation(agency_code, notation, by=factories.operator(), now=now)
