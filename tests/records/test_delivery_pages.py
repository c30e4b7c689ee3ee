"""The page of one delivery: faults counted and cut, what it would change, rows accepted despite a fault."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.records import actions, preview
from credit.records.keeping import Measure
from credit.records.models import Record, RowOverride
from credit.records.moves import Status
from credit.records.preview import preview_of
from tests import factories
from tests.records.files import rating, ratings

pytestmark = pytest.mark.django_db

GENUINE = "91350211M0000XUF46"
WHY = "Seen on the licence itself: this is how it was issued."


def page_of(client, submission, **query) -> str:
    answer = client.get(reverse("agency:submission", args=["tax", submission.public_id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def faulty_file() -> bytes:
    rows = [rating(number, mark="Z") for number in range(1, 61)] + [rating(61, decided_on="soon", name="")]
    return ratings(*rows, rating(62))


def test_faults_are_counted_by_kind_and_paged(office, client_of):
    desk = office()
    made = desk.deliver(faulty_file())
    first = page_of(client_of(desk.first), made)
    assert "62 faults" in first
    for words in ('Unknown value <span class="pm-number">60</span>', 'Not a date <span class="pm-number">1</span>',
                  "Page 1 of 2", "mark (60)", "name (1)"):  # fmt: skip
        assert words in first
    assert first.count("value.unknown</span>") == 50
    second = page_of(client_of(desk.first), made, page=2)
    assert second.count("value.unknown</span>") == 10
    assert "date.invalid</span>" in second


def test_faults_are_cut_by_kind_and_by_column(office, client_of):
    desk = office()
    made = desk.deliver(faulty_file())
    client = client_of(desk.first)
    by_kind = page_of(client, made, code="date.invalid")
    assert (by_kind.count("date.invalid</span>"), by_kind.count("value.unknown</span>")) == (1, 0)
    by_column = page_of(client, made, column="name")
    assert (by_column.count("field.missing</span>"), by_column.count("date.invalid</span>")) == (1, 0)
    assert "No fault fits this choice." in page_of(client, made, code="date.invalid", column="name")
    assert "No fault fits this choice." in page_of(client, made, code="' OR 1=1")


def test_the_page_costs_the_same_for_many_faults(office, client_of):
    desk = office()
    few, many = desk.deliver(ratings(rating(1, mark="Z"), rating(2))), desk.deliver(faulty_file())
    client = client_of(desk.first)
    costs = []
    for made in (few, many):
        page_of(client, made)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, made)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_preview_tells_new_changed_and_same_records_and_new_subjects(office, client_of):
    desk = office()
    desk.publish(ratings(rating(1, mark="A"), rating(2, mark="A"), rating(3, mark="A")))
    made = desk.deliver(
        ratings(rating(1, mark="A"), rating(2, mark="D"), rating(3, mark="A", document="new"), rating(4))
    )
    found = preview_of(made)
    assert (found.rows, found.new, found.known, found.changed, found.same) == (4, 2, 2, 1, 1)
    assert (found.subjects, found.subjects_new) == (4, 1)
    assert [(portion.mark, portion.lowest, portion.rows) for portion in found.portions] == [
        ("D", -1000, 1),
        ("A", 1000, 3),
    ]
    page = page_of(client_of(desk.second), made)
    for words in ("It is about 4 people and companies.", "1 of them was not on file before.",
                  "2 rows make a new record", "1 row changes a record", "1 row says what is on file already", "75.0 %",
                  "Tax"):  # fmt: skip
        assert words in page
    before = Record.objects.count()
    desk.release(made)
    made.refresh_from_db()
    assert (made.records_new, made.records_changed, made.records_same) == (found.new, found.changed, found.same)
    assert Record.objects.count() == before + found.new


def test_a_preview_of_a_long_delivery_compares_nothing(office, monkeypatch):
    monkeypatch.setattr(preview, "COMPARED_ROWS", 1)
    desk = office()
    desk.publish(ratings(rating(1)))
    found = preview_of(desk.deliver(ratings(rating(1, mark="B"), rating(2))))
    assert (found.known, found.changed, found.same) == (1, None, None)


def test_many_different_points_are_told_by_parts_of_the_scale(office, client_of):
    desk = office("xiamen", "xiamen-egret")
    rows = [rating(number, mark=str(points)) for number, points in enumerate(range(0, 1000, 40), 1)]
    made = desk.deliver(ratings(*rows))
    portions = preview_of(made).portions
    assert sum(portion.rows for portion in portions) == 25
    assert [(portion.mark, portion.lowest) for portion in portions] == [("", -1000), ("", -500), ("", 1), ("", 501)]
    answer = client_of(desk.first).get(reverse("agency:submission", args=["xiamen", made.public_id]))
    assert "−1 … −0.501" in answer.content.decode()


def test_identifiers_of_the_sample_are_masked(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    assert factories.uscc(1).value not in page_of(client_of(desk.second), made)


def test_an_officer_accepts_a_row_on_its_page_and_the_second_reads_why(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE), rating(2, mark="Z")))
    first, second = client_of(desk.first), client_of(desk.second)
    accept = reverse("agency:accept", args=["tax", made.public_id, 2, "identifier.invalid"])
    page = page_of(first, made)
    assert accept in page
    assert page.count("accept line") == 1
    shown = first.get(accept).content.decode()
    assert "should be" in shown
    for reason in ("", "short", f"The number {GENUINE} is genuine."):
        answer = first.post(accept, {"reason": reason})
        assert answer.status_code == 422
    assert not RowOverride.objects.exists()
    assert first.post(accept, {"reason": WHY}).status_code == 302
    assert "being checked" in page_of(second, made)
    actions.parse(made.pk, now=desk.now + timedelta(seconds=1))
    page = page_of(second, made)
    for words in ("Accepted although a check failed", WHY, "Number not valid", str(desk.first)):
        assert words in page
    assert GENUINE not in page
    release = reverse("agency:release", args=["tax", made.public_id])
    assert second.post(release, {"looked": "on", "partial": "True"}).status_code == 422
    assert second.post(release, {"looked": "on", "partial": "True", "read": "on"}).status_code == 302
    assert Record.objects.count() == 1
    assert first.get(accept).status_code == 409


def test_whoever_accepted_a_row_is_told_that_another_must_release(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    actions.accept_row(made.public_id, line=2, code="identifier.invalid", reason=WHY, by=desk.second, now=desk.now)
    actions.parse(made.pk, now=desk.now)
    page = page_of(client_of(desk.second), made)
    assert "You accepted rows of this file" in page
    assert reverse("agency:release", args=["tax", made.public_id]) not in page


def test_another_agency_accepts_nothing(office, client_of):
    desk, other = office(), office("customs", "customs-level")
    made = desk.deliver(ratings(rating(1, identifier=GENUINE)))
    client = client_of(other.first)
    for code in ("tax", "customs"):
        url = reverse("agency:accept", args=[code, made.public_id, 2, "identifier.invalid"])
        assert client.post(url, {"reason": WHY}).status_code == 404
    assert not RowOverride.objects.exists()


def test_progress_shows_with_and_without_javascript(office, client_of):
    desk = office()
    made = desk.deliver(faulty_file(), parse=False)
    page = page_of(client_of(desk.first), made)
    assert "<progress" in page
    assert "hx-get" in page
    assert "Look again" in page


def test_a_clean_file_asks_for_no_part_of_it(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    second = client_of(desk.second)
    assert 'name="partial"' not in page_of(second, made)
    release = reverse("agency:release", args=["tax", made.public_id])
    assert second.post(release, {"looked": "on", "partial": "on"}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.partial) == (Status.RELEASED, False)


@pytest.mark.parametrize(
    ("filename", "data", "expected"),
    [
        ("a.csv", b"h\n1\n2\n", 2),
        ("a.csv", b"", 0),
        ("a.xlsx", b"PK\x03\x04" + b"\n" * 500, 0),
        ("a.xlsx", b"\n" * 500, 0),
        ("a.json", b"[\n{\n}\n]\n", 0),
        ("a.ndjson", b"{}\n{}\n", 2),
        ("a.json", b"{\n\n}", 0),
        ("a.csv", "\ufeffh\n1\n".encode("gb18030"), 1),
    ],
)
def test_rows_are_expected_only_where_lines_are_rows(filename, data, expected):
    found = Measure(len(data), "", data.count(b"\n"), data[:64])
    assert found.rows_expected(filename) == expected


def test_no_figure_is_shown_where_nobody_can_tell(office, client_of):
    desk = office()
    made = desk.deliver(b"PK\x03\x04" + b"\n" * 500, filename="a.xlsx", parse=False)
    page = page_of(client_of(desk.first), made)
    assert made.share is None
    bar = page[page.index("<progress") :]
    assert "value=" not in bar[: bar.index(">")]
