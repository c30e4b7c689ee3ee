"""Idempotency-Key: what was asked twice is done once, whatever got lost in between."""

import threading

import pytest
from django.db import connections

from credit.records import actions
from credit.records.models import ApiAnswer, Submission
from credit.records.programs import Kind
from tests import factories
from tests.records.files import rating, ratings

db = pytest.mark.django_db
LIST = "/api/v1/submissions"


@db
def test_the_same_key_and_body_get_the_same_answer(program):
    caller = program()
    first, second = (caller.deliver(ratings(rating(1)), key="k1") for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Submission.objects.count() == 1


@db
@pytest.mark.parametrize(
    "other", [{"body": ratings(rating(2))}, {"filename": "other.csv"}, {"notation": "double-publicity-penalty"}]
)
def test_the_same_key_with_another_request_is_refused(other, program):
    caller = program()
    caller.deliver(ratings(rating(1)), key="k1")
    refused = caller.deliver(**({"body": ratings(rating(1)), "key": "k1"} | other))
    assert (refused.status_code, refused.json()["type"]) == (422, "/api/v1/docs#key_reused")
    assert Submission.objects.count() == 1


@db
def test_a_refusal_is_given_again_too(program):
    caller = program()
    first, second = (caller.deliver(b" ", key="k1") for _ in range(2))
    assert first.status_code == second.status_code == 422
    assert first.content == second.content
    assert second["Content-Type"] == "application/problem+json"


@db
def test_what_failed_on_our_side_can_be_tried_again_with_the_same_key(program, monkeypatch):
    from django.db import OperationalError

    from credit.records.api import endpoints

    def gone(*_, **__):
        raise OperationalError

    caller = program()
    with monkeypatch.context() as patched:
        patched.setattr(endpoints.actions, "receive", gone)
        assert caller.deliver(ratings(rating(1)), key="k1").status_code == 503
    assert not ApiAnswer.objects.exists()
    assert caller.deliver(ratings(rating(1)), key="k1").status_code == 202


@db
def test_two_programs_may_choose_the_same_key(program):
    one, two = program(), program(name="another")
    assert one.deliver(ratings(rating(1)), key="k1").status_code == 202
    assert two.deliver(ratings(rating(2)), key="k1").status_code == 202


@db
def test_the_file_in_a_form_counts_as_it_is_not_as_it_was_packed(program):
    from django.core.files.uploadedfile import SimpleUploadedFile

    caller = program()
    answers = []
    for _ in range(2):
        file = SimpleUploadedFile("a.csv", ratings(rating(1)))
        headers = caller.headers | {"idempotency-key": "k1"}
        answers.append(caller.client.post(LIST, {"notation": "tax-grade", "file": file}, headers=headers))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content


@db
@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\x7f"])
def test_a_key_that_is_none_is_refused(key, program):
    assert program().deliver(ratings(rating(1)), key=key).status_code == 422


@db
def test_a_release_is_answered_again_instead_of_refused(program, now):
    caller = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = Submission.objects.get(public_id=caller.deliver(ratings(rating(1))).json()["submission"])
    actions.parse(found.pk, now=now)
    url = f"{LIST}/{found.public_id}/release"
    first, second = (releasing.post(url, {}, **{"idempotency-key": "k1"}) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert releasing.post(url, {}).status_code == 409


def test_the_same_request_at_the_same_moment_makes_one_submission(committed, program):
    caller = program()
    start, answers = threading.Barrier(6), []

    def send():
        try:
            start.wait()
            answers.append(caller.again().deliver(ratings(rating(1)), key="k1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [202] * 6
    assert len({answer.content for answer in answers}) == 1
    assert Submission.objects.count() == 1
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False] + [True] * 5


def test_the_same_bytes_at_the_same_moment_under_other_keys_make_one_submission(committed, program):
    caller = program()
    start, answers = threading.Barrier(4), []

    def send(key):
        try:
            start.wait()
            answers.append(caller.again().deliver(ratings(rating(1)), key=key))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[key]) for key in ("a", "b", "c", None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert Submission.objects.count() == 1


@db
def test_old_answers_and_tokens_are_thrown_away(program):
    from datetime import timedelta

    from allauth.idp.oidc.models import Token
    from django.utils import timezone

    from credit.records.tasks import clear_api

    caller = program()
    caller.deliver(ratings(rating(1)), key="old")
    caller.deliver(ratings(rating(2)), key="new")
    old = ApiAnswer.objects.order_by("pk").first()
    ApiAnswer.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(hours=49))
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    clear_api()
    assert ApiAnswer.objects.count() == 1
    assert not Token.objects.exists()


@db
def test_a_refusal_that_passes_is_not_the_last_word(program, now):
    caller = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = Submission.objects.get(public_id=caller.deliver(ratings(rating(1))).json()["submission"])
    url = f"{LIST}/{found.public_id}/release"
    early = releasing.post(url, {}, **{"idempotency-key": "k1"})
    assert (early.status_code, early["Retry-After"]) == (409, "10")
    assert "still being checked" in early.json()["detail"]
    actions.parse(found.pk, now=now)
    done = releasing.post(url, {}, **{"idempotency-key": "k1"})
    assert done.status_code == 200
    assert "Idempotency-Replayed" not in done
    again = releasing.post(url, {}, **{"idempotency-key": "k1"})
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    late = releasing.post(url, {})
    assert (late.status_code, "Retry-After" in late) == (409, False)


@db
def test_what_another_check_needs_is_kept_though_the_refusal_is_not(program, now):
    caller = program()
    releasing = program(Kind.RELEASE, officer=factories.officer("tax"), name="releases")
    found = Submission.objects.get(public_id=caller.deliver(ratings(rating(1))).json()["submission"])
    actions.parse(found.pk, now=now)
    factories.company("别名公司", factories.uscc(1))
    refused = releasing.post(f"{LIST}/{found.public_id}/release", {}, **{"idempotency-key": "k1"})
    assert refused.status_code == 409
    found.refresh_from_db()
    assert found.status == "received"
    assert not ApiAnswer.objects.filter(program__public_id=releasing.public_id).exists()


@db
def test_the_same_bytes_may_come_again_under_the_same_key_once_they_were_withdrawn(program):
    caller = program()
    first = caller.deliver(ratings(rating(1)), key="k1").json()["submission"]
    assert caller.deliver(ratings(rating(1)), key="k2").status_code == 409
    assert caller.post(f"{LIST}/{first}/withdraw", {"reason": "Wrong."}).status_code == 200
    assert caller.deliver(ratings(rating(1)), key="k2").status_code == 202
