"""The public pages of schemes: pictures with tables, reasons, conversions, examples, changes, announcements."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from credit.records.notations import all_notations
from credit.scoring import actions
from credit.scoring.board import drafts
from tests.scoring.boardworld import assessed, later, member, text


@pytest.fixture
def announced(scheme, now, monkeypatch):
    """Version 2, published now and in force in sixty days; the pages are read on the same day."""
    board = member(), member()
    draft = drafts.start(text(starts=later(now)), by=board[0], now=now)
    assessed(draft, now=now)
    for one in board:
        drafts.approve(draft.public_id, by=one, now=now)
    monkeypatch.setattr("credit.scoring.schemepages.timezone.now", lambda: now)
    return drafts.publish(draft.public_id, by=board[0], now=now).scheme


def page(name, *arguments, language="en"):
    response = Client().get(reverse(name, args=arguments), headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_list_says_what_is_in_force_what_is_announced_and_how_a_version_comes_about(announced):
    said = page("schemes:list")
    assert "Announced: <a" in said
    assert "at least 30 days before" in said
    assert "规章制定程序条例" in said
    assert said.count('href="/schemes/open/2/changes"') == 1
    assert "#assessment" in said


def test_a_version_goes_from_announced_to_in_force_to_retired_by_itself(announced, now, monkeypatch):
    assert (
        "Announced</strong>" in page("schemes:detail", "open", 2),
        "In force</strong>" in page("schemes:detail", "open", 1),
    ) == (True, True)
    after = now + timedelta(days=61)
    monkeypatch.setattr("credit.scoring.schemepages.timezone.now", lambda: after)
    assert "In force</strong>" in page("schemes:detail", "open", 2)
    assert "Retired</strong>" in page("schemes:detail", "open", 1)
    assert "Version 2 takes its place on" in page("schemes:detail", "open", 1)


def test_people_and_companies_each_have_their_picture_and_table(scheme):
    said = page("schemes:detail", "open", 1)
    assert said.count('role="img"') == 2
    for number in (1, 2):
        assert said.count(f'id="weights-title-{number}"') == 1
    assert "Weights in numbers: People" in said
    assert "Weights in numbers: Companies" in said
    assert said.count("<h1") == 1
    assert "style=" not in said


def test_where_both_are_marked_alike_there_is_one_picture(db, now):
    alike = text(1, starts=now.date()).decode().replace("individual = ", "# individual = ").replace('"open"', '"alike"')
    actions.publish(alike.encode(), by="test", now=now)
    said = page("schemes:detail", "alike", 1)
    assert said.count('role="img"') == 1
    assert "Weights in numbers: Everybody" in said


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_and_source_of_the_file_is_on_the_page(scheme, language):
    from html import unescape

    said = unescape(page("schemes:detail", "open", 1, language=language))
    for part in [*scheme.document["reasons"].values(), *(part["words"] for part in scheme.document["categories"])]:
        for key in ("reason", "law"):
            assert " ".join(part[language][key].split()) in said
    for band in scheme.document["bands"]:
        assert band["words"][language] in said


def test_the_worked_examples_end_in_the_mark_that_the_calculator_gives(scheme):
    said = page("schemes:detail", "open", 1)
    assert "A company that trades abroad" in said
    assert said.count("Where everybody starts") >= 3
    link = said[said.index("?scheme=open-1&amp;kind=company") :].partition('"')[0].replace("&amp;", "&")
    calculator = Client().get(f"/calculator{link}")
    data = {"scheme": "open-1", "kind": "company", "as_of": calculator.context["form"].initial["as_of"].isoformat()}
    forms = calculator.context["records"].forms
    data |= {"r-TOTAL_FORMS": len(forms), "r-INITIAL_FORMS": 0}
    for number, form in enumerate(forms):
        data |= {f"r-{number}-{name}": value or "" for name, value in form.initial.items()}
    answered = Client().post("/calculator", data).context["sum"]
    worked = Client().get("/schemes/open/1").context["examples"][0].sum
    assert (answered.score, answered.band) == (worked.score, worked.band)
    assert f"{worked.score}.0" in said


def test_all_conversions_stand_in_one_place(scheme):
    said = page("schemes:conversions")
    official = [notation for notation in all_notations().values() if notation.official]
    for notation in official:
        assert f">{notation.words['en'].name}</h3>" in said
        assert said.count(f"{notation.words['en'].name}: conversion table") == len(notation.tables)
    assert "Zhima" not in said
    for category in {notation.category for notation in official if notation.category}:
        assert f'id="{category}"' in said


def test_what_a_version_changed_is_side_by_side_for_both_kinds_in_both_languages(announced):
    english = page("schemes:changes", "open", 2)
    for said in ("Labour: Weight", "People", "Companies", "−80", "−90", "+10", "One record says too little"):
        assert said in english
    assert "The wording in the other language" in english
    chinese = page("schemes:changes", "open", 2, language="zh-hans")
    assert "一条记录不足以说明" in chinese
    assert '<td class="govuk-table__cell" data-label="第1版" lang="en">' in chinese
    assert "Version 1" not in chinese


@pytest.mark.parametrize(
    "address",
    [
        "/schemes/open/1/changes",
        "/schemes/open/9/changes",
        "/schemes/open/9.toml",
        "/schemes/none/1.sig",
        "/schemes/open/7.pem",
        "/schemes/open/99999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(scheme, address):
    assert Client().get(address).status_code == 404


def test_the_published_file_is_the_one_that_was_handed_in(announced):
    response = Client().get("/schemes/open/2.toml")
    assert response.content == announced.text.encode() == announced.draft.text.encode()
    assert response["Content-Disposition"] == 'attachment; filename="open-2.toml"'


@pytest.mark.parametrize("versions", [1, 4])
def test_pages_cost_the_same_however_many_versions_there_are(scheme, now, versions, django_assert_max_num_queries):
    for number in range(2, versions + 1):
        starts = now.date() + timedelta(days=number)
        actions.publish(text(starts=starts, version=str(number)), by="test", now=now)
    for name, arguments in (("schemes:list", ()), ("schemes:detail", ("open", 1))):
        with django_assert_max_num_queries(2):
            page(name, *arguments)
