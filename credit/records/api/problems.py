"""Every refusal under /api as one document: RFC 9457, application/problem+json. `type` leads to its explanation."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext

from credit.core.errors import DomainError, TooMany
from credit.records.deliveries import BUSY
from credit.records.notations.faults import Code, Fault, gettext_noop
from credit.records.refusals import Refused, as_json

SOON = "10"
"""Seconds after which to ask again, where a worker is at it."""

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"

TITLES: dict[str, str] = {
    "bad_request": gettext_noop("The request can't be understood"),
    "token_missing": gettext_noop("No access token"),
    "token_invalid": gettext_noop("The access token isn't valid"),
    "scope_missing": gettext_noop("The token doesn't let you do this"),
    "not_allowed": gettext_noop("This isn't allowed"),
    "not_found": gettext_noop("There is no such thing"),
    "method_not_allowed": gettext_noop("This method isn't possible here"),
    "conflict": gettext_noop("Somebody else was first, or it was done already"),
    "key_reused": gettext_noop("This key was used for another request"),
    "too_large": gettext_noop("The request is too large"),
    "media_type": gettext_noop("This content type isn't taken in"),
    "invalid": gettext_noop("The request doesn't say what it should"),
    "file_refused": gettext_noop("Nothing of this file was taken in"),
    "too_many": gettext_noop("Too many requests"),
    "internal": gettext_noop("Something went wrong on our side"),
    "unavailable": gettext_noop("A service is not there at the moment"),
}
"""What each kind of problem is called, by its code."""

BY_STATUS = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "token_missing",
    HTTPStatus.FORBIDDEN: "not_allowed",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media_type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
REFUSED = {
    Code.NOT_AUTHORISED: HTTPStatus.FORBIDDEN,
    Code.FILE_DUPLICATE: HTTPStatus.CONFLICT,
    Code.FILE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Statuses of files that aren't taken in; all others are 422."""
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class Unauthorised(DomainError):
    """No token, or none that is valid. HTTP 401."""

    status = HTTPStatus.UNAUTHORIZED
    code = "token_missing"


class WrongMediaType(DomainError):
    """A body of a kind that isn't taken in. HTTP 415."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "media_type"


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The document: type, title, status, detail, and `faults` with the contract's codes where a file was refused."""
    title = gettext(TITLES.get(code, TITLES["conflict" if status == HTTPStatus.CONFLICT else "invalid"]))
    document: dict[str, Any] = {"type": f"{DOCS}#{code}", "title": title, "status": int(status)}
    if detail:
        document["detail"] = detail
    if faults:
        document["faults"] = [as_json(fault) for fault in faults]
    body = json.dumps(document | more, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def of_refusal(error: DomainError) -> HttpResponse:
    """The document for a refusal of the portal."""
    if isinstance(error, Refused):
        status = REFUSED.get(error.faults[0].code, HTTPStatus.UNPROCESSABLE_ENTITY)
        return problem(status, "file_refused", str(error), faults=error.faults)
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.details.get("wait", 1))
    if error.code == BUSY:
        headers["Retry-After"] = SOON
    if "challenge" in error.details:
        headers["WWW-Authenticate"] = f'Bearer realm="plainmark"{error.details["challenge"]}'
    code = error.code if error.code in TITLES else BY_STATUS.get(error.status, "invalid")
    return problem(error.status, code, str(error), headers=headers)


def of_page(response: HttpResponse) -> HttpResponse:
    """The same refusal as a document: for what others answered with a page. Anything else is returned as it is."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < HTTPStatus.BAD_REQUEST or kind.startswith((MEDIA_TYPE, "application/json")):
        return response
    other = "internal" if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad_request"
    code = BY_STATUS.get(HTTPStatus(response.status_code), other)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return problem(response.status_code, code, headers=headers)
