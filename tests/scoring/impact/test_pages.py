"""The pages of an assessment: the board orders and reads it, anybody reads that of a published scheme."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from credit.core.policy import Role
from credit.scoring.assessment import assessing
from credit.scoring.assessment.models import AssessmentResult
from credit.scoring.board import drafts
from credit.scoring.impact import tables
from credit.subjects.models import Subject
from tests import factories


def text_of(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().split()).replace("&#x27;", "'")


QUERIES = 3


@pytest.fixture
def member(client_of, board):
    return client_of(board)


@pytest.fixture
def published(assessed, draft, now):
    """Two others of the board approve, one of them publishes."""
    for _ in range(2):
        other = factories.member(Role.BOARD, factories.oversight())
        drafts.approve(draft.public_id, by=other, now=now)
    return drafts.publish(draft.public_id, by=other, now=now).scheme


@pytest.mark.usefixtures("population")
def test_the_board_orders_waits_and_reads(member, draft, monkeypatch, now):
    page = reverse("board:impact", args=[draft.public_id])
    assert "Nobody has counted yet" in text_of(member.get(page))
    monkeypatch.setattr(assessing, "send", list)
    text_of(member.post(reverse("board:assess", args=[draft.public_id])), status=302)
    assert "It is being counted: 0 of 1 parts are done." in text_of(member.get(page))
    order = draft.assessments.get()
    assert text_of(member.get(reverse("board:impact-json", args=[draft.public_id])), status=404)
    assessing.count_part(order.pk, 1, now=now)
    read = text_of(member.get(page))
    assert "Of 40 companies, 20 would get a lower mark." in read
    assert "No company would move to a higher band." in read
    assert json.loads(member.get(reverse("board:impact-json", args=[draft.public_id])).content)["as_of"] >= "2026-11-23"


def test_anybody_reads_the_whole_assessment_of_a_published_scheme(published, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page = Client().get(reverse("schemes:impact", args=["open", 2]))
    read = text_of(page)
    for said in (
        "What Open scheme, version 2, did to whom",
        "Counted for",
        "From band to band",
        "Companies by the province that registered them",
        "29 CFR 1607.4(D)",
        "The largest movers",
        "Market supervision −",
        "Kendall's τ",
    ):
        assert said in read
    assert read.count("<svg") == read.count("</svg>") >= 8
    assert read.count('role="img"') == read.count("<title id=")
    ids = re.findall(r' id="([^"]+)"', read)
    assert len(ids) == len(set(ids))
    assert "style=" not in read
    assert read.count("<h1") == 1


def test_the_page_costs_the_same_whatever_it_counted(published, django_assert_num_queries):
    """The scheme, its assessments with their results, and what every page asks."""
    with django_assert_num_queries(QUERIES):
        Client().get(reverse("schemes:impact", args=["open", 2]))


def test_no_page_or_file_names_anybody(published):
    names = ("schemes:impact", "schemes:impact-json", "schemes:impact-csv")
    read = "".join(text_of(Client().get(reverse(name, args=["open", 2]))) for name in names)
    for subject in Subject.objects.all():
        assert subject.public_id not in read
        assert subject.name not in read


def test_the_json_is_what_is_kept_and_journalled(published):
    response = Client().get(reverse("schemes:impact-json", args=["open", 2]))
    assert hashlib.sha256(response.content).hexdigest() == AssessmentResult.objects.get().sha256
    assert response["Content-Disposition"] == 'attachment; filename="impact-open-2-2026-11-23.json"'
    assert json.loads(response.content)["scheme"]["sha256"] == published.sha256


def test_the_csv_has_every_figure_on_a_line(published):
    response = Client().get(reverse("schemes:impact-csv", args=["open", 2]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(tables.COLUMNS)
    moves = {row["measure"]: row["value"] for row in rows if (row["table"], row["kind"]) == ("moves", "company")}
    assert moves["down"] == "20"
    assert {row["table"] for row in rows} == {
        "subjects",
        "moves",
        "band_moves",
        "marks",
        "bands",
        "matrix",
        "groups",
        "weights",
        "largest",
    }


def test_it_is_read_in_chinese(published):
    page = Client().get(reverse("schemes:impact", args=["open", 2]), headers={"accept-language": "zh-hans"})
    read = text_of(page)
    assert "每40家企业中有20家的信用分会降低。" in read
    assert "北京" in read
    for english in ("would", "Fewer", "Unknown", "Residents", "Below", "Within", "Too few"):
        assert english not in read


def test_each_day_s_assessment_stays_readable(published, draft, now):
    page = reverse("schemes:impact", args=["open", 2])
    assert "Open scheme" in text_of(Client().get(f"{page}?as-of=2026-11-23"))
    assert text_of(Client().get(f"{page}?as-of={(now + timedelta(days=1)).date()}"), status=404)


@pytest.mark.parametrize("name", ["schemes:impact", "schemes:impact-json", "schemes:impact-csv"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_was_never_assessed_or_isn_t_published_is_not_found(assessed, name, version):
    assert Client().get(reverse(name, args=["open", version])).status_code == 404
