"""The agency's pages: what was delivered, what is faulty, what waits for release."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import for_agency
from credit.identity.models import Organisation
from credit.records import actions
from credit.records.forms import DeliveryForm, ReleaseForm, WithdrawalForm
from credit.records.models import Registration, Submission
from credit.records.moves import Status
from credit.records.refusals import Refused, sentence
from credit.records.submissionpage import context_of, of_agency, told

ROWS = 25


@require_http_methods(["GET", "POST"])
@for_agency
def home(request: UserRequest, agency: Organisation) -> HttpResponse:
    """What did we deliver, what is faulty, what waits for release? POST: deliver a file."""
    now = timezone.now()
    allowed = list(Registration.objects.at(now).filter(agency=agency).values_list("notation", flat=True))
    form = DeliveryForm(request.POST or None, request.FILES or None, notations=allowed)
    if request.method == "POST" and form.is_valid():
        file, notation = form.cleaned_data["file"], form.cleaned_data["notation"]
        try:
            made = actions.receive(file, filename=file.name, agency=agency, notation=notation, by=request.user, now=now)
        except Refused as refusal:
            for fault in refusal.faults:
                form.add_error("file", sentence(fault))
        else:
            messages.success(request, _("The file has arrived. It is being checked now."))
            return redirect("agency:submission", agency.code, made.public_id)
    deliveries = Submission.objects.of_agency(agency)
    page = Paginator(deliveries, ROWS).get_page(request.GET.get("page"))
    context = {
        "agency": agency,
        "form": form,
        "page": page,
        "deliveries": [told(submission) for submission in page.object_list],
        "waiting": [told(submission) for submission in deliveries.waiting_for_release()[:ROWS]],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "records/agency.html", context, status=status)


@require_GET
@for_agency
def submission(request: UserRequest, agency: Organisation, submission: str) -> HttpResponse:
    """Which rows are faulty, what would change, release?"""
    return _page(request, agency, of_agency(agency, submission))


@require_POST
@for_agency
def release(request: UserRequest, agency: Organisation, submission: str) -> HttpResponse:
    """POST: a second officer releases it."""
    found = of_agency(agency, submission)
    form = ReleaseForm(request.POST, faulty=bool(found.faults_found), accepted=found.overrides.count())
    if not form.is_valid():
        return _page(request, agency, found, release_form=form)
    partial = form.cleaned_data.get("partial", False)
    released = actions.release(found.public_id, by=request.user, now=timezone.now(), partial=partial)
    if released.status == Status.RELEASED:
        messages.success(request, _("Released. The people and companies concerned see it from now on."))
    else:
        messages.success(
            request, _("It is being published. The people and companies concerned see it when that is done.")
        )
    return redirect("agency:submission", agency.code, found.public_id)


@require_POST
@for_agency
def withdraw(request: UserRequest, agency: Organisation, submission: str) -> HttpResponse:
    """POST: the submission is taken back as a whole."""
    found, form = of_agency(agency, submission), WithdrawalForm(request.POST)
    if not form.is_valid():
        return _page(request, agency, found, withdrawal_form=form)
    reason = form.cleaned_data["reason"]
    withdrawn = actions.withdraw(found.public_id, reason=reason, by=request.user, now=timezone.now())
    if withdrawn.status == Status.WITHDRAWN:
        messages.success(request, _("Withdrawn. Every record says again what it said before."))
    else:
        messages.success(
            request, _("It is being withdrawn. Every record says again what it said before when that is done.")
        )
    return redirect("agency:submission", agency.code, found.public_id)


def _page(
    request: UserRequest,
    agency: Organisation,
    found: Submission,
    *,
    release_form: ReleaseForm | None = None,
    withdrawal_form: WithdrawalForm | None = None,
) -> HttpResponse:
    context = context_of(found, agency, request.user, request.GET)
    asked = release_form or withdrawal_form
    faulty, accepted = bool(found.faults_found), len(context["accepted_rows"])
    context |= {
        "release_form": release_form or ReleaseForm(faulty=faulty, accepted=accepted),
        "withdrawal_form": withdrawal_form or WithdrawalForm(),
        "form": asked,
    }
    answer = HTTPStatus.UNPROCESSABLE_ENTITY if asked is not None and asked.errors else HTTPStatus.OK
    return render(request, "records/submission.html", context, status=answer)
