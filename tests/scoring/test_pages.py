"""The pages: a subject reads the whole sum and takes the document away; anyone reads the schemes."""

import json
from datetime import date

import pytest
from django.urls import reverse

from credit.scoring.document import answer, parse, recalculate
from tests import factories


@pytest.fixture
def subject(scheme, state):
    company = factories.company()
    state(company, value=-1000, mark="serious", valid_from=date(2026, 1, 1), valid_to=date(2030, 1, 1), disputed=True)
    state(company, agency="tax", notation="tax-grade", kind="rating", category="tax", value=1000, mark="A")
    state(company, valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
    return company


@pytest.fixture
def client(client_of, subject):
    return client_of(factories.user(subject=subject))


def page(client, name, *arguments, **headers):
    response = client.get(reverse(name, args=arguments), headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_mark_page_says_each_record_in_its_own_words_and_in_points(client, subject):
    text = page(client, "scoring:mark", subject.public_id)
    for said in (
        "serious",
        "−1.",
        "Disputed",
        "Where everybody starts",
        "It fades a little every day",
        "+120.0",
        "Without them",
    ):
        assert said in text
    assert "1 record that doesn't count now" in text.replace("&#x27;", "'")
    assert "style=" not in text


def test_the_sum_on_the_page_ends_in_the_mark(client, subject):
    import re

    text = page(client, "scoring:mark", subject.public_id)
    table = text[text.index("Where everybody starts") : text.index("</table>")]
    numbers = [
        int(number.replace("−", "-").replace(".", ""))
        for number in re.findall(r'class="pm-number">([+−]?\d+\.\d)<', table)
    ]
    assert sum(numbers[:-1]) == numbers[-1]
    assert len(numbers) >= 4


def test_the_document_is_an_attachment_without_a_name_and_recalculates(client, subject):
    response = client.get(reverse("scoring:document", args=[subject.public_id]))
    assert response["Content-Disposition"] == 'attachment; filename="plainmark-recalculation.json"'
    document = parse(response.content)
    assert document.answer == answer(recalculate(document))
    assert subject.name not in response.content.decode()


@pytest.mark.parametrize("name", ["scoring:mark", "scoring:document"])
def test_nobody_else_sees_the_mark(client_of, subject, name):
    stranger = client_of(factories.user())
    assert stranger.get(reverse(name, args=[subject.public_id])).status_code == 404


def test_anyone_reads_the_schemes_in_both_languages(db, scheme, django_assert_max_num_queries):
    from django.test import Client

    anybody = Client()
    assert "Open scheme, version 1" in page(anybody, "schemes:list")
    with django_assert_max_num_queries(2):
        english = page(anybody, "schemes:detail", "open", 1)
    for said in ("Courts", "−250 / 0", "AAA", scheme.sha256, "Taxpayer"[:3], "法释〔2017〕7号"):
        assert said in english
    chinese = page(anybody, "schemes:detail", "open", 1, **{"accept-language": "zh-hans"})
    assert "失信被执行人" in chinese
    assert "生态环境" in chinese


@pytest.mark.parametrize("path", ["/schemes/open/2", "/schemes/none/1"])
def test_a_scheme_that_never_was_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_what_the_document_holds_is_json_without_identifiers(client, subject):
    tree = json.loads(client.get(reverse("scoring:document", args=[subject.public_id])).content)
    assert set(tree) == {"format", "as_of", "scheme", "records", "answer"}
    assert all(record["source"].count("/") == 1 for record in tree["records"])
