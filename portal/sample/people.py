"""The sample people: one for each role, two officers an agency, two officials, two of the scheme board."""

import base64
import hashlib
import hmac
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from credit.core.policy import STAFF, Role
from credit.core.publicid import ALPHABET
from credit.identity import actions as identity
from credit.identity.commands import SAMPLE_OPERATOR
from credit.identity.models import Organisation, User

DOMAIN = "example.org"
WORLD = Path(__file__).with_name("world.toml")
"""Who works there, and what the agencies have said."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the sample world; `agency` is where an officer works, `subject` whose file is theirs."""

    role: Role
    name: str
    email: str
    agency: str | None = None
    subject: str | None = None

    @property
    def password(self) -> str:
        """Derived from this installation's own secret: printed by the demo, worth nothing elsewhere."""
        letters = [ALPHABET[byte % len(ALPHABET)].lower() for byte in self._derived("password")[:12]]
        return "-".join("".join(letters[i : i + 4]) for i in range(0, 12, 4))

    @property
    def totp_secret(self) -> str | None:
        """The secret of the second factor, for roles that need one."""
        return base64.b32encode(self._derived("totp")[:20]).decode() if self.role in STAFF else None

    def _derived(self, use: str) -> bytes:
        return hmac.digest(settings.SECRET_KEY.encode(), f"sample {use} {self.email}".encode(), hashlib.sha256)


INDIVIDUAL = "resident-id:11010119630617309X"
FOREIGNER = "pr-card:91184019850315237X"
COMPANY = "uscc:91110000DE40BUBYTX"
SUBJECTS = {INDIVIDUAL: "测试戊", FOREIGNER: "Alex Sample", COMPANY: "晨光试验1有限公司"}


def people(agencies: list[str]) -> Iterator[Person]:
    """Everybody, in the order in which they are printed."""
    yield Person(Role.SUBJECT, "测试戊", f"person@{DOMAIN}", subject=INDIVIDUAL)
    yield Person(Role.SUBJECT, "Alex Sample", f"resident@{DOMAIN}", subject=FOREIGNER)
    yield Person(Role.REPRESENTATIVE, "示例甲", f"company@{DOMAIN}", subject=COMPANY)
    staff = tomllib.loads(WORLD.read_text(encoding="utf-8"))["staff"]
    for code in agencies:
        for number, name in enumerate(staff["officers"][code], start=1):
            yield Person(Role.OFFICER, name, f"officer{number}.{code}@{DOMAIN}", agency=code)
    oversight = staff["oversight"]
    for role in (Role.OFFICIAL, Role.BOARD):
        for number, name in enumerate(oversight[role], start=1):
            yield Person(role, name, f"{role}{number}@{DOMAIN}")
    yield Person(Role.AUDITOR, oversight["auditor"], f"auditor@{DOMAIN}")
    yield Person(Role.OPERATOR, oversight["operator"], SAMPLE_OPERATOR)


def sign_up(person: Person, organisation: Organisation | None, *, now: datetime) -> User:
    """The person's account, with its verified address, its second factor and its role. Made once."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, person.password, name=person.name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if person.totp_secret:
        Authenticator.objects.get_or_create(
            user=user,
            type=Authenticator.Type.TOTP,
            defaults={"data": {"secret": get_adapter().encrypt(person.totp_secret)}},
        )
    if organisation is not None:
        identity.appoint(user, organisation, person.role, by="system:sample", now=now)
    return user
