"""The subject's pages: where cases stand, filing one, adding to it, taking it back."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.clock import business_date
from credit.core.errors import Conflict
from credit.core.policy import Field, Permit
from credit.disputes import actions, rules, words
from credit.disputes.forms import FilingForm, InformationForm
from credit.disputes.models import Dispute, DisputeEvent
from credit.disputes.parties import standing_of
from credit.records.words import Entry

ROWS = 25


@require_GET
@subject_page(Field.DISPUTES)
def cases(request: UserRequest, permit: Permit) -> HttpResponse:
    """Where do my cases stand?"""
    page = Paginator(Dispute.objects.opened_by(permit).for_list(), ROWS).get_page(request.GET.get("page"))
    today = business_date(timezone.now())
    return render(request, "disputes/list.html", {"permit": permit, "page": page, "today": today})


@require_GET
@subject_page(Field.DISPUTES, Field.RECORDS)
def case(request: UserRequest, permit: Permit, case: str) -> HttpResponse:
    """What has happened in this case, what was decided and why?"""
    return _case_page(request, permit, case, InformationForm())


@require_http_methods(["GET", "POST"])
@subject_page(Field.DISPUTES, Field.RECORDS)
def file(request: UserRequest, permit: Permit, record: str) -> HttpResponse:
    """This record is wrong."""
    form = FilingForm(request.POST if request.method == "POST" else None)
    try:
        version = actions.disputable(record, permit=permit)
        if request.method == "POST" and form.is_valid():
            filed = actions.file(record, permit=permit, by=request.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Your dispute is filed. Everyone who looks at the record sees it now."))
            return redirect("disputes:detail", permit.subject_public_id, filed.public_id)
    except Conflict as refusal:
        context = {"permit": permit, "refusal": refusal, "open_case": refusal.details.get("dispute")}
        return render(request, "disputes/already_open.html", context, status=refusal.status)
    today = business_date(timezone.now())
    limit = rules.deadline("decision", today)
    context = {
        "permit": permit,
        "record": version.record,
        "entry": Entry(version, today),
        "form": form,
        "due_on": rules.due_on(today, limit),
        "source": words.source_of(limit),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "disputes/file.html", context, status=status)


@require_POST
@subject_page(Field.DISPUTES, Field.RECORDS)
def add_information(request: UserRequest, permit: Permit, case: str) -> HttpResponse:
    """POST: the subject adds to an open case."""
    form = InformationForm(request.POST)
    if not form.is_valid():
        return _case_page(request, permit, case, form)
    actions.add_information(case, permit=permit, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
    messages.success(request, _("Added. The officials who decide will read it."))
    return redirect("disputes:detail", permit.subject_public_id, case)


@require_POST
@subject_page(Field.DISPUTES)
def withdraw(request: UserRequest, permit: Permit, case: str) -> HttpResponse:
    """POST: the subject takes the dispute back."""
    actions.withdraw(case, permit=permit, by=request.user, now=timezone.now())
    messages.success(request, _("Withdrawn. The record is no longer shown as disputed."))
    return redirect("disputes:detail", permit.subject_public_id, case)


def _case_page(request: UserRequest, permit: Permit, case: str, form: InformationForm) -> HttpResponse:
    now = timezone.now()
    dispute = Dispute.objects.opened_by(permit).for_list().named(case)
    standing = standing_of(dispute, request.user, permit=permit, now=now)
    context = {
        "permit": permit,
        "dispute": dispute,
        "entry": Entry(actions.version_in_question(dispute, permit=permit), business_date(now)),
        "timeline": DisputeEvent.objects.opened_by(permit).timeline(dispute),
        "moves": rules.moves(rules.Status(dispute.status), standing),
        "form": form,
        "today": business_date(now),
        "days_left": dispute.days_left(now),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "disputes/detail.html", context, status=status)
