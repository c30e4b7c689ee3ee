"""The public pages on where the data comes from: complete, dated, in both languages, and silent about any subject."""

import csv
import io
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.core.errors import NotAllowed
from credit.core.policy import System
from credit.disputes.models import Dispute
from credit.identity.models import Organisation
from credit.records import notations
from credit.records.models import Record, Registration
from credit.records.notations.headings import forbidden
from credit.records.notations.shapes import Mark
from credit.records.registering import known_agencies, register_notation
from portal.pages import sources
from portal.pages.sources import Told, figures_from, share
from tests import factories

pytestmark = pytest.mark.django_db

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def nothing_kept():
    """Figures of one test aren't those of the next."""
    cache.clear()
    yield
    cache.clear()


def page(url: str, language: str = "en") -> str:
    answer = Client().get(url, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def document() -> dict:
    return Client().get(reverse("site:sources-json")).json()


def test_every_agency_is_there_with_its_law_and_what_it_submits():
    for code in known_agencies():
        factories.agency(code)
    text = page(reverse("site:sources"))
    for code, agency in known_agencies().items():
        assert agency["name_en"].replace("'", "&#x27;") in text
        assert agency["legal_basis_en"].replace("'", "&#x27;") in text
        assert reverse("site:source", args=[code]) in text
    assert "None yet" in text


@pytest.mark.parametrize("code", known_agencies())
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_agencys_page_shows_every_table_as_dated_data(code, language):
    factories.agency(code)
    text = page(reverse("site:source", args=[code]), language)
    for notation in known_agencies()[code]["notations"]:
        shown = notations.get(notation)
        assert shown.words[language].name in text
        for table in shown.tables:
            assert table.source[language].replace("'", "&#x27;") in text
            names = [mark.names for mark in table.marks] or [(own,) for own, _common in table.lines]
            for known in names:
                assert any(name in text for name in known)
    for category in forbidden():
        assert (category.name if language == "en" else category.name_zh) in text


def test_penalties_say_how_long_they_are_published():
    factories.agency("tax")
    text = page(reverse("site:source", args=["tax"]))
    assert "at most 3 months where the penalty is minor, 12 where it is general, 36 where it is serious" in text
    assert "5 years at most" in text
    assert "Unified social credit code" in text
    factories.agency("courts")
    assert "2 years after it was published" in page(reverse("site:source", args=["courts"]))


def test_earlier_versions_of_a_table_stay_on_the_page(monkeypatch, now):
    factories.agency("tax")
    today = notations.get("tax-grade")
    old = today.tables[0]
    fields = {
        name: getattr(old, name) for name in ("version", "source", "convert", "marks", "lines", "rules", "linear")
    }
    newer = type(old)(
        **(fields | {"version": 2, "marks": (Mark(("A",), 900),), "lines": (("A", "900"),)}),
        effective_from=now.date() - timedelta(days=9),
    )
    kept = {name: getattr(today, name) for name in today.__slots__}
    monkeypatch.setattr(notations, "get", lambda code: type(today)(**(kept | {"tables": (old, newer)})))
    text = page(reverse("site:source", args=["tax"]))
    assert "Earlier: version 1" in text
    assert text.index("+0.9") < text.index("Earlier: version 1") < text.index("−0.4")


def test_pages_are_chinese_in_chinese():
    factories.agency("tax")
    for url in (reverse("site:sources"), reverse("site:source", args=["tax"])):
        text = page(url, "zh-hans")
        assert HAN.search(re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)[1])
        for english in ("Last delivery", "Legal basis", "Conversion", "never taken", "Disputed"):
            assert english not in text


def test_a_source_that_is_none_is_not_there():
    factories.oversight()
    Organisation.objects.create(code="idle", name_en="Idle", name_zh="闲", kind=Organisation.Kind.AGENCY)
    for code in ("nothing", "oversight", "idle"):
        assert Client().get(reverse("site:source", args=[code])).status_code == 404


def test_what_an_agency_may_no_longer_submit_is_not_shown(now):
    agency = factories.agency("tax")
    Registration.objects.filter(notation="tax-grade").update(until=now)
    register_notation(agency, "commendation", by="test", now=now)
    codes = next(source for source in sources.all_sources(now) if source.agency == agency).notations
    assert codes == ("commendation", "double-publicity-penalty")


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (1_000_000, 1_000_000)])
def test_small_counts_are_not_told(count, told):
    assert Told.of(count).number == told


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 4, None), (0, 5, 0.0), (1, 100, None), (4, 100, None), (5, 100, 5.0), (96, 100, None),
     (95, 100, 95.0), (100, 100, 100.0), (5, 9, None), (5, 10, 50.0)],
)  # fmt: skip
def test_shares_that_point_at_somebody_are_not_told(part, whole, percent):
    assert share(part, whole) == percent


def test_figures_are_what_was_counted(now):
    found = figures_from({1: 90}, {1: 100}, {1: (10, 8, 0)}, {1: now}, 1)
    assert (found.records.number, found.disputed, found.decided.number, found.upheld) == (90, 10.0, 8, 0.0)
    assert found.last_delivery == now.date()
    nothing = figures_from({}, {}, {}, {}, 1)
    assert (nothing.records.number, nothing.disputed, nothing.upheld, nothing.last_delivery) == (0, None, None, None)


def test_counting_costs_the_same_for_more_agencies(now):
    costs = []
    for codes in (["tax"], list(known_agencies())):
        for code in codes:
            factories.agency(code)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            sources.all_sources(now)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_figures_are_counted_once_for_many_visitors(now):
    factories.agency("tax")
    sources.all_sources(now)
    with CaptureQueriesContext(connection) as queries:
        sources.all_sources(now)
    assert not [query for query in queries if "records_record" in query["sql"] or "disputes_" in query["sql"]]


def test_only_the_part_that_publishes_may_count_disputes():
    for system in System:
        if system in (System.PUBLICATION, System.SWEEPER):
            continue
        with pytest.raises(NotAllowed):
            Dispute.objects.opened_to(system)
    assert not Record.objects.opened_to(System.PUBLICATION).exists()


def test_open_data_has_every_table_in_both_languages_and_says_its_licence():
    for code in known_agencies():
        factories.agency(code)
    found = document()
    assert found["licence"]["code"] == "CC0-1.0"
    assert {agency["code"] for agency in found["agencies"]} == set(known_agencies())
    assert {notation["code"] for notation in found["notations"]} == set(notations.all_notations())
    for notation in found["notations"]:
        assert set(notation["name"]) == {"en", "zh-hans"}
        for table in notation["tables"]:
            assert set(table["source"]) == {"en", "zh-hans"}
            assert all(-1000 <= line["common"] <= 1000 for line in table["values"])
    assert [category["zh-hans"] for category in found["never_taken"]["categories"]] == [
        one.name_zh for one in forbidden()
    ]
    assert found["longest_kept"][0]["years"] == 5


def test_open_data_as_csv_has_the_same():
    factories.agency("tax")
    rows = list(csv.DictReader(io.StringIO(Client().get(reverse("site:sources-csv")).content.decode("utf-8-sig"))))
    assert [row["agency"] for row in rows] == ["tax"]
    assert rows[0]["name_zh_hans"] == "税务局"
    lines = list(csv.DictReader(io.StringIO(Client().get(reverse("site:conversions-csv")).content.decode("utf-8-sig"))))
    grades = {
        line["own_value"]: int(line["common_value_thousandths"]) for line in lines if line["notation"] == "tax-grade"
    }
    assert grades == {"A": 1000, "B": 400, "M": 0, "C": -400, "D": -1000}


@pytest.mark.parametrize("name", ["site:sources-json", "site:sources-csv", "site:conversions-csv"])
def test_open_data_may_be_kept_and_is_not_sent_twice(name):
    factories.agency("tax")
    first = Client().get(reverse(name))
    assert "public" in first["Cache-Control"]
    assert "max-age=600" in first["Cache-Control"]
    assert Client().get(reverse(name), headers={"if-none-match": first["ETag"]}).status_code == 304


def test_every_page_and_the_pages_of_a_record_lead_to_the_sources():
    assert reverse("site:sources") in page("/")


def test_an_unknown_agency_has_no_figures(now):
    assert sources.all_sources(now) == []
    assert SimpleNamespace(**document()).agencies == []
