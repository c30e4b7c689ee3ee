"""The public pages: which measures there are, under which law, in every version. Nothing of any subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from credit.access.doors import anyone
from credit.core.clock import business_date
from credit.core.errors import NotFound
from credit.measures import words
from credit.measures.conditions import condition
from credit.measures.listfile import FORMAT
from credit.measures.models import ListEntry, PublishedList

DATA_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry with its condition in words."""

    entry: ListEntry
    condition: str


@require_safe
@anyone
def lists(request: HttpRequest) -> HttpResponse:
    """Which measures are there, who applies them, because of what?"""
    in_force = list(PublishedList.objects.in_force(business_date(timezone.now())))
    context = {
        "lists": [(one, shown) for one, shown in _shown(in_force)],
        "versions": PublishedList.objects.newest_first(),
        "in_force": {one.pk for one in in_force},
    }
    return render(request, "measures/published.html", context)


@require_safe
@anyone
def published(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version as it was published. Raises NotFound."""
    found = PublishedList.objects.filter(code=code, version=version).first()
    if found is None:
        raise NotFound(words.NO_SUCH_LIST)
    (_list, shown), *_none = _shown([found])
    return render(request, "measures/version.html", {"list": found, "shown": shown})


@require_safe
@anyone
@conditional_page
@cache_control(public=True, max_age=DATA_SECONDS)
def as_json(request: HttpRequest) -> HttpResponse:
    """Every version ever published, as JSON in both languages."""
    found = list(PublishedList.objects.newest_first())
    entries = _by_list(found)
    tree = {"format": FORMAT, "lists": [_list_tree(one, entries.get(one.pk, ())) for one in found]}
    return JsonResponse(tree, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _shown(found: Sequence[PublishedList]) -> list[tuple[PublishedList, list[Shown]]]:
    entries = _by_list(found)
    return [(one, [Shown(entry, condition(entry)) for entry in entries.get(one.pk, ())]) for one in found]


def _by_list(found: Sequence[PublishedList]) -> dict[int, list[ListEntry]]:
    by_list: dict[int, list[ListEntry]] = {}
    for entry in ListEntry.objects.of(found):
        by_list.setdefault(entry.published_id, []).append(entry)
    return by_list


def _list_tree(one: PublishedList, entries: Sequence[ListEntry]) -> dict[str, Any]:
    return {
        "code": one.code,
        "version": one.version,
        "effective_from": one.effective_from.isoformat(),
        "published_at": one.published_at.isoformat(),
        "sha256": one.sha256,
        "words": one.words,
        "measures": [_entry_tree(entry) for entry in entries],
    }


def _entry_tree(entry: ListEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "agency": entry.agency.code,
        "kind": entry.kind,
        "individuals": entry.for_individuals,
        "companies": entry.for_companies,
        "notice_days": entry.notice_days,
        "when": {
            "categories": entry.categories,
            "notations": entry.notations,
            "at_most": entry.at_most,
            "at_least": entry.at_least,
            "bands": entry.bands,
        },
        "words": entry.words,
    }
