"""How Plainmark differs from allauth's defaults: level answers at sign-up, letters in one language, sealed secrets."""

from email.utils import parseaddr
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext

from credit.vault import actions as vault


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by e-mail and password."""

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Users have no names to sign in with."""

    def format_email_subject(self, subject: str) -> str:
        """Whose letter it is, then what it is about, in the language of the page that sent it."""
        return gettext("Plainmark: %(subject)s") % {"subject": subject}

    def get_from_email(self) -> str:
        """The operator's address; one without a display name bears the portal's, in the language of the letter."""
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return settings.DEFAULT_FROM_EMAIL if name else f"{gettext('Plainmark')} <{address}>"


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """Sign-up that costs the same whether or not the address is known.

    A new account hashes a password, which takes most of the time; allauth 65.21 doesn't for a known address, and
    answers some 40 times faster.
    """

    def try_save(self, request: HttpRequest) -> Any:
        """Hash the password here too when no account will be made."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors' secrets are sealed in the database."""

    def encrypt(self, text: str) -> str:
        """Sealed by the vault, as text."""
        return vault.seal(text.encode(), context="mfa").hex()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given."""
        return vault.open_sealed(bytes.fromhex(encrypted_text), context="mfa").decode()
