"""Refusals as data: what was refused, and what to do next. Pages and commands print them in one place."""

from http import HTTPStatus
from typing import Any


class DomainError(Exception):
    """Something the portal refuses to do. The message is for the person who asked, in their language."""

    status = HTTPStatus.BAD_REQUEST
    code = "error"

    def __init__(self, message: Any = "", *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """What was sent doesn't say what it should. HTTP 422."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class NotAllowed(DomainError):
    """The one table of rules doesn't allow it. HTTP 403."""

    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or nothing that this person may know of. HTTP 404."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(DomainError):
    """Somebody else changed this first, or it was already done. HTTP 409."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class TooLarge(DomainError):
    """More bytes than are accepted. HTTP 413."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"


class TooMany(DomainError):
    """More requests than are answered; `details["wait"]` is the seconds after which to ask again. HTTP 429."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many"


class Unavailable(DomainError):
    """A key or a service is missing: nothing is lost, and it goes on when that is back. HTTP 503."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
