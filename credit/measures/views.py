"""The subject's pages: what follows from it for me, where; one measure; objecting; what would follow."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.clock import business_date
from credit.core.policy import Field, Permit
from credit.measures import actions, rules
from credit.measures.conditions import condition
from credit.measures.deriving import mark_if_any
from credit.measures.forms import ObjectionForm, WhatIfForm, agencies_that_punish
from credit.measures.models import Measure, Objection
from credit.measures.rules import Kind, State, Status
from credit.measures.telling import Row, consequences_of
from credit.measures.whatif import outcome_of

PAGE = (Field.MEASURES, Field.RECORDS, Field.MARK)


@require_safe
@subject_page(*PAGE)
def measures(request: UserRequest, permit: Permit) -> HttpResponse:
    """What follows from it for me, where?"""
    found = consequences_of(permit, number=request.GET.get("page"), now=timezone.now())
    return render(request, "measures/list.html", {"permit": permit, "found": found, "page": found.page})


@require_safe
@subject_page(*PAGE)
def measure(request: UserRequest, permit: Permit, measure: str) -> HttpResponse:
    """What is this measure, why, from when to when, whom do I ask, and how do I object?"""
    return _measure_page(request, permit, measure, ObjectionForm())


@require_POST
@subject_page(*PAGE)
def object_to(request: UserRequest, permit: Permit, measure: str) -> HttpResponse:
    """POST: object to a measure."""
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _measure_page(request, permit, measure, form)
    now = timezone.now()
    actions.bring_up_to_date(permit, now=now)
    actions.file(measure, permit=permit, reason=form.cleaned_data["reason"], by=request.user, now=now)
    messages.success(request, _("Your objection is filed. What hasn't started yet waits for the answer."))
    return redirect("measures:detail", permit.subject_public_id, measure)


@require_POST
@subject_page(*PAGE)
def withdraw(request: UserRequest, permit: Permit, objection: str) -> HttpResponse:
    """POST: take an objection back."""
    closed = actions.withdraw(objection, permit=permit, by=request.user, now=timezone.now())
    messages.success(request, _("Your objection is taken back. The measure starts as it was announced."))
    return redirect("measures:detail", permit.subject_public_id, closed.measure.public_id)


@require_safe
@subject_page(*PAGE)
def what_if(request: UserRequest, permit: Permit) -> HttpResponse:
    """What would follow from an event, before it happens?"""
    now = timezone.now()
    today = business_date(now)
    mark = mark_if_any(permit, now=now)
    bands = [band.name for band in mark.rules.bands] if mark else []
    asked = request.GET if request.GET.get("event") else None
    form = WhatIfForm(asked, agencies=agencies_that_punish(), bands=bands, on=today)
    context = {"permit": permit, "form": form}
    if asked is not None and form.is_valid():
        event, agency = form.cleaned_data["event"], form.cleaned_data["agency"]
        context["outcome"] = outcome_of(event, permit, agency=agency, mark=mark, now=now)
        context["asked"] = dict(form.fields["event"].choices)[event.code]  # type: ignore[attr-defined]
        context["agency"] = agency
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "measures/what_if.html", context, status=status)


def _measure_page(request: UserRequest, permit: Permit, public_id: str, form: ObjectionForm) -> HttpResponse:
    now = timezone.now()
    actions.bring_up_to_date(permit, now=now)
    found = Measure.objects.opened_by(permit).for_list().named(public_id)
    objections = list(Objection.objects.opened_by(permit).filter(measure=found).for_page().order_by("-filed_at", "-pk"))
    earlier = tuple(Status(one.status) for one in objections)
    context = {
        "permit": permit,
        "row": Row(found),
        "measure": found,
        "entry": found.entry,
        "condition": condition(found.entry),
        "objections": objections,
        "objectable": rules.objectable(Kind(found.entry.kind), State(found.state), earlier),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "measures/detail.html", context, status=status)
