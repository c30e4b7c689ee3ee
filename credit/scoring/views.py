"""Why is my mark what it is?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from credit.access.doors import subject_page
from credit.core.policy import Field, Permit
from credit.scoring import actions

DOCUMENT = "plainmark-recalculation.json"


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def mark(request: HttpRequest, permit: Permit) -> HttpResponse:
    """Why is it what it is, and not higher?"""
    found = actions.mark_of(permit, now=timezone.now())
    return render(request, "scoring/mark.html", {"permit": permit, "mark": found, "file": DOCUMENT})


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def document(request: HttpRequest, permit: Permit) -> HttpResponse:
    """The recalculation document, to be saved and run."""
    found = actions.mark_of(permit, now=timezone.now())
    # The attachment's name is the same for everybody: nothing of the subject stands in file names.
    headers = {"Content-Disposition": f'attachment; filename="{DOCUMENT}"'}
    return JsonResponse(found.document, json_dumps_params={"indent": 1, "ensure_ascii": False}, headers=headers)
