"""Why is my mark what it is, when did it change, and what if?"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from credit.access.doors import subject_page
from credit.core.policy import Field, Permit
from credit.scoring import actions
from credit.scoring.advice import advice_of
from credit.scoring.asking import WhatIfForm
from credit.scoring.history import history_of
from credit.scoring.whatif import Present

DOCUMENT = "plainmark-recalculation.json"


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def mark(request: HttpRequest, permit: Permit) -> HttpResponse:
    """Why is it what it is, and not higher?"""
    found = actions.mark_of(permit, now=timezone.now())
    context = {"permit": permit, "mark": found, "advice": advice_of(found), "file": DOCUMENT}
    return render(request, "scoring/mark.html", context)


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def history(request: HttpRequest, permit: Permit) -> HttpResponse:
    """When did it change, and by what?"""
    now = timezone.now()
    found = actions.mark_of(permit, now=now)  # first: it keeps today's mark, which is then the newest of the history
    changes = history_of(permit, number=request.GET.get("page"), now=now)
    context = {"permit": permit, "mark": found, "found": changes, "page": changes.page}
    return render(request, "scoring/history.html", context)


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def what_if(request: HttpRequest, permit: Permit) -> HttpResponse:
    """What if …? Answers in the page, and stores nothing."""
    present = Present(permit, now=timezone.now())
    form = WhatIfForm(request.GET or None, present=present)
    context = {"permit": permit, "form": form, "mark": present.mark}
    if form.is_valid():
        context["answer"] = present.answer(form.asked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "scoring/what_if.html", context, status=status)


@require_GET
@subject_page(Field.MARK, Field.RECORDS)
def document(request: HttpRequest, permit: Permit) -> HttpResponse:
    """The recalculation document, to be saved and run."""
    found = actions.mark_of(permit, now=timezone.now())
    # The attachment's name is the same for everybody: nothing of the subject stands in file names.
    headers = {"Content-Disposition": f'attachment; filename="{DOCUMENT}"'}
    return JsonResponse(found.document, json_dumps_params={"indent": 1, "ensure_ascii": False}, headers=headers)
