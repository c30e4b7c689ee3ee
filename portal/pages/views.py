"""The start page, a subject's overview, and help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from credit.access.actors import UserRequest
from credit.access.doors import anyone, subject_page
from credit.core.errors import NotFound
from credit.core.policy import Field, Permit
from portal.pages.overview import overview_of

TOPICS = frozenset({"start", "mark", "wrong", "looks", "reports", "company"})
"""Each has a template help/<topic>.html."""


@require_safe
@anyone
def home(request: HttpRequest) -> HttpResponse:
    """What is this, and which door is mine?"""
    return render(request, "pages/home.html")


@require_safe
@anyone
def help_on(request: HttpRequest, topic: str) -> HttpResponse:
    """What does this mean, and what can I do?"""
    if topic not in TOPICS:
        raise NotFound(_("There is no help on this. The start of the help names what there is."))
    return render(request, f"help/{topic}.html")


@require_safe
@subject_page(Field.NAME, Field.MARK, Field.RECORDS, Field.DISPUTES, Field.REPORTS, Field.LOOKS, Field.MEASURES)
def overview(request: UserRequest, permit: Permit) -> HttpResponse:
    """What is my mark, what changed, what waits for me?"""
    found = overview_of(permit, request.user, now=timezone.now())
    return render(request, "pages/overview.html", {"permit": permit, "overview": found, "mark": found.mark})
