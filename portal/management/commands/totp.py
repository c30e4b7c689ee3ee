"""The current code of a sample person's second factor, for those who try the demo without a telephone."""

import time
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from credit.identity.commands import Answer, PortalCommand

PERIOD = 30


class Command(PortalCommand):
    help = "The current code of somebody's second factor. Only in demo mode."
    acts = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        if settings.MODE != "demo":
            raise CommandError("totp runs only with MODE=demo.")
        factor = Authenticator.objects.filter(
            user__email=options["email"].lower(), type=Authenticator.Type.TOTP
        ).first()
        if factor is None:
            raise CommandError(f'"{options["email"]}" has no second factor.')
        seconds = int(time.time())
        code = format_hotp_value(hotp_value(get_adapter().decrypt(factor.data["secret"]), seconds // PERIOD))
        return Answer({"code": code, "seconds_left": PERIOD - seconds % PERIOD})
