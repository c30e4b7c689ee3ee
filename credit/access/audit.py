"""The auditor's pages. Each view of one is itself in the journal."""

from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from credit.access import actions, lines, words
from credit.access.actors import UserRequest, actor_of
from credit.access.doors import for_role
from credit.access.forms import LooksFilter
from credit.access.models import Disclosure
from credit.core.policy import Purpose, Role, System
from credit.ledger.models import Entry, TreeHead

LOOKS = 50
HEADS = 5
REFUSALS = 20
SYSTEM = "system:"  # what the journal calls the portal's own parts begins so


@require_GET
@for_role(Role.AUDITOR)
def home(request: UserRequest) -> HttpResponse:
    """Is the journal in order, and who was refused?"""
    now = timezone.now()
    rule = actions.audit(actor_of(request, now=now), page="home", now=now)
    counts = Disclosure.objects.audited_under(rule).by_purpose_since(now)
    context = {
        "heads": list(TreeHead.objects.newest_first()[:HEADS]),
        "pending": Entry.objects.pending().count(),
        "counts": [(words.PURPOSES[Purpose(purpose)], count) for purpose, count in counts],
        "refusals": [_refusal(entry) for entry in Entry.objects.latest_of("access.refused", REFUSALS)],
    }
    return render(request, "access/audit.html", context)


@require_GET
@for_role(Role.AUDITOR)
def looks(request: UserRequest) -> HttpResponse:
    """Who looked at what, in which capacity, and why?"""
    now = timezone.now()
    form = LooksFilter(request.GET or None)
    asked: dict[str, Any] = {"purpose": "", "role": "", "since": None, "until": None}
    if form.is_valid():
        asked = form.cleaned_data
    number = request.GET.get("page", "1")[:9]
    said = {name: str(value) for name, value in asked.items() if value}
    rule = actions.audit(actor_of(request, now=now), page="looks", number=number, now=now, **said)
    found = Disclosure.objects.audited_under(rule).matching(**asked).for_page()
    page = Paginator(found, LOOKS).get_page(number)
    context = {"form": form, "page": page, "lines": [lines.for_auditor(look) for look in page.object_list]}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return render(request, "access/audit_looks.html", context, status=status)


def _refusal(entry: Entry) -> dict[str, Any]:
    """A refused look as the page prints it; the portal itself by its capacity, everybody else by public number."""
    told = entry.told()
    _, system, name = str(told.get("by", "")).rpartition(SYSTEM)
    if system:
        told["by"] = words.CAPACITIES[System(name)]
    if facts := told.get("facts"):
        told["purpose"] = words.PURPOSES[Purpose(facts["purpose"])]
    return told
