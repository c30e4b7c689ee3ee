"""A subject carries away what is held on them, as files. The pages show points too: they are in portal/pages."""

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from credit.access import actions as access
from credit.access.actors import UserRequest, actor_of
from credit.access.doors import subject_page
from credit.core.policy import Field, Permit
from credit.records import exporting
from credit.subjects.models import Subject

FILE = "plainmark-records"
"""The same for everybody: nothing of the subject stands in file names."""


@require_GET
@subject_page(Field.RECORDS)
def csv_file(request: UserRequest, permit: Permit) -> HttpResponse:
    """All versions of all records, for a spreadsheet."""
    carried = _look(request, permit)
    data = exporting.as_csv(exporting.versions_to_export(carried))
    return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=_attached("csv"))


@require_GET
@subject_page(Field.RECORDS)
def json_file(request: UserRequest, permit: Permit) -> HttpResponse:
    """All versions of all records, for a program."""
    carried = _look(request, permit)
    tree = exporting.as_tree(carried, exporting.versions_to_export(carried), now=timezone.now())
    return JsonResponse(tree, json_dumps_params={"indent": 1, "ensure_ascii": False}, headers=_attached("json"))


def _look(request: UserRequest, permit: Permit) -> Permit:
    """A look of its own: what leaves the portal is listed each time, pages of one visit only once."""
    now = timezone.now()
    subject = Subject.objects.get(pk=permit.subject_id)
    actor = actor_of(request, now=now)
    return access.disclose(actor, subject, permit.purpose, fields={Field.RECORDS}, now=now)


def _attached(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{FILE}.{ending}"', "Cache-Control": "no-store"}
