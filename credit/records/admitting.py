"""Programs that may act for an agency: registered and ended by its officers."""

import secrets
from datetime import datetime

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, NotFound
from credit.core.publicid import new_public_id
from credit.identity.models import Organisation, User
from credit.ledger import actions as ledger
from credit.records.models import ApiClient
from credit.records.officers import require_officer
from credit.records.programs import SCOPES, Kind

SECRET_BYTES = 48


@transaction.atomic
def admit_program(agency: Organisation, *, name: str, kind: Kind, by: User, now: datetime) -> tuple[ApiClient, str]:
    """Register a program for which `by` answers; returns it and its secret, of which only a hash is kept.

    Raises NotAllowed, and Conflict where a program in use has that name.
    """
    require_officer(by, agency, now=now)
    public_id, secret = new_public_id(), secrets.token_urlsafe(SECRET_BYTES)
    scopes = [scope.value for scope in SCOPES[kind]]
    oauth = Client(id=public_id, name=name, type=Client.Type.CONFIDENTIAL, response_types="")
    oauth.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS.value])
    oauth.set_scopes(scopes)
    oauth.set_default_scopes(scopes)
    oauth.set_secret(secret)
    try:
        with transaction.atomic():
            oauth.save(force_insert=True)
            program = ApiClient.objects.create(
                public_id=public_id, agency=agency, oauth=oauth, name=name, kind=kind, created_by=by, created_at=now
            )
    except IntegrityError:
        raise Conflict(_("A program of this name is registered already. End it, or choose another name.")) from None
    ledger.note("program.registered", by=by, about=program, at=now, agency=agency.code, scopes=scopes)
    return program, secret


@transaction.atomic
def end_program(agency: Organisation, public_id: str, *, by: User, now: datetime) -> ApiClient:
    """Shut a program out at once: its tokens and its secret open nothing any more.

    Raises NotFound, NotAllowed, and Conflict where it has ended already.
    """
    require_officer(by, agency, now=now)
    program = ApiClient.objects.select_for_update().filter(agency=agency, public_id=public_id).first()
    if program is None:
        raise NotFound(_("There is no such program."))
    if program.ended_at is not None:
        raise Conflict(_("This program has ended already."))
    program.ended_by, program.ended_at = by, now
    program.save(update_fields=["ended_by", "ended_at"])
    Client.objects.filter(pk=program.oauth_id).update(secret=make_password(None), grant_types="", scopes="")
    Token.objects.filter(client=program.oauth_id).delete()
    ledger.note("program.ended", by=by, about=program, at=now, agency=agency.code)
    return program
