"""`manage.py verify_schemes`: whether every published scheme is the file that was signed, and is what marks by."""

from datetime import datetime
from typing import Any

from credit.identity.commands import Answer, PortalCommand
from credit.scoring import signing
from credit.scoring.models import Scheme


class Command(PortalCommand):
    """See the module."""

    help = "Check the signature of every published scheme, and that its file says what the portal marks by."
    acts = False

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        found = {scheme.public_id: signing.faults_of(scheme) for scheme in Scheme.objects.newest_first()}
        faults = [{"scheme": name, "code": code} for name, codes in found.items() for code in codes]
        return Answer({"schemes": len(found), "ok": not faults, "faults": faults}, holds=not faults)
