"""All addresses. Contexts say what lies below; the capacity in which one acts is in the address."""

from typing import Any

from django.urls import URLPattern, include, path
from django.views.i18n import set_language

from credit.access import urls as access
from credit.access.doors import anyone
from credit.disputes import urls as disputes
from credit.ledger import urls as ledger
from credit.measures import urls as measures
from credit.records import urls as records
from credit.records.api import addresses as programs
from credit.reports import urls as reports
from credit.scoring import urls as scoring
from portal import health
from portal.pages import urls as pages


def part(patterns: list[URLPattern], namespace: str) -> Any:
    """A context's list of addresses under its namespace."""
    return include((patterns, namespace))


handler500 = "portal.middleware.server_error"
urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("language", anyone(set_language), name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("oauth/", part(programs.oauth_urls, "oauth")),
    path("api/v1/", part(programs.api_urls, "api")),
    path("", part(pages.public_urls, "site")),
    path("s/<str:subject>/", part(pages.subject_urls, "pages")),
    path("s/<str:subject>/", part(scoring.subject_urls, "scoring")),
    path("s/<str:subject>/", part([*records.subject_urls, *pages.record_urls], "records")),
    path("s/<str:subject>/", part(measures.subject_urls, "measures")),
    path("s/<str:subject>/", part(disputes.subject_urls, "disputes")),
    path("s/<str:subject>/", part(reports.subject_urls, "reports")),
    path("s/<str:subject>/", part(access.subject_urls, "access")),
    path("agency/<str:code>/", part(records.agency_urls, "agency")),
    path("desk/", part(disputes.desk_urls, "desk")),
    path("desk/", part(scoring.desk_urls, "reviews")),
    path("desk/", part(measures.desk_urls, "objections")),
    path("desk/files/", part(records.desk_urls, "files")),
    path("audit/", part(access.audit_urls, "audit")),
    path("", include(access.public_urls)),
    path("ledger/", part(ledger.public_urls, "ledger")),
    path("", part(measures.public_urls, "published-measures")),
    path("schemes/", part(scoring.public_urls, "schemes")),
    path("", part(scoring.calculator_urls, "calculator")),
    path("board/", part(scoring.board_urls, "board")),
    path("verify/", part(reports.public_urls, "verify")),
]
