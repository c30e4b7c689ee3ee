"""A subject carries away what is held: every version, with where it came from, in files that run nothing."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.access.models import Disclosure
from credit.core.cells import FORMULA_STARTS
from credit.records import actions
from credit.records.exporting import COLUMNS
from credit.records.models import Record, RecordVersion
from tests import factories
from tests.records.files import PENALTY, as_csv, penalty, rating, ratings

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client_of):
    """Signs in somebody who may act for the company of a record."""

    def sign_in(record: Record):
        return client_of(factories.user(subject=record.subject), second_factor=False)

    return sign_in


def table(response):
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def csv_of(client, record):
    return client.get(reverse("records:csv", args=[record.subject.public_id]))


def json_of(client, record):
    return client.get(reverse("records:json", args=[record.subject.public_id]))


def test_every_version_is_there_with_where_it_came_from(office, reader):
    desk = office()
    made = desk.publish(ratings(rating(1, mark="C")))
    record = Record.objects.get()
    actions.strike(record, reason="Somebody else.", by=factories.official(), now=desk.now + timedelta(days=1))
    rows = table(csv_of(reader(record), record))
    assert [(row["version"], row["removed"], row["cause"]) for row in rows] == [
        ("1", "false", "submission"),
        ("2", "true", "removal"),
    ]
    first, last = rows
    assert list(first)[: len(COLUMNS)] == list(COLUMNS)
    assert (first["mark"], first["common_value"], first["agency"]) == ("C", "-400", "tax")
    assert (first["file"], first["line"], first["delivery"]) == (made.filename, "2", made.public_id)
    assert first["released_by"] == "Tax Service"
    assert first["known_until"] == last["known_from"]
    assert last["known_until"] == ""
    assert last["reason"] == "Somebody else."


def test_both_files_say_the_same(office, reader):
    office().publish(ratings(rating(1), rating(2)))
    office("market-supervision", "double-publicity-penalty").publish(as_csv(PENALTY, [penalty(1)]))
    record = Record.objects.filter(subject__name="示例1公司").first()
    client = reader(record)
    rows, tree = table(csv_of(client, record)), json.loads(json_of(client, record).content)
    assert tree["format"] == "plainmark-records/1"
    assert tree["subject"] == record.subject.public_id
    assert len(rows) == len(tree["records"]) == 2
    told = {(one["record"], v["version"], v["mark"]) for one in tree["records"] for v in one["versions"]}
    assert told == {(row["record"], int(row["version"]), row["mark"]) for row in rows}
    fined = next(one for one in tree["records"] if one["notation"] == "double-publicity-penalty")
    assert fined["versions"][0]["details"]["fine"] == "1.5"
    assert next(row for row in rows if row["record"] == fined["record"])["details.fine"] == "1.5"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_cell_of_the_table_is_a_formula(office, reader, start):
    desk = office("market-supervision", "double-publicity-penalty")
    facts = f"{start}HYPERLINK(1)"
    desk.publish(as_csv([*PENALTY, "CF_SY"], [[*penalty(1, CF_WSH=f"{start}1+1"), facts]]))
    record = Record.objects.get()
    client = reader(record)
    row = table(csv_of(client, record))[0]
    assert row["document"] == f"'{record.document}"
    assert row["details.facts"].startswith("'")
    texts = [text for name, text in row.items() if name != "common_value"]
    assert [text for text in texts if text.startswith(FORMULA_STARTS)] == []
    assert json.loads(json_of(client, record).content)["records"][0]["document"] == record.document


def test_each_export_is_a_look_of_its_own(office, reader):
    office().publish(ratings(rating(1)))
    record = Record.objects.get()
    client = reader(record)
    before = Disclosure.objects.count()
    csv_of(client, record)
    tree = json.loads(json_of(client, record).content)
    looks = Disclosure.objects.order_by("-pk")
    assert looks.count() - before == 3  # that of the visit, and one a file
    assert tree["disclosure"] == looks[0].public_id
    assert looks[0].fields == ["records"]


def test_the_files_names_say_nothing_of_the_subject(office, reader):
    office().publish(ratings(rating(1)))
    record = Record.objects.get()
    answer = csv_of(reader(record), record)
    assert answer["Content-Disposition"] == 'attachment; filename="plainmark-records.csv"'
    assert "no-store" in answer["Cache-Control"]


def test_nobody_else_carries_it_away(office, client_of):
    desk = office()
    desk.publish(ratings(rating(1)))
    record = Record.objects.get()
    for stranger in (factories.user(), desk.first, factories.official(), factories.operator()):
        for answer in (csv_of(client_of(stranger), record), json_of(client_of(stranger), record)):
            assert answer.status_code == 404


def test_an_empty_file_is_an_empty_table(client_of):
    company = factories.company()
    client = client_of(factories.user(subject=company), second_factor=False)
    answer = client.get(reverse("records:csv", args=[company.public_id]))
    assert answer.content.decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    assert not RecordVersion.objects.exists()


def test_more_records_cost_no_more_queries(office, reader):
    desk = office()
    desk.publish(ratings(rating(1), *(rating(2, document=f"d{n}") for n in range(20))))
    costs = []
    for name in ("示例1公司", "示例2公司"):
        record = Record.objects.filter(subject__name=name).first()
        client = reader(record)
        csv_of(client, record)
        with CaptureQueriesContext(connection) as captured:
            csv_of(client, record)
        costs.append(len(captured))
    assert costs[0] == costs[1]
