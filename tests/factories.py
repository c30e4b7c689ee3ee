"""Small things that tests are about, made by the portal's own actions."""

import itertools
from datetime import UTC, datetime

from stdnum.iso7064 import mod_11_2

from credit.core.identifiers import Identifier, IdentifierKind
from credit.core.policy import Role
from credit.identity import actions as identity
from credit.identity.models import Organisation, User
from credit.subjects import actions as subjects
from credit.subjects.models import Office, Subject

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = itertools.count(1)


def resident_id(number: int | None = None) -> Identifier:
    """A valid, invented resident ID."""
    sequence = next(_numbers) if number is None else number
    body = f"110101{1950 + sequence // 1000 % 50:04d}0101{sequence % 1000:03d}"
    return Identifier(IdentifierKind.RESIDENT_ID, body + mod_11_2.calc_check_digit(body))


def uscc(number: int | None = None) -> Identifier:
    """A valid, invented unified social credit code."""
    from stdnum.cn import uscc as rule

    sequence = next(_numbers) if number is None else number
    body = f"91110000{sequence:09d}"
    return Identifier(IdentifierKind.USCC, body + rule.calc_check_digit(body))


def person(name: str = "测试甲", identifier: Identifier | None = None) -> Subject:
    """An individual on file."""
    return subjects.find_or_create(subjects.Newcomer(identifier or resident_id(), name), now=SINCE)


def company(name: str = "示例有限公司", identifier: Identifier | None = None) -> Subject:
    """A company on file."""
    return subjects.find_or_create(subjects.Newcomer(identifier or uscc(), name), now=SINCE)


def user(name: str = "Test Person", *, subject: Subject | None = None) -> User:
    """Somebody who signs in; with `subject`, the one whose file or company it is."""
    made = User.objects.create_user(
        f"user{next(_numbers)}-{id(object())}@example.org", "a long enough password", name=name
    )
    if subject is not None and subject.kind == Subject.Kind.INDIVIDUAL:
        subjects.open_claim(made, subject, how="test", by="test", now=SINCE)
    elif subject is not None:
        subjects.open_office(made, subject, Office.Role.LEGAL_REPRESENTATIVE, by="test", now=SINCE)
    return made


def agency(code: str = "market-supervision") -> Organisation:
    """An agency, which may submit what fits its name."""
    from credit.records import actions as records

    return records.register_agency(code, by="test", now=SINCE)


def oversight() -> Organisation:
    """The body that officials, auditors and the board belong to."""
    return Organisation.objects.get_or_create(
        code="oversight",
        defaults={
            "name_en": "Credit Oversight Office",
            "name_zh": "信用监督办公室",
            "kind": Organisation.Kind.OVERSIGHT,
        },
    )[0]


def member(role: Role, organisation: Organisation) -> User:
    """Somebody who holds a role in an organisation."""
    made = user(f"{role.value} {next(_numbers)}")
    identity.appoint(made, organisation, role, by="test", now=SINCE)
    return made


def officer(agency_code: str = "market-supervision") -> User:
    """An officer of an agency."""
    return member(Role.OFFICER, agency(agency_code))


def official() -> User:
    """An official who reviews disputes."""
    return member(Role.OFFICIAL, oversight())


def auditor() -> User:
    """An auditor."""
    return member(Role.AUDITOR, oversight())


def operator() -> User:
    """The portal's operator."""
    return member(Role.OPERATOR, oversight())
