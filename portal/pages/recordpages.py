"""A subject's records: what is held on me, from whom, until when, what it costs, and what the portal said earlier."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.errors import Invalid, NotFound
from credit.core.policy import Field, Permit
from credit.disputes.models import Dispute
from credit.measures.telling import following_from
from credit.records import cuts
from credit.records.asking import AskForm, ThenForm
from credit.records.cuts import Asked
from credit.records.models import AgencyProfile, Record, RecordVersion
from credit.records.provenance import said_again
from credit.records.remedies import remedy_of
from credit.records.words import history
from portal.pages.holdings import Then, holdings_of, seen_since

PAGE = (Field.RECORDS, Field.MARK, Field.DISPUTES, Field.LOOKS, Field.MEASURES)


@require_safe
@subject_page(*PAGE)
def records(request: UserRequest, permit: Permit) -> HttpResponse:
    """What do they hold on me, from whom, until when?"""
    now = timezone.now()
    form = AskForm(request.GET, sources=cuts.sources_of(permit), now=now)
    context = {"permit": permit, "form": form, "query": _query(request)}
    if not form.is_valid():
        return render(request, "records/list.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    context["found"] = holdings_of(permit, form.asked, number=request.GET.get("page"), now=now)
    return render(request, "records/list.html", context)


@require_safe
@subject_page(*PAGE)
def record(request: UserRequest, permit: Permit, record: str) -> HttpResponse:
    """What is this record, where does it come from, what does it cost, when does it end, and what can I do?"""
    now = timezone.now()
    form = ThenForm(request.GET, now=now)
    if not form.is_valid():
        raise Invalid(" ".join(str(error) for errors in form.errors.values() for error in errors))
    asked = Asked(day=form.day, known_at=form.known_at)
    found = _record(permit, record, asked)
    versions = _versions(permit, found, asked)
    then = Then(permit, asked, now=now)
    context = {
        "permit": permit,
        "record": found,
        "asked": asked,
        "query": _query(request),
        "holding": then.holding(versions[0]),
        "steps": history(versions),
        "remedy": remedy_of(versions[0], asked.day),
        "said_again": said_again(found, asked.known_at),
        "legal_basis": _legal_basis(found),
        "disputes": list(Dispute.objects.opened_by(permit).filter(record=found).for_list())
        if not asked.known_at
        else [],
        "measures": following_from(found, permit, now=now, mark=then.mark) if not asked.known_at else [],
        "seen": seen_since(permit, found.created_at, until=asked.known_at, user=request.user),
    }
    return render(request, "records/detail.html", context)


def _record(permit: Permit, public_id: str, asked: Asked) -> Record:
    """A record of the file as it was at the moment that is asked about: one that went to another file since is told
    of from its days in this one. Raises NotFound."""
    records = Record.objects.opened_by(permit)
    if asked.known_at is not None:
        records = Record.objects.filter(pk__in=cuts.known(permit, asked.known_at).values("record"))
    found = records.select_related("agency__profile").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(
            _("There is no such record in this file. Go back to the list of records and open it from there.")
        )
    return found


def _versions(permit: Permit, found: Record, asked: Asked) -> list[RecordVersion]:
    """What the portal said of a record at the moment that is asked about, and before. Raises NotFound."""
    if asked.known_at is None:
        return list(RecordVersion.objects.of_records_opened_by(permit).history_of(found))
    said = cuts.known(permit, asked.known_at).filter(record=found).first()
    if said is None:
        raise NotFound(_("The portal said nothing of this record then. Go back to the list, or to today."))
    return list(RecordVersion.objects.told_with(permit, said))


def _query(request: UserRequest) -> str:
    """What follows an address, so that the filter and the day go with the reader from page to page."""
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _legal_basis(found: Record) -> str:
    profile: AgencyProfile | None = getattr(found.agency, "profile", None)
    return profile.legal_basis if profile else ""
