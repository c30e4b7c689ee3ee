"""The API's addresses, each with its door: django-ninja's own start and description pages are left out."""

from django.urls import URLPattern, path

from credit.access.doors import for_programs
from credit.records.api import description
from credit.records.api.endpoints import api
from credit.records.api.token import token


def _opened(pattern: URLPattern) -> URLPattern:
    pattern.callback = for_programs(pattern.callback)
    return pattern


api_urls = [
    path("", description.index, name="index"),
    path("openapi.json", description.openapi, name="openapi"),
    path("docs", description.docs, name="docs"),
    *(_opened(found) for found in api.urls[0] if isinstance(found, URLPattern) and found.name != "api-root"),
]
oauth_urls = [path("token", token, name="token")]
