"""The subject's pages: what is held on me, from whom, until when, and how each record came to say what it says."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.clock import business_date
from credit.core.errors import NotFound
from credit.core.policy import Field, Permit
from credit.records.models import AgencyProfile, Record, RecordVersion
from credit.records.words import Entry, history

ROWS = 25


@require_GET
@subject_page(Field.RECORDS)
def records(request: UserRequest, permit: Permit) -> HttpResponse:
    """What do they hold on me, from whom, until when?"""
    today = business_date(timezone.now())
    held = RecordVersion.objects.opened_by(permit).newest().for_list()
    page = Paginator(held, ROWS).get_page(request.GET.get("page"))
    entries = [Entry(version, today) for version in page.object_list]
    return render(request, "records/list.html", {"permit": permit, "page": page, "entries": entries})


@require_GET
@subject_page(Field.RECORDS)
def record(request: UserRequest, permit: Permit, record: str) -> HttpResponse:
    """What is this record, where does it come from, and what changed in it?"""
    found = Record.objects.opened_by(permit).select_related("agency__profile").filter(public_id=record).first()
    if found is None:
        raise NotFound(
            _("There is no such record in this file. Go back to the list of records and open it from there.")
        )
    versions = list(RecordVersion.objects.opened_by(permit).history_of(found))
    entry = Entry(versions[0], business_date(timezone.now()))
    context = {
        "permit": permit,
        "record": found,
        "entry": entry,
        "steps": history(versions),
        "legal_basis": _legal_basis(found),
    }
    return render(request, "records/detail.html", context)


def _legal_basis(found: Record) -> str:
    profile: AgencyProfile | None = getattr(found.agency, "profile", None)
    return profile.legal_basis if profile else ""
