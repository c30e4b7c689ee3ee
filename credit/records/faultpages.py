"""What an officer does about faults: saves them, mends them in a spreadsheet, or accepts a row despite one."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from credit.access.actors import UserRequest
from credit.access.doors import for_agency
from credit.core.errors import Conflict, Invalid
from credit.identity.models import Organisation
from credit.records import actions, faultlist
from credit.records.faultsheet import fault_sheet
from credit.records.forms import AcceptanceForm
from credit.records.overriding import acceptable_fault
from credit.records.refusals import sentence
from credit.records.submissionpage import of_agency, told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@for_agency
def sheet(request: UserRequest, agency: Organisation, submission: str) -> HttpResponse:
    """The delivery as a spreadsheet with its faulty cells marked; `?rows=faulty`: without the sound rows."""
    found = of_agency(agency, submission)
    only_faulty = request.GET.get("rows") == "faulty"
    made = fault_sheet(found, only_faulty=only_faulty)
    return _attached(made.data, XLSX, f"faults-{found.public_id}.xlsx")


@require_GET
@for_agency
def listed(request: UserRequest, agency: Organisation, submission: str) -> HttpResponse:
    """All faults as CSV, a line each."""
    found = of_agency(agency, submission)
    return _attached(faultlist.as_csv(found), "text/csv; charset=utf-8", f"faults-{found.public_id}.csv")


@require_http_methods(["GET", "POST"])
@for_agency
def accept(request: UserRequest, agency: Organisation, submission: str, line: int, fault: str) -> HttpResponse:
    """Why should this row be accepted although a check failed? POST: it is, and the file is checked again."""
    found = of_agency(agency, submission)
    form = AcceptanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.accept_row(
                found.public_id, line=line, code=fault, reason=reason, by=request.user, now=timezone.now()
            )
        except Invalid as refusal:
            if refusal.code != "reason":
                raise
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("The row is accepted. The file is being checked again with it."))
            return redirect("agency:submission", agency.code, found.public_id)
    faulty = acceptable_fault(found, line, fault)
    if faulty is None:
        raise Conflict(_("There is no such fault any more, or it can't be accepted. Go back to the delivery."))
    context = told(found) | {"agency": agency, "fault": faulty, "sentence": sentence(faulty), "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "records/accept.html", context, status=status)


def _attached(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
