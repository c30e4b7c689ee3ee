"""Agencies and what they may submit."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.policy import Role
from credit.identity.models import Organisation, User
from credit.ledger import actions as ledger
from credit.records import notations
from credit.records.deliveries import soon
from credit.records.models import AgencyProfile, Registration
from credit.records.words import CATEGORIES

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FIELDS = frozenset(CATEGORIES) - {"private", "commendation"}
"""The categories that an agency's own penalties and licences can count in."""


@cache
def known_agencies() -> dict[str, dict[str, Any]]:
    """The agencies in agencies.toml, by code."""
    return tomllib.loads(Path(__file__).with_name("agencies.toml").read_text(encoding="utf-8"))


WORDS = ("name_en", "name_zh", "category", "legal_basis_en", "legal_basis_zh")
"""What must be said of an agency: its names, its field, the law under which it keeps records, in both languages."""


def register_agency(code: str, *, by: User | str, now: datetime) -> Organisation:
    """An agency of agencies.toml, allowed its notations from now on. Twice is once. Raises Invalid."""
    entry = known_agencies().get(code)
    if entry is None:
        raise Invalid(_("There is no such agency."))
    return _register(code, entry, by=by, now=now, renew=False)


def open_agency(code: str, entry: Mapping[str, Any], *, by: User, now: datetime) -> Organisation:
    """An operator registers an agency, or says anew what it is called and which law it acts under.

    `entry`: WORDS, and `notations`, which it may submit from now on beside those it may already. Raises NotAllowed,
    Invalid; Conflict where the code is another body's.
    """
    _require_operator(by, now)
    missing = [name for name in WORDS if not str(entry.get(name, "")).strip()]
    if missing:
        raise Invalid(_("Say also: %(missing)s.") % {"missing": ", ".join(missing)})
    if not CODE.fullmatch(code):
        raise Invalid(_("Write the code in small letters, figures and hyphens."))
    if entry["category"] not in FIELDS:
        raise Invalid(_("Choose a category: %(known)s.") % {"known": ", ".join(sorted(FIELDS))})
    return _register(code, entry, by=by, now=now, renew=True)


@transaction.atomic
def _register(code: str, entry: Mapping[str, Any], *, by: User | str, now: datetime, renew: bool) -> Organisation:
    names = {name: entry[name] for name in WORDS[:2]}
    words = {name: entry[name] for name in WORDS[2:]}
    agency, made = Organisation.objects.get_or_create(code=code, defaults=names | {"kind": Organisation.Kind.AGENCY})
    if agency.kind != Organisation.Kind.AGENCY:
        raise Conflict(_("Another body has this code already."))
    profile, described = AgencyProfile.objects.get_or_create(organisation=agency, defaults=words)
    changed = _renew(agency, names) + _renew(profile, words) if renew else []
    if renew and (made or described or changed):
        ledger.note("agency.described", by=by, about=agency, at=now, new=made, changed=changed)
    for notation in entry.get("notations", ()):
        register_notation(agency, notation, by=by, now=now)
    return agency


def _renew(held: Organisation | AgencyProfile, words: Mapping[str, str]) -> list[str]:
    changed = [name for name, word in words.items() if getattr(held, name) != word]
    for name in changed:
        setattr(held, name, words[name])
    if changed:
        held.save(update_fields=changed)
    return changed


def _require_operator(by: User, now: datetime) -> None:
    if Role.OPERATOR not in by.roles(now):
        raise NotAllowed(_("Only the portal's operator may do this."))


def _agency(code: str) -> Organisation:
    agency = Organisation.objects.filter(code=code, kind=Organisation.Kind.AGENCY).first()
    if agency is None:
        raise NotFound(_("There is no such agency."))
    return agency


def end_notation(agency_code: str, notation: str, *, by: User, now: datetime) -> Registration:
    """An operator ends what an agency may submit, from now on: deliveries that aren't released yet can't be.

    What was released stays. Raises NotAllowed, NotFound; Conflict while a delivery of it is being published.
    """
    _require_operator(by, now)
    with soon():
        held = Registration.objects.filter(agency=_agency(agency_code), notation=notation, until=None)
        registration = held.select_for_update().first()
        if registration is None:
            raise NotFound(_("This agency isn't registered for this notation."))
        registration.until = now
        registration.save(update_fields=["until"])
        ledger.note("agency.registration-ended", by=by, about=registration.agency, at=now, notation=notation)
    return registration


def allow_notation(agency_code: str, notation: str, *, by: User, now: datetime) -> Registration:
    """An operator allows an agency a notation from now on. Twice is once. Raises NotAllowed, NotFound, Invalid."""
    _require_operator(by, now)
    return register_notation(_agency(agency_code), notation, by=by, now=now)


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
