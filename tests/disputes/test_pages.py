"""The pages of the subject and of the desk: who gets in, what they say, what they cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit.access.models import Disclosure
from credit.disputes.models import Dispute
from tests import factories
from tests.disputes.conftest import KEEP, make_world
from tests.disputes.records import penalty

SCRIPT = "<script>alert('x')</script>"


def subject_url(world, name, *args):
    return reverse(f"disputes:{name}", args=[world.subject.public_id, *args])


def desk_url(name, dispute=None):
    return reverse(f"desk:{name}", args=[dispute.public_id] if dispute else [])


def text(response):
    return response.content.decode()


def filing(**changes):
    return {"complaint": "wrong-fact", "statement": "I had paid already."} | changes


def proposal(dispute, **changes):
    dispute.refresh_from_db()
    sent = {"outcome": "remove", "method": "original-document", "reason": "Annulled.", "seen": dispute.steps}
    return sent | changes


@pytest.fixture
def pages(db, client_of):
    """A browser each: the owner's without a second factor, the officials' with one. Views live in the present."""
    world = make_world(timezone.now())
    world.own = client_of(world.owner, second_factor=False)
    world.desk = [client_of(official) for official in world.officials]
    return world


def test_from_filing_to_the_decision_through_the_pages(pages):
    world, (first, second, _) = pages, pages.desk
    form_url = subject_url(world, "file", world.record.public_id)
    assert "Say what is wrong" in text(world.own.get(form_url))
    response = world.own.post(form_url, filing())
    dispute = Dispute.objects.get()
    assert response.url == subject_url(world, "detail", dispute.public_id)
    assert "Waiting for an official" in text(world.own.get(response.url))

    assert dispute.public_id in text(first.get(desk_url("queue")))
    assert first.post(desk_url("take", dispute)).status_code == 302
    seen = text(first.get(desk_url("case", dispute)))
    assert "I had paid already." in seen
    assert world.subject.name in seen
    assert first.post(desk_url("propose", dispute), proposal(dispute)).status_code == 302
    assert "Another official must check" in text(first.get(desk_url("case", dispute)))

    assert "Annulled." not in text(world.own.get(response.url))  # only proposed
    assert second.post(desk_url("check", dispute)).status_code == 302
    assert "Annulled." in text(second.get(desk_url("case", dispute)))
    dispute.refresh_from_db()
    assert second.post(desk_url("confirm", dispute), {"seen": dispute.steps}).status_code == 302
    told = text(world.own.get(response.url))
    assert "You were right" in told
    assert "Annulled." in told
    assert "The original document was read" in told


def test_an_empty_form_says_what_is_missing(pages):
    response = pages.own.post(subject_url(pages, "file", pages.record.public_id), {})
    assert response.status_code == 422
    assert "Choose what is wrong." in text(response)
    assert not Dispute.objects.exists()


def test_filing_twice_says_what_to_do(pages):
    pages.file()
    response = pages.own.post(subject_url(pages, "file", pages.record.public_id), filing())
    assert response.status_code == 409
    assert "already an open case" in text(response)


def test_what_people_write_is_escaped_everywhere(pages):
    dispute = pages.file(statement=SCRIPT)
    pages.own.post(subject_url(pages, "information", dispute.public_id), {"text": SCRIPT})
    pages.take(dispute)
    first, second, _ = pages.desk
    first.post(desk_url("propose", dispute), proposal(dispute, reason=SCRIPT))
    second.post(desk_url("check", dispute))
    shown = [
        pages.own.get(subject_url(pages, "detail", dispute.public_id)),
        first.get(desk_url("case", dispute)),
        second.get(desk_url("case", dispute)),
    ]
    second.post(desk_url("confirm", dispute), {"seen": Dispute.objects.get().steps})
    shown.append(pages.own.get(subject_url(pages, "detail", dispute.public_id)))
    for page in shown:
        assert page.status_code == 200
        assert SCRIPT not in text(page)
        assert "&lt;script&gt;alert" in text(page)


def test_withdrawing_through_the_page(pages):
    dispute = pages.file()
    response = pages.own.post(subject_url(pages, "withdraw", dispute.public_id))
    assert "Withdrawn" in text(pages.own.get(response.url))


def test_before_taking_a_case_an_official_reads_nothing_about_the_subject(pages):
    dispute = pages.file(statement="A secret.")
    before = Disclosure.objects.count()
    page = text(pages.desk[0].get(desk_url("case", dispute)))
    assert "Take this case" in page
    assert "A secret." not in page
    assert pages.subject.name not in page
    assert Disclosure.objects.count() == before


def test_the_queue_reads_nothing_about_the_subject(pages):
    pages.file(statement="A secret.")
    page = text(pages.desk[0].get(desk_url("queue")))
    assert "A secret." not in page
    assert pages.subject.name not in page


def test_opening_a_case_is_a_look_that_is_told(pages):
    dispute = pages.take(pages.file())
    pages.desk[0].get(desk_url("case", dispute))
    pages.desk[0].get(desk_url("case", dispute))
    assert Disclosure.objects.filter(user=pages.officials[0], purpose="dispute-review").count() == 1


def test_a_correction_without_its_value_is_told(pages):
    dispute = pages.take(pages.file())
    response = pages.desk[0].post(desk_url("propose", dispute), proposal(dispute, outcome="correct-end"))
    assert response.status_code == 422
    assert "Write the right end date." in text(response)


def test_a_stale_page_decides_nothing(pages):
    dispute = pages.proposed()
    pages.check(dispute)
    pages.own.post(subject_url(pages, "information", dispute.public_id), {"text": "The receipt."})
    response = pages.desk[1].post(desk_url("confirm", dispute), {"seen": dispute.steps})
    assert response.status_code == 409
    assert Dispute.objects.get().status == "proposed"


def test_the_first_official_is_offered_no_confirmation(pages):
    dispute = pages.proposed()
    assert "Confirm this decision" not in text(pages.desk[0].get(desk_url("case", dispute)))
    response = pages.desk[0].post(desk_url("confirm", dispute), {"seen": dispute.steps})
    assert response.status_code == 403


def test_a_closed_case_opens_nothing_to_the_desk(pages):
    dispute = pages.decided(KEEP)
    page = text(pages.desk[0].get(desk_url("case", dispute)))
    assert "This case is closed" in page
    assert pages.subject.name not in page


@pytest.mark.parametrize("name", ["take", "check", "propose", "confirm", "send-back", "hand-back"])
def test_moves_are_posts_only(pages, name):
    assert pages.desk[0].get(desk_url(name, pages.file())).status_code == 405


def test_the_filters_of_the_queue(pages):
    waiting = pages.file()
    first, second, third = pages.desk
    other = penalty(pages.subject, submitted_by=pages.submitter, released_by=pages.releaser, now=pages.now)
    proposed = pages.file(other)
    pages.take(proposed)
    pages.propose(proposed)

    def listed(client, cut):
        page = text(client.get(desk_url("queue"), {"cases": cut}))
        return {dispute.public_id for dispute in (waiting, proposed) if dispute.public_id in page}

    assert listed(first, "all") == {waiting.public_id, proposed.public_id}
    assert listed(first, "unassigned") == {waiting.public_id}
    assert listed(first, "mine") == {proposed.public_id}
    assert listed(first, "to-check") == set()
    assert listed(second, "to-check") == {proposed.public_id}
    assert listed(third, "nonsense") == {waiting.public_id, proposed.public_id}


def test_the_nearest_deadline_stands_first_and_overdue_is_marked(pages):
    pages.now -= timedelta(days=30)
    other = penalty(pages.subject, submitted_by=pages.submitter, released_by=pages.releaser, now=pages.now)
    late = pages.file(other)
    pages.now += timedelta(days=30)
    later = pages.file()
    page = text(pages.desk[0].get(desk_url("queue")))
    assert page.index(late.public_id) < page.index(later.public_id)
    assert page.count("Overdue") == 1


@pytest.mark.parametrize("where", ["queue", "list"])
def test_a_page_costs_the_same_for_one_row_and_for_thirty(pages, where):
    client, url = (pages.desk[0], desk_url("queue")) if where == "queue" else (pages.own, subject_url(pages, "list"))
    pages.file()
    client.get(url)
    costs = []
    for rows in (1, 30):
        for _ in range(rows - Dispute.objects.count()):
            more = penalty(pages.subject, submitted_by=pages.submitter, released_by=pages.releaser, now=pages.now)
            pages.file(more)
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert client.get(url).status_code == 200
        costs.append(len(spent))
    assert costs[0] == costs[1]


def test_only_the_owner_reaches_a_case(pages, client_of):
    dispute = pages.file()
    urls = [subject_url(pages, "list"), subject_url(pages, "detail", dispute.public_id)]
    stranger = client_of(factories.user(subject=factories.person("测试丙")))
    for url in urls:
        assert pages.own.get(url).status_code == 200
        assert stranger.get(url).status_code == 404
        assert pages.desk[0].get(url).status_code == 404


def test_only_officials_with_a_second_factor_reach_the_desk(pages, client_of):
    url = desk_url("queue")
    assert pages.own.get(url).status_code == 403
    assert client_of(factories.auditor()).get(url).status_code == 403
    assert client_of(pages.officials[0], second_factor=False).get(url).status_code == 302
    assert pages.desk[0].get(url).status_code == 200


def test_a_case_that_is_not_there_is_not_found(pages):
    assert pages.desk[0].get(reverse("desk:case", args=["2222-2222"])).status_code == 404
    assert pages.own.get(subject_url(pages, "detail", "2222-2222")).status_code == 404


def test_a_double_click_leads_to_the_case_that_is_open(pages):
    url = subject_url(pages, "file", pages.record.public_id)
    first, second = pages.own.post(url, filing()), pages.own.post(url, filing())
    assert (first.status_code, second.status_code) == (302, 409)
    assert first.url in text(second)
    assert Dispute.objects.count() == 1


def test_a_confirmation_that_does_not_say_what_was_read_decides_nothing(pages):
    dispute = pages.proposed()
    pages.check(dispute)
    assert pages.desk[1].post(desk_url("confirm", dispute), {}).status_code == 409
    assert Dispute.objects.get().status == "proposed"


def test_the_case_page_shows_where_the_record_comes_from(pages):
    dispute = pages.take(pages.file())
    page = text(pages.desk[0].get(desk_url("case", dispute)))
    assert pages.record.document in page
    assert pages.record.versions.get(number=1).submission.public_id in page


def test_the_form_says_until_when_and_by_which_rule(pages):
    page = text(pages.own.get(subject_url(pages, "file", pages.record.public_id)))
    assert "article 25" in page
