"""Agencies and what they may submit."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Invalid, NotAllowed, NotFound
from credit.core.policy import Role
from credit.identity.models import Organisation, User
from credit.ledger import actions as ledger
from credit.records import notations
from credit.records.models import AgencyProfile, Registration


@cache
def known_agencies() -> dict[str, dict[str, Any]]:
    """The agencies in agencies.toml, by code."""
    return tomllib.loads(Path(__file__).with_name("agencies.toml").read_text(encoding="utf-8"))


@transaction.atomic
def register_agency(code: str, *, by: User | str, now: datetime) -> Organisation:
    """An agency of agencies.toml, allowed its notations from now on. Twice is once. Raises Invalid."""
    entry = known_agencies().get(code)
    if entry is None:
        raise Invalid(_("There is no such agency."))
    agency, _made = Organisation.objects.get_or_create(
        code=code,
        defaults={"name_en": entry["name_en"], "name_zh": entry["name_zh"], "kind": Organisation.Kind.AGENCY},
    )
    words = {name: entry[name] for name in ("category", "legal_basis_en", "legal_basis_zh")}
    AgencyProfile.objects.get_or_create(organisation=agency, defaults=words)
    for notation in entry["notations"]:
        register_notation(agency, notation, by=by, now=now)
    return agency


def allow_notation(agency_code: str, notation: str, *, by: User, now: datetime) -> Registration:
    """An operator allows an agency a notation from now on. Twice is once. Raises NotAllowed, NotFound, Invalid."""
    if Role.OPERATOR not in by.roles(now):
        raise NotAllowed(_("Only the portal's operator may do this."))
    agency = Organisation.objects.filter(code=agency_code, kind=Organisation.Kind.AGENCY).first()
    if agency is None:
        raise NotFound(_("There is no such agency."))
    return register_notation(agency, notation, by=by, now=now)


@transaction.atomic
def register_notation(agency: Organisation, notation: str, *, by: User | str, now: datetime) -> Registration:
    """Allow an agency a notation from now on. Twice is once. Raises Invalid."""
    if notation not in notations.all_notations():
        raise Invalid(_("There is no such notation."))
    if not notations.get(notation).official:
        raise Invalid(_("Only whom it is about may bring this in, no agency."))
    registration, made = Registration.objects.get_or_create(
        agency=agency, notation=notation, until=None, defaults={"since": now}
    )
    if made:
        ledger.note("agency.registered", by=by, about=agency, at=now, notation=notation)
    return registration
