"""A subject's certified copies: order one, watch it being written, download it."""

from datetime import datetime
from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.errors import NotFound, TooMany, Unavailable
from credit.core.policy import Field, Permit
from credit.reports import actions
from credit.reports.forms import OrderForm
from credit.reports.layout import address_of
from credit.reports.models import Report

ROWS = 20


@require_http_methods(["GET", "POST"])
@subject_page(Field.REPORTS)
def reports(request: UserRequest, permit: Permit) -> HttpResponse:
    """My certified copies; POST orders one."""
    now = timezone.now()
    form = OrderForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        report = _ordered(request, permit, form, now=now)
        if report is not None:
            return redirect("reports:detail", permit.subject_public_id, report.public_id)
    page = Paginator(Report.objects.opened_by(permit).for_list(), ROWS).get_page(request.GET.get("page"))
    context = {"permit": permit, "page": page, "form": form, "busy": any(report.is_in_flight for report in page)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "reports/list.html", context, status=status)


@require_GET
@subject_page(Field.REPORTS)
def report(request: UserRequest, permit: Permit, report: str) -> HttpResponse:
    """Is it ready? Where do I get it, and how can others check it?"""
    found = _report(permit, report)
    return render(
        request, "reports/detail.html", {"permit": permit, "report": found, "address": address_of(found.code)}
    )


@require_GET
@subject_page(Field.REPORTS)
def download(request: UserRequest, permit: Permit, report: str) -> HttpResponse:
    """The PDF itself."""
    found = Report.objects.opened_by(permit).filter(public_id=report).first()
    if found is None:
        raise NotFound(_("There is no report with this serial."))
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"', "Cache-Control": "no-store"}
    return HttpResponse(actions.document(found), content_type="application/pdf", headers=headers)


def _ordered(request: UserRequest, permit: Permit, form: OrderForm, *, now: datetime) -> Report | None:
    """The report that a valid form orders; None where nothing can be said of its day, and then the form says why."""
    data = {name: form.cleaned_data[name] for name in ("kind", "language", "key")}
    try:
        return actions.order(permit, by=request.user, now=now, known_at=form.known_at, **data)
    except (Unavailable, TooMany) as refusal:
        form.add_error("on", str(refusal))
        return None


def _report(permit: Permit, serial: str) -> Report:
    found = Report.objects.opened_by(permit).for_list().filter(public_id=serial).first()
    if found is None:
        raise NotFound(_("There is no report with this serial."))
    return found
