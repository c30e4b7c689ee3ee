"""What would a mark be, with records that one makes up? For anyone; nothing is kept. Imports like views.

It is sent by POST, so that what people try out with their own records stands in no address and in no log.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from credit.access.doors import anyone
from credit.core.clock import business_date
from credit.scoring.actions import scheme_in_force
from credit.scoring.calculatorforms import (
    FIRST,
    MOST,
    CalculatorForm,
    RecordFormSet,
    as_written,
    of_example,
    records_form,
)
from credit.scoring.madeup import examples
from credit.scoring.models import Scheme
from credit.scoring.sums import Sum, added_up

FILE = "plainmark-calculation.json"


@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def calculator(request: HttpRequest) -> HttpResponse:
    """A form; with POST its sum, one more line (`add`), or the recalculation document (`download`).

    Raises Unavailable where no scheme is published yet.
    """
    today = business_date(timezone.now())
    in_force = scheme_in_force(today)
    schemes = {scheme.public_id: scheme for scheme in Scheme.objects.newest_first()}
    if request.method != "POST":
        asked = {"scheme": in_force.public_id, "kind": "individual", "as_of": today}
        asked |= {key: request.GET[key] for key in ("scheme", "kind") if key in request.GET}
        chosen = [example for example in examples() if example.kind == request.GET.get("example")]
        rows = of_example(chosen[0], today) if chosen else []
        form = CalculatorForm(schemes, initial=asked)
        return _page(request, form, records_form(initial=rows, rows=max(FIRST, len(rows) + 1)))
    if "add" in request.POST:
        rows = as_written(request.POST)
        form = CalculatorForm(schemes, initial=request.POST.dict())
        return _page(request, form, records_form(initial=rows, rows=len(rows) + 1))
    form, records = CalculatorForm(schemes, request.POST), records_form(request.POST)
    if not (form.is_valid() and records.is_valid()):
        return _page(request, form, records, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    answers = form.cleaned_data
    found = added_up(answers["scheme"], answers["kind"], records.records, answers["as_of"])
    if "download" in request.POST:
        headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        return JsonResponse(found.document, json_dumps_params={"indent": 1, "ensure_ascii": False}, headers=headers)
    return _page(request, form, records, found=found)


def _page(
    request: HttpRequest,
    form: CalculatorForm,
    records: RecordFormSet,
    *,
    found: Sum | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    full = len(records.forms) >= MOST
    context: dict[str, Any] = {"form": form, "records": records, "sum": found, "file": FILE, "full": full}
    return render(request, "scoring/calculator.html", context, status=status)
