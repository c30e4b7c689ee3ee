"""Letters are in the language of the page that sent them, from the sender's name to the last line."""

import re
from collections.abc import Callable
from email.utils import parseaddr

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from credit.identity.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a lantern in the harbour"
STRANGER, KNOWN = "stranger@example.org", "known@example.org"
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_ANY_LANGUAGE = re.compile(r"\S+@\S+|https?://\S+|^ +[A-Z0-9-]+$", re.MULTILINE)

Letter = Callable[[str], mail.EmailMessage]


@pytest.fixture(params=["signup", "signup-known", "reset", "reset-known"])
def letter(request: pytest.FixtureRequest) -> Letter:
    """Makes the portal send one kind of letter from a page in a language; there is one parameter for each kind."""
    from allauth.account.models import EmailAddress

    cache.clear()
    page, _, known = request.param.partition("-")
    if known:
        user = User.objects.create_user(KNOWN, PASSWORD, name="Known")
        EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)
    form = {"email": KNOWN if known else STRANGER}
    if page == "signup":
        form |= {"password1": PASSWORD, "password2": PASSWORD}
    address = {"signup": "/account/signup/", "reset": "/account/password/reset/"}[page]

    def sent(language: str) -> mail.EmailMessage:
        assert Client().post(address, form, headers={"accept-language": language}).status_code == 302
        (found,) = mail.outbox
        return found

    return sent


def test_a_chinese_letter_holds_no_english(letter):
    sent = letter("zh-hans")
    assert sent.subject.startswith("【明记】")
    assert parseaddr(sent.from_email) == ("明记", "no-reply@plainmark.invalid")
    for text in (sent.subject, sent.body):
        assert HAN.search(text)
        assert re.findall("[A-Za-z]{2,}", SAME_IN_ANY_LANGUAGE.sub("", text)) == []


def test_an_english_letter_holds_no_chinese(letter):
    sent = letter("en")
    assert sent.subject.startswith("Plainmark: ")
    assert parseaddr(sent.from_email) == ("Plainmark", "no-reply@plainmark.invalid")
    assert not HAN.search(sent.subject + str(sent.body))


def test_a_chinese_sender_is_sent_in_a_form_that_mail_servers_take(letter):
    head = letter("zh-hans").message().as_bytes().split(b"\n\n")[0]
    assert head.isascii()
    assert b"<no-reply@plainmark.invalid>" in head


def test_a_name_that_the_operator_gave_stays(letter, settings: LazySettings):
    settings.DEFAULT_FROM_EMAIL = "Credit of Xiamen <credit@example.org>"
    assert letter("zh-hans").from_email == "Credit of Xiamen <credit@example.org>"
