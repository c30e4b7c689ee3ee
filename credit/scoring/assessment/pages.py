"""What would a scheme do to whom? The board's order and pages, and the public ones. Imports like views."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from credit.access.actors import UserRequest
from credit.access.doors import anyone, for_role
from credit.core.cells import csv_file
from credit.core.errors import NotFound
from credit.core.policy import Role
from credit.scoring.assessment import assessing
from credit.scoring.assessment.models import Assessment
from credit.scoring.impact import tables
from credit.scoring.models import Draft, Scheme


@require_POST
@for_role(Role.BOARD)
def assess(request: UserRequest, draft: str) -> HttpResponse:
    """POST: have it counted what a draft would do. Raises NotFound, NotAllowed, Conflict."""
    order = assessing.order(draft, by=request.user, now=timezone.now())
    done = _("It was counted today already: this is what came out.") if order.is_done else _("It is being counted.")
    messages.success(request, done)
    return redirect("board:impact", draft)


@require_safe
@for_role(Role.BOARD)
def of_draft(request: UserRequest, draft: str) -> HttpResponse:
    """All that was counted of the text that a draft has now, how far it is, or the button. Raises NotFound."""
    found = Draft.objects.named(draft)
    context = {"draft": found, "assessment": found.assessment, "name": found.name, "version": found.version}
    return render(request, "scoring/draft_impact.html", context)


@require_safe
@for_role(Role.BOARD)
def draft_json(request: UserRequest, draft: str) -> HttpResponse:
    """The same as it is kept. Raises NotFound."""
    return _json(_done(Draft.objects.named(draft).assessment))


@require_safe
@for_role(Role.BOARD)
def draft_csv(request: UserRequest, draft: str) -> HttpResponse:
    """The same as one long table. Raises NotFound."""
    return _csv(_done(Draft.objects.named(draft).assessment))


@require_safe
@anyone
def of_scheme(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """What did a published version do to whom, as it was counted before? Raises NotFound."""
    scheme, found = _of_scheme(request, code, version)
    others = [one for one in Assessment.objects.of_scheme(scheme.sha256) if one.pk != found.pk]
    context = {"scheme": scheme, "assessment": found, "others": others, "name": scheme.name, "version": version}
    return render(request, "scoring/impact.html", context)


@require_safe
@anyone
def scheme_json(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The same, byte for byte as it is kept and journalled. Raises NotFound."""
    return _json(_of_scheme(request, code, version)[1])


@require_safe
@anyone
def scheme_csv(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The same as one long table. Raises NotFound."""
    return _csv(_of_scheme(request, code, version)[1])


def _of_scheme(request: HttpRequest, code: str, version: int) -> tuple[Scheme, Assessment]:
    """A published version and its newest assessment, or the one of the day that is asked for (?as-of=)."""
    scheme = Scheme.objects.filter(code=code, version=version).first()
    if scheme is None:
        raise NotFound(_("There is no such scheme. The list shows every version there ever was."))
    finished = list(Assessment.objects.of_scheme(scheme.sha256))
    asked = request.GET.get("as-of")
    chosen = next((one for one in finished if asked in (None, one.as_of.isoformat())), None)
    if chosen is None:
        raise NotFound(
            _("There is no such assessment. The first version of all moved nobody from one mark to another.")
        )
    return scheme, chosen


def _done(assessment: Assessment | None) -> Assessment:
    if assessment is None or not assessment.is_done:
        raise NotFound(assessing.NOT_YET)
    return assessment


def _json(assessment: Assessment) -> HttpResponse:
    return _file(assessment, assessment.result.text.encode(), "json", "application/json")


def _csv(assessment: Assessment) -> HttpResponse:
    data = csv_file(tables.COLUMNS, tables.lines(assessment.result.tree))
    return _file(assessment, data, "csv", "text/csv; charset=utf-8")


def _file(assessment: Assessment, data: bytes, ending: str, content_type: str) -> HttpResponse:
    scheme = assessment.result.tree["scheme"]
    name = f"impact-{scheme['code']}-{scheme['version']}-{assessment.as_of.isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)
