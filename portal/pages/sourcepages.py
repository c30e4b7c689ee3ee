"""The public pages on where the data comes from, and the same as open data."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from credit.access.doors import anyone
from credit.core.cells import csv_file
from credit.core.clock import business_date
from credit.core.errors import NotFound
from credit.records import sources as words
from credit.records.words import CATEGORIES
from portal.pages import sources

PAGE_SECONDS = 60
DATA_SECONDS = 600
CSV = "text/csv; charset=utf-8"


@require_safe
@anyone
@cache_control(private=True, max_age=PAGE_SECONDS)
def index(request: HttpRequest) -> HttpResponse:
    """Where does the data come from, under which law?"""
    context = {
        "sources": sources.all_sources(timezone.now()),
        "brought": words.brought_by_subjects(),
        "longest_kept": words.longest_kept(),
        "licence": sources.LICENCE,
        **_never_taken(),
    }
    return render(request, "sources/index.html", context)


@require_safe
@anyone
@cache_control(private=True, max_age=PAGE_SECONDS)
def agency(request: HttpRequest, agency: str) -> HttpResponse:
    """What may this agency submit, and how is each of its marks converted? Raises NotFound."""
    now = timezone.now()
    found = next((source for source in sources.all_sources(now) if source.agency.code == agency), None)
    if found is None:
        raise NotFound(_("There is no such source. The list shows every agency that may submit records."))
    shown = [words.shown(code) for code in found.notations]
    context: dict[str, Any] = {
        "source": found,
        "category": CATEGORIES.get(found.agency.profile.category, found.agency.profile.category),
        "notations": [(notation, _in_force(notation, business_date(now))) for notation in shown],
        "longest_kept": words.longest_kept(),
        **_never_taken(),
    }
    return render(request, "sources/agency.html", context)


@require_safe
@anyone
@conditional_page
@cache_control(public=True, max_age=DATA_SECONDS)
def as_json(request: HttpRequest) -> HttpResponse:
    """All sources, their conversion tables, and what is never taken in, as JSON."""
    return JsonResponse(sources.document(timezone.now()), json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
@anyone
@conditional_page
@cache_control(public=True, max_age=DATA_SECONDS)
def as_csv(request: HttpRequest) -> HttpResponse:
    """All agencies with their figures, as CSV."""
    return HttpResponse(csv_file(sources.AGENCY_COLUMNS, sources.agency_rows(timezone.now())), content_type=CSV)


@require_safe
@anyone
@conditional_page
@cache_control(public=True, max_age=DATA_SECONDS)
def conversions(request: HttpRequest) -> HttpResponse:
    """All lines of all conversion tables, as CSV."""
    return HttpResponse(csv_file(sources.CONVERSION_COLUMNS, sources.conversion_rows()), content_type=CSV)


def _in_force(notation: words.ShownNotation, today: date) -> int:
    """The version of its table that is in force."""
    return next((table.version for table in notation.tables if table.effective_from <= today), 0)


def _never_taken() -> dict[str, Any]:
    found, categories, origin = words.never_taken()
    return {"forbidden": found, "forbidden_categories": categories, "forbidden_source": origin}
