"""`manage.py explain SUBJECT`: the recalculation document of a subject's mark, with its answer."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Field, Purpose
from credit.identity.commands import Answer, PortalCommand, add_subject
from credit.identity.commands import read_subject as subject_given
from credit.scoring import actions
from credit.scoring.document import parse
from credit.scoring.forms import read_day, read_moment, read_subject, read_word
from credit.scoring.table import written


class Command(PortalCommand):
    """See the module."""

    help = "Print the recalculation document of a mark, with its answer. It is a look, and is journalled."

    def add_arguments(self, parser: CommandParser) -> None:
        add_subject(parser)
        parser.add_argument("--as-of", metavar="DATE", help="the day that the mark is for (default: today)")
        parser.add_argument("--known-at", metavar="TIME", help="by what was known then, ISO 8601 (default: now)")

    def answer(self, *, now: datetime, **options: Any) -> Answer:
        as_of, known_at = read_day(options["as_of"]), read_moment(options["known_at"])
        purpose = read_word(options["purpose"], Purpose)
        actor = command_actor(self.actor(options["by"]), now=now)
        subject = read_subject(subject_given(options["subject"]), known_at=known_at)
        fields = {Field.MARK, Field.RECORDS}
        permit = access.disclose(actor, subject, purpose, fields=fields, as_it_was=known_at is not None, now=now)
        return Answer(actions.mark_of(permit, now=now, as_of=as_of, known_at=known_at).document)

    def print(self, data: Mapping[str, Any], *, as_json: bool) -> None:
        if as_json:
            super().print(data, as_json=as_json)
        else:
            self.stdout.write(written(parse(json.dumps(data).encode()), data["answer"]))
