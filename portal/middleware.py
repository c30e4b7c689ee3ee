"""Where refusals and lost services become pages, and where private pages are kept out of caches."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus

import kombu.exceptions
import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import is_valid_path
from django.utils.cache import patch_cache_control
from django.utils.http import escape_leading_slashes
from django.views import defaults

from credit.core.errors import DomainError
from credit.records.api import problems
from portal.bounded import TookTooLong

log = logging.getLogger(__name__)
Answerer = Callable[[HttpRequest], HttpResponse]
GONE = (
    OperationalError,
    InterfaceError,
    TookTooLong,
    redis.ConnectionError,
    redis.TimeoutError,
    kombu.exceptions.OperationalError,
)


class Machines:
    """Under /api every refusal is a document and none a page, whoever refuses; and nothing there is kept by a cache."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The first of all, so that every answer comes by here."""
        response = self.get_response(request)
        if not f"{request.path_info}/".startswith("/api/"):
            return response
        response = problems.of_page(response)
        patch_cache_control(response, no_store=True)
        return response


class NoSlash:
    """An address typed with a slash too many leads to the page; Django's own middleware adds one that is missing."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only where there is no such page, and there is one without the slash. Says nothing of what is behind it.

        Programs type nothing: what they ask for under another address isn't there.
        """
        response = self.get_response(request)
        path = request.path_info.rstrip("/")
        if response.status_code != HTTPStatus.NOT_FOUND or path == request.path_info or request.method != "GET":
            return response
        if not path or path.startswith("/api/") or is_valid_path(request.path_info) or not is_valid_path(path):
            return response
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(escape_leading_slashes(f"{path}?{query}" if query else path))


class ServicesGone:
    """PostgreSQL or Redis doesn't answer a view: a plain page with 503, which asks neither of them."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before or after the view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for what a view raises, before it makes a 500 of it."""
        return gone(error) if isinstance(error, GONE) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. What a middleware raises (a session that can't be read) comes here and nowhere else."""
    error = sys.exc_info()[1]
    return gone(error) if isinstance(error, GONE) else defaults.server_error(request)


def gone(error: BaseException) -> HttpResponse:
    """The plain page."""
    log.error("a service is gone: %s", type(error).__name__)
    response = HttpResponse(get_template("503.html").render({}), status=503)
    response["Retry-After"] = "10"
    return response


class Refusals:
    """A domain error becomes a page with its status. Anything else stays a 500."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before or after the view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The one place where refusals become pages."""
        if not isinstance(error, DomainError):
            return None
        return render(request, "refusal.html", {"error": error, "status": int(error.status)}, status=error.status)


class Private:
    """Whatever a signed-in person sees is kept by no cache."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the answer."""
        response = self.get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response
