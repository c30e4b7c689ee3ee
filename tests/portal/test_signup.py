"""Sign-up says nothing about who has an account: not by its answer, and not by the work that it does."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from credit.identity.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a lantern in the harbour"
HASHED: list[str] = []


class CountingHasher(PBKDF2PasswordHasher):
    """The real hasher, that notes each time it is run."""

    iterations = 1

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        HASHED.append(password)
        return super().encode(password, salt, iterations)


@pytest.fixture(autouse=True)
def counting(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    cache.clear()
    HASHED.clear()
    yield


@pytest.fixture
def known() -> str:
    """The address of somebody who has an account."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user("known@example.org", PASSWORD, name="Known")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    HASHED.clear()
    return user.email


def sign_up(email: str, **fields: str) -> tuple[Any, ...]:
    """All that whoever asks can see: status, where it leads, what that page says; and how often it hashed."""
    HASHED.clear()
    client = Client()
    form = {"email": email, "password1": PASSWORD, "password2": PASSWORD} | fields
    answer = client.post("/account/signup/", form)
    page = client.get(answer["Location"]).content.decode() if answer.status_code == 302 else answer.content.decode()
    page = re.sub(r'(csrfmiddlewaretoken" value=)"[^"]+"', r"\1", page).replace(email, "ADDRESS")
    return answer.status_code, answer.headers.get("Location"), page, len(HASHED), sorted(client.cookies)


def test_a_known_and_an_unknown_address_are_answered_alike(known):
    assert sign_up(known) == sign_up("stranger@example.org")


def test_a_password_is_hashed_as_often_for_a_known_address(known):
    *_, for_known, _ = sign_up(known)
    *_, for_stranger, _ = sign_up("stranger@example.org")
    assert for_known == for_stranger == 1


def test_both_get_a_letter_and_only_the_stranger_a_code(known):
    sign_up(known)
    sign_up("stranger@example.org")
    to_known, to_stranger = mail.outbox
    assert to_known.to == [known]
    assert to_stranger.to == ["stranger@example.org"]
    assert User.objects.filter(email="stranger@example.org").exists()


@pytest.mark.parametrize("fields", [{"password1": "short", "password2": "short"}, {"password2": "another lantern"}])
def test_a_faulty_form_is_answered_alike(known, fields):
    assert sign_up(known, **fields) == sign_up("stranger@example.org", **fields)


def test_signing_in_hashes_as_often_for_a_known_address(known):
    counts = []
    for email in (known, "stranger@example.org"):
        HASHED.clear()
        Client().post("/account/login/", {"login": email, "password": "not the password"})
        counts.append(len(HASHED))
    assert counts[0] == counts[1] == 1
