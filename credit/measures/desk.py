"""The officials' desk: objections that wait for an answer. Imports like views.py."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from credit.access.actors import UserRequest
from credit.access.doors import for_role, look
from credit.core.clock import business_date
from credit.core.policy import Permit, Purpose, Role
from credit.measures import actions, rules, words
from credit.measures.conditions import condition
from credit.measures.forms import AnswerForm
from credit.measures.models import Objection
from credit.measures.parties import may_look, standing_of
from credit.measures.telling import Row
from credit.records.models import RecordVersion
from credit.records.words import Entry
from credit.subjects.models import Subject

ROWS = 25


@require_safe
@for_role(Role.OFFICIAL)
def queue(request: UserRequest) -> HttpResponse:
    """Which objections wait, whose measure starts first?"""
    page = Paginator(Objection.objects.for_queue(), ROWS).get_page(request.GET.get("page"))
    return render(request, "desk/objections.html", {"page": page, "today": business_date(timezone.now())})


@require_safe
@for_role(Role.OFFICIAL)
def objection(request: UserRequest, objection: str) -> HttpResponse:
    """What does the subject say, what does the list say, and what do I answer?"""
    return _page(request, objection)


@require_POST
@for_role(Role.OFFICIAL)
def take(request: UserRequest, objection: str) -> HttpResponse:
    """POST: take an objection from the queue."""
    actions.take(objection, by=request.user, now=timezone.now())
    return redirect("objections:detail", objection)


@require_POST
@for_role(Role.OFFICIAL)
def hand_back(request: UserRequest, objection: str) -> HttpResponse:
    """POST: give it back to the queue."""
    actions.hand_back(objection, by=request.user, now=timezone.now())
    messages.success(request, _("The objection is back in the queue."))
    return redirect("objections:list")


@require_POST
@for_role(Role.OFFICIAL)
def decide(request: UserRequest, objection: str) -> HttpResponse:
    """POST: answer it."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, objection, form)
    actions.decide(
        objection,
        permit=_look(request, objection),
        uphold=form.cleaned_data["decision"] == "uphold",
        reason=form.cleaned_data["reason"],
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("Answered. The person or company can read your reason now."))
    return redirect("objections:list")


def _look(request: UserRequest, public_id: str) -> Permit:
    """The official's look for this very objection. Raises NotFound, NotAllowed (no open ground)."""
    found = Objection.objects.for_desk().named(public_id)
    return look(request, found.measure.subject, Purpose.OBJECTION_REVIEW, about=found)


def _page(request: UserRequest, public_id: str, form: AnswerForm | None = None) -> HttpResponse:
    now = timezone.now()
    found = Objection.objects.for_desk().named(public_id)
    standing = standing_of(found, request.user, permit=None, now=now)
    context = {
        "objection": found,
        "moves": rules.moves(rules.Status(found.status), standing),
        "status_colour": words.STATUS_COLOUR[rules.Status(found.status)],
    }
    if standing.bars:
        context["bar"] = words.BARRED[rules.first_bar(standing.bars)]
    elif may_look(found, request.user):
        permit = _look(request, public_id)
        opened = Objection.objects.opened_by(permit).for_page().named(public_id)
        context |= {
            "permit": permit,
            "objection": opened,
            "row": Row(opened.measure),
            "condition": condition(opened.measure.entry),
            "subject": Subject.objects.opened_by(permit).get(),
            "record": _record(opened, permit, now=now),
            "form": form or AnswerForm(),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None else HTTPStatus.OK
    return render(request, "desk/objection.html", context, status=status)


def _record(objection: Objection, permit: Permit, *, now: datetime) -> Entry | None:
    """What the record says from which the measure follows; None where it follows from the mark, or is elsewhere now."""
    newest = RecordVersion.objects.opened_by(permit).newest().select_related("record__agency")
    version = newest.filter(record=objection.measure.record_id).first() if objection.measure.record_id else None
    return Entry(version, business_date(now)) if version else None
