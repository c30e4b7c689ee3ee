"""Who looked at me; who may look at whom."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from credit.access import lines, words
from credit.access.actors import UserRequest
from credit.access.doors import anyone, subject_page
from credit.access.models import Disclosure
from credit.core.policy import RULES, SYSTEM_RULES, Field, Permit

LOOKS = 25
OWN_LOOKS = 10  # shown folded; the rest has pages of its own


@require_GET
@subject_page(Field.LOOKS)
def looks(request: UserRequest, permit: Permit) -> HttpResponse:
    """Who looked, why, what did they see?"""
    opened = Disclosure.objects.opened_by(permit)
    own = opened.own(request.user)
    only_own = "own" in request.GET
    shown = own if only_own else opened.by_others_than(request.user)
    page = Paginator(shown.for_page(), LOOKS).get_page(request.GET.get("page"))
    context = {
        "permit": permit,
        "page": page,
        "lines": [lines.for_subject(look) for look in page.object_list],
        "only_own": only_own,
        "own_count": own.count(),
        "own_lines": [] if only_own else [lines.for_subject(look) for look in own.for_page()[:OWN_LOOKS]],
    }
    return render(request, "access/looks.html", context)


@require_GET
@anyone
def rules(request: HttpRequest) -> HttpResponse:
    """Who may see what, and on which ground? Prints the table that the code runs."""
    table = [
        {
            "purpose": words.PURPOSES[rule.purpose],
            "capacity": words.CAPACITIES[rule.role],
            "ground": words.GROUNDS[rule.ground],
            "fields": words.fields_in_words(rule.fields),
            "minutes": rule.minutes,
            "second_factor": rule.second_factor,
            "basis": gettext(rule.basis),
        }
        for rule in RULES
    ]
    systems = [
        {
            "capacity": words.CAPACITIES[rule.system],
            "fields": words.fields_in_words(rule.fields),
            "basis": gettext(rule.basis),
        }
        for rule in SYSTEM_RULES
    ]
    return render(request, "access/rules.html", {"table": table, "systems": systems})
