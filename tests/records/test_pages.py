"""The pages of records: what a subject reads, and how an agency delivers, releases and withdraws."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.records import actions
from credit.records.models import Record, Submission
from credit.subjects.models import Subject
from tests import factories
from tests.records.conftest import newest
from tests.records.files import penalties, penalty, rating, ratings

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client_of):
    """Signs in somebody who may act for the company of a record."""

    def sign_in(record: Record):
        return client_of(factories.user(subject=record.subject), second_factor=False)

    return sign_in


def text_of(response) -> str:
    """The page's text."""
    return response.content.decode()


def test_a_subject_sees_every_record_with_its_own_mark_and_the_common_value(office, reader):
    desk = office()
    desk.publish(ratings(rating(1, mark="C")))
    other = office("market-supervision", "double-publicity-penalty")
    other.publish(penalties(penalty(1, CF_GSJZQ="2028/01/01")))
    record = Record.objects.get(notation="tax-grade")
    page = text_of(reader(record).get(reverse("records:list", args=[record.subject.public_id])))
    for words in ("Tax Service", "Taxpayer credit grade", "−0.4", "Market Supervision", "serious", "−1", "doc1"):
        assert words in page


def test_a_record_says_what_it_is_where_it_comes_from_and_what_changed(office, reader):
    desk = office("market-supervision", "double-publicity-penalty")
    made = desk.publish(penalties(penalty(1)))
    record, official = Record.objects.get(), factories.official()
    actions.flag_disputed(record, disputed=True, by=official, now=desk.now + timedelta(days=1))
    actions.correct(record, mark="minor", reason="It was a warning.", by=official, now=desk.now + timedelta(days=2))
    page = text_of(reader(record).get(reverse("records:detail", args=[record.subject.public_id, record.public_id])))
    for words in ("Administrative penalty", "minor", "−0.15", made.public_id, "line 2", "The record was added.",
                  "It was disputed.", "The mark changed from general to minor.", "It was a warning.", "Disputed",
                  "Administrative Penalty Law"):  # fmt: skip
        assert words in page
    assert reverse("disputes:list", args=[record.subject.public_id]) in page
    assert reverse("scoring:mark", args=[record.subject.public_id]) in page


@pytest.mark.parametrize(
    ("language", "source", "day"),
    [
        ("en", "Administrative Penalty Law, article 9", "31 May 2027"),
        ("zh-hans", "《行政处罚法》第九条", "2027年5月31日"),
    ],
)
def test_a_record_names_its_table_and_writes_days_in_the_language_of_the_page(office, reader, language, source, day):
    office("market-supervision", "double-publicity-penalty").publish(penalties(penalty(1, CF_YXQ="2027/05/31")))
    record = Record.objects.get()
    address = reverse("records:detail", args=[record.subject.public_id, record.public_id])
    page = text_of(reader(record).get(address, headers={"accept-language": language}))
    assert source in page
    assert day in page
    assert "2027-05-31" not in page
    assert ("Administrative Penalty Law" in page) == (language == "en")


def test_a_record_can_be_disputed_from_its_page(office, reader):
    office().publish(ratings(rating(1)))
    record = Record.objects.get()
    page = text_of(reader(record).get(reverse("records:detail", args=[record.subject.public_id, record.public_id])))
    assert reverse("disputes:file", args=[record.subject.public_id, record.public_id]) in page


def test_a_removed_record_stays_visible_to_its_subject(office, reader):
    desk = office()
    desk.publish(ratings(rating(1)))
    record = Record.objects.get()
    actions.strike(record, reason="Somebody else.", by=factories.official(), now=desk.now)
    client = reader(record)
    assert "Removed" in text_of(client.get(reverse("records:list", args=[record.subject.public_id])))
    page = text_of(client.get(reverse("records:detail", args=[record.subject.public_id, record.public_id])))
    assert "Somebody else." in page
    assert reverse("disputes:file", args=[record.subject.public_id, record.public_id]) not in page


def test_another_subjects_record_is_not_there(office, reader):
    office().publish(ratings(rating(1), rating(2)))
    mine, other = Record.objects.order_by("document")
    client = reader(mine)
    assert client.get(reverse("records:detail", args=[mine.subject.public_id, other.public_id])).status_code == 404
    assert client.get(reverse("records:list", args=[other.subject.public_id])).status_code == 404


def test_the_list_costs_the_same_for_more_records(office, reader):
    desk = office()
    desk.publish(ratings(rating(1), *(rating(2, document=f"d{n}") for n in range(20))))
    costs = []
    for subject in Subject.objects.order_by("pk"):
        record = Record.objects.filter(subject=subject).first()
        client, url = reader(record), reverse("records:list", args=[subject.public_id])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_an_officer_delivers_another_releases(office, client_of):
    desk = office()
    first, second = client_of(desk.first), client_of(desk.second)
    home = reverse("agency:home", args=["tax"])
    assert "Taxpayer credit grade" in text_of(first.get(home))
    file = SimpleUploadedFile("tax.csv", ratings(rating(1), rating(2, mark="Z")))
    answer = first.post(home, {"file": file, "notation": "tax-grade"})
    made = Submission.objects.get()
    page = reverse("agency:submission", args=["tax", made.public_id])
    assert (answer.status_code, answer.url) == (302, page)
    waiting = text_of(first.get(page))
    assert "being checked" in waiting
    assert "hx-get" in waiting
    actions.parse(made.pk, now=desk.now)
    checked = text_of(first.get(page))
    assert "hx-get" not in checked
    for words in ("value.unknown", "mark", "another officer", "A, B, M, C, D", "示例1公司"):
        assert words in checked
    assert factories.uscc(1).value not in checked
    release = reverse("agency:release", args=["tax", made.public_id])
    assert release not in checked
    assert release in text_of(second.get(page))
    assert made.public_id in text_of(second.get(home))
    assert first.post(release, {"looked": "on", "partial": "True"}).status_code == 403
    assert second.post(release, {"partial": "True"}).status_code == 422
    unsaid = second.post(release, {"looked": "on"})
    assert unsaid.status_code == 422
    assert "Say that only its sound rows are released" in text_of(unsaid)
    assert 'name="partial"' in text_of(second.get(page))
    assert 'type="hidden" name="partial"' not in text_of(second.get(page))
    assert second.post(release, {"looked": "on", "partial": "True"}).status_code == 302
    assert second.post(release, {"looked": "on", "partial": "True"}).status_code == 409
    assert newest().mark == "A"
    assert "1 new records" in text_of(second.get(page))


@pytest.mark.parametrize("content", [b"", b" "])
def test_an_empty_file_is_a_form_error(content, office, client_of):
    desk = office()
    file = SimpleUploadedFile("tax.csv", content)
    answer = client_of(desk.first).post(reverse("agency:home", args=["tax"]), {"file": file, "notation": "tax-grade"})
    assert answer.status_code == 422
    assert "There is nothing in this file." in text_of(answer)


def test_the_same_file_twice_is_a_form_error(office, client_of):
    desk = office()
    made = desk.deliver(ratings(rating(1)))
    file = SimpleUploadedFile("tax.csv", ratings(rating(1)))
    answer = client_of(desk.second).post(reverse("agency:home", args=["tax"]), {"file": file, "notation": "tax-grade"})
    assert answer.status_code == 422
    assert made.public_id in text_of(answer)


def test_a_notation_that_the_agency_may_not_submit_is_not_offered(office, client_of):
    desk = office()
    file = SimpleUploadedFile("tax.csv", ratings(rating(1)))
    answer = client_of(desk.first).post(reverse("agency:home", args=["tax"]), {"file": file, "notation": "zhima"})
    assert answer.status_code == 422
    assert not Submission.objects.exists()


def test_a_refused_file_says_why(office, client_of):
    desk = office()
    made = desk.deliver(b"nonsense,\xe2\x80\xae\n1,2\n")
    page = text_of(client_of(desk.first).get(reverse("agency:submission", args=["tax", made.public_id])))
    assert "Why the whole file was refused" in page
    assert "nonsense" in page
    assert "\\u202e" in page


def test_a_withdrawal_needs_its_reason(office, client_of):
    desk = office()
    made = desk.publish(ratings(rating(1)))
    client, url = client_of(desk.first), reverse("agency:withdraw", args=["tax", made.public_id])
    assert client.post(url, {"reason": " "}).status_code == 422
    told = client.post(url, {"reason": f"The row of {factories.uscc(1).value} is wrong."})
    assert told.status_code == 422
    assert "Leave the number itself out" in text_of(told)
    assert client.post(url, {"reason": "The wrong year."}).status_code == 302
    page = text_of(client.get(reverse("agency:submission", args=["tax", made.public_id])))
    assert "The wrong year." in page
    assert url not in page
    assert newest().struck


def test_another_agencys_delivery_is_not_there(office, client_of):
    desk, other = office(), office("customs", "customs-level")
    made = desk.deliver(ratings(rating(1)))
    client = client_of(other.first)
    assert client.get(reverse("agency:submission", args=["customs", made.public_id])).status_code == 404
    assert client.get(reverse("agency:submission", args=["tax", made.public_id])).status_code == 404
    assert client.post(reverse("agency:release", args=["customs", made.public_id]), {"looked": "on"}).status_code == 404


def test_pages_speak_chinese(office, reader):
    office().publish(ratings(rating(1)))
    record = Record.objects.get()
    client = reader(record)
    page = client.get(
        reverse("records:detail", args=[record.subject.public_id, record.public_id]),
        headers={"accept-language": "zh-hans"},
    )
    assert "纳税缴费信用级别" in text_of(page)
    assert "税务局" in text_of(page)
