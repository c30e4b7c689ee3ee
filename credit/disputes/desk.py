"""The officials' desk: which cases are due, and what happens to one. Imports like views.py."""

from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import for_role, look
from credit.core.clock import business_date
from credit.core.errors import Conflict
from credit.core.policy import Permit, Purpose, Role
from credit.disputes import actions, rules, words
from credit.disputes.forms import ProposalForm, ReasonForm, SeenForm
from credit.disputes.models import Dispute, DisputeEvent, Filter
from credit.disputes.parties import may_look, standing_of
from credit.disputes.rules import Move
from credit.records.models import RecordVersion
from credit.records.words import Entry, history
from credit.subjects.models import Subject

ROWS = 25


@require_GET
@for_role(Role.OFFICIAL)
def queue(request: UserRequest) -> HttpResponse:
    """What is due?"""
    asked = request.GET.get("cases", "")
    cut = Filter(asked) if asked in Filter.values else Filter.ALL
    page = Paginator(Dispute.objects.for_queue(cut, request.user), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "cut": cut.value, "cuts": Filter.choices, "today": business_date(timezone.now())}
    return render(request, "desk/queue.html", context)


@require_GET
@for_role(Role.OFFICIAL)
def case(request: UserRequest, case: str) -> HttpResponse:
    """What does the subject say, what does the record say, and what do I decide?"""
    return _case_page(request, case)


@require_POST
@for_role(Role.OFFICIAL)
def take(request: UserRequest, case: str) -> HttpResponse:
    """POST: take a case from the queue."""
    actions.take(case, by=request.user, now=timezone.now())
    return redirect("desk:case", case)


@require_POST
@for_role(Role.OFFICIAL)
def check(request: UserRequest, case: str) -> HttpResponse:
    """POST: open a proposed case to check it."""
    actions.check(case, by=request.user, now=timezone.now())
    return redirect("desk:case", case)


@require_POST
@for_role(Role.OFFICIAL)
def hand_back(request: UserRequest, case: str) -> HttpResponse:
    """POST: give a case back to the queue."""
    actions.hand_back(case, by=request.user, now=timezone.now())
    messages.success(request, _("The case is back in the queue."))
    return redirect("desk:queue")


@require_POST
@for_role(Role.OFFICIAL)
def propose(request: UserRequest, case: str) -> HttpResponse:
    """POST: propose a decision."""
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, form)
    answers = form.cleaned_data
    seen = answers.pop("seen")
    actions.propose(
        case,
        permit=_look(request, case),
        proposal=actions.Proposal(**answers),
        by=request.user,
        now=timezone.now(),
        seen=seen,
    )
    messages.success(request, _("Proposed. Another official must confirm it now."))
    return redirect("desk:case", case)


@require_POST
@for_role(Role.OFFICIAL)
def confirm(request: UserRequest, case: str) -> HttpResponse:
    """POST: decide as another official proposed."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Conflict(words.STALE)
    permit = _look(request, case)
    actions.confirm(case, permit=permit, by=request.user, now=timezone.now(), seen=form.cleaned_data["seen"])
    messages.success(request, _("Decided. The person or company can read the decision now."))
    return redirect("desk:queue")


@require_POST
@for_role(Role.OFFICIAL)
def send_back(request: UserRequest, case: str) -> HttpResponse:
    """POST: ask for another look."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case, form)
    permit = _look(request, case)
    actions.send_back(case, permit=permit, by=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Sent back. The official who has the case looks at it again."))
    return redirect("desk:queue")


def _look(request: UserRequest, case: str) -> Permit:
    """The official's look for this very case. Raises NotFound, NotAllowed (no open ground)."""
    dispute = Dispute.objects.for_desk().select_related("subject").named(case)
    return look(request, dispute.subject, Purpose.DISPUTE_REVIEW, about=dispute)


def _case_page(request: UserRequest, case: str, form: SeenForm | None = None) -> HttpResponse:
    now = timezone.now()
    dispute = Dispute.objects.for_desk().named(case)
    standing = standing_of(dispute, request.user, permit=None, now=now)
    moves = rules.moves(rules.Status(dispute.status), standing)
    today = business_date(now)
    context = {"dispute": dispute, "moves": moves, "today": today}
    if standing.bars:
        context["bar"] = words.BARRED[rules.first_bar(standing.bars)]
    elif may_look(dispute, request.user):
        permit = _look(request, case)
        context |= _seen(dispute, permit, today)
        context["form"] = form or _empty_form(dispute, moves)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None else HTTPStatus.OK
    return render(request, "desk/case.html", context, status=status)


def _seen(dispute: Dispute, permit: Permit, today: date) -> dict[str, object]:
    """What the permit opens of this case."""
    opened = Dispute.objects.opened_by(permit).for_case().named(dispute.public_id)
    versions = list(RecordVersion.objects.of_records_opened_by(permit).history_of(opened.record))
    return {
        "permit": permit,
        "dispute": opened,
        "entry": Entry(versions[0], today),
        "steps": history(versions),
        "subject": Subject.objects.opened_by(permit).get(),
        "timeline": DisputeEvent.objects.opened_by(permit).timeline(opened),
    }


def _empty_form(dispute: Dispute, moves: frozenset[Move]) -> SeenForm:
    start = {"seen": dispute.steps}
    return ProposalForm(initial=start) if Move.PROPOSE in moves else ReasonForm(initial=start)
