"""Why is my mark what it is; how is a mark made."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from credit.access.doors import anyone, subject_page
from credit.core.errors import NotFound
from credit.core.policy import Field, Permit
from credit.scoring import actions
from credit.scoring.advice import advice_of
from credit.scoring.asking import WhatIfForm
from credit.scoring.drawings import Bar, weights_picture
from credit.scoring.history import history_of
from credit.scoring.models import Scheme
from credit.scoring.rules import Category
from credit.scoring.whatif import Present
from credit.scoring.words import CategoryWords
from credit.subjects.models import Subject

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


@dataclass(frozen=True, slots=True)
class Row:
    """A category on the page of a scheme: its words, its numbers, its bar."""

    words: CategoryWords
    numbers: Category
    bar: Bar


@require_GET
@anyone
def schemes(request: HttpRequest) -> HttpResponse:
    """How is a mark made? Every version there ever was."""
    return render(request, "scoring/schemes.html", {"schemes": Scheme.objects.newest_first()})


@require_GET
@anyone
def scheme(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version: its weights as a picture and a table, the reasons, the bands. Raises NotFound."""
    found = Scheme.objects.filter(code=code, version=version).first()
    if found is None:
        raise NotFound(_("There is no such scheme. The list shows every version there ever was."))
    rules = found.rules_for(Subject.Kind.COMPANY)
    picture = weights_picture(rules.categories)
    numbers = {category.code: category for category in rules.categories}
    rows = [Row(found.categories[bar.code], numbers[bar.code], bar) for bar in picture.bars]
    bands = [
        {"name": band.name, "start": band.start, "meaning": found.meaning_of(band.name)}
        for band in sorted(rules.bands, key=lambda band: -band.start)
    ]
    context = {"scheme": found, "rules": rules, "picture": picture, "rows": rows, "bands": bands}
    return render(request, "scoring/scheme.html", context)
