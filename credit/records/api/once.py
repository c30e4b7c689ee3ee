"""Idempotency-Key: whoever lost an answer asks again with the same key, and what was asked is still done once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, Invalid
from credit.records.api.callers import Caller
from credit.records.api.problems import of_refusal
from credit.records.models import ApiAnswer

TAKE = """
    INSERT INTO records_apianswer (program_id, key, request, status, location, body, at)
    VALUES (%s, %s, %s, 0, '', '', %s) ON CONFLICT (program_id, key) DO NOTHING RETURNING id
"""
"""Waits for whoever holds the same key at this moment, and gets no row if they have answered."""

FORGET = "DELETE FROM records_apianswer WHERE id = %s"
KEEP = "UPDATE records_apianswer SET status = %s, location = %s, body = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a status, a JSON text, and where to look next."""

    status: int
    body: str
    location: str = ""
    replayed: bool = False

    def response(self) -> HttpResponse:
        """As HTTP."""
        kind = "application/json" if self.status < 400 else "application/problem+json"
        response = HttpResponse(self.body, status=self.status, content_type=kind)
        if self.location:
            response["Location"] = self.location
        if self.replayed:
            response["Idempotency-Replayed"] = "true"
        return response


def once(caller: Caller, key: str | None, request: tuple[str, ...], act: Callable[[], Answer]) -> Answer:
    """`act`, or what it answered before under the same key. `request` says what was asked, in full.

    What succeeded, and what was refused for what it says, is kept. What was refused for where things stood (409) isn't:
    they may stand elsewhere by the next time, and nothing was done. So is anything else.
    Raises Invalid, code "key_reused", where the key stands for another request, and what `act` raises.
    """
    if key is None:
        return act()
    asked = _digest("\0".join(request))
    with transaction.atomic():
        row = _take(caller, _digest(key), asked)
        if row is None:
            return _given_before(caller, _digest(key), asked)
        answer, refusal = _answer_of(act)
        with connection.cursor() as cursor:
            if answer.status == HTTPStatus.CONFLICT:
                cursor.execute(FORGET, [row])
            else:
                cursor.execute(KEEP, [answer.status, answer.location, answer.body, row])
    if refusal is not None:
        raise refusal
    return answer


def _answer_of(act: Callable[[], Answer]) -> tuple[Answer, Invalid | Conflict | None]:
    """What is answered; of a refusal what is kept of it, and the refusal."""
    try:
        return act(), None
    except (Invalid, Conflict) as refusal:
        refused = of_refusal(refusal)
        return Answer(refused.status_code, refused.content.decode()), refusal


def _take(caller: Caller, key: str, asked: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [caller.program.pk, key, asked, caller.now])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _given_before(caller: Caller, key: str, asked: str) -> Answer:
    known = ApiAnswer.objects.get(program=caller.program, key=key)
    if known.request != asked:
        raise Invalid(_("This Idempotency-Key stands for another request. Choose a new one."), code="key_reused")
    return Answer(known.status, known.body, known.location, replayed=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
