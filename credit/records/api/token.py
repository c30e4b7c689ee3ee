"""`POST /oauth/token`: a program shows its id and secret (RFC 6749, 4.4) and gets a token for an hour.

The work is allauth's. Here its door stands: how often one may knock, and that every refusal is JSON.
"""

from http import HTTPStatus

from allauth.core.internal import ratelimit
from allauth.idp.oidc.views import token as issue
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from credit.access.doors import for_programs

GRANT = "client_credentials"


@for_programs
def token(request: HttpRequest) -> HttpResponseBase:
    """An access token, or an error as RFC 6749, 5.2 has it."""
    if request.method != "POST":
        return _refused("invalid_request", HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "POST"})
    rate = {"token": f"{settings.API_TOKENS_A_MINUTE}/m/ip"}
    if not ratelimit.consume(request, app="credit.records.api", action="token", config=rate):
        return _refused("temporarily_unavailable", HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "60"})
    if request.POST.get("grant_type") != GRANT:
        return _refused("unsupported_grant_type")
    if "resource" in request.POST:
        return _refused("invalid_target")
    try:
        issued: HttpResponseBase = issue(request)
    except (ValidationError, ValueError, DataError):  # e.g. a NUL in the client's id, which no database looks for
        return _refused("invalid_request")
    return issued


def _refused(
    error: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST, headers: dict[str, str] | None = None
) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers=headers)
