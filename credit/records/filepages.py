"""The officials' desk for files that may be about one and the same: which there are, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import for_role, look
from credit.core.errors import Conflict, DomainError, NotFound
from credit.core.identifiers import IdentifierKind, mask
from credit.core.policy import Field, Purpose, Role
from credit.records import merging
from credit.records.onefileforms import FileForm
from credit.records.pairforms import MoveForm, SuggestForm
from credit.subjects.mergings import MOVE_NAMES
from credit.subjects.models import Merging, MergingStep, Subject, SubjectIdentifier
from credit.subjects.rules import WAITING, Move, Refusal, Status, moves
from credit.vault import actions as vault

ROWS = 25
NUMBERS = {
    IdentifierKind.USCC: _("Unified social credit code"),
    IdentifierKind.RESIDENT_ID: _("Resident ID"),
    IdentifierKind.PR_CARD: _("Permanent residence card"),
    IdentifierKind.PASSPORT: _("Passport"),
    IdentifierKind.HMT_PERMIT: _("Hong Kong, Macao or Taiwan resident's permit"),
    IdentifierKind.LEI: _("Legal entity identifier"),
    IdentifierKind.REGISTER: _("Company register number"),
}
COLOURS = {Status.MERGED: "green", Status.NOTED: "blue", Status.DISMISSED: "grey", Status.UNDONE: "grey"}
COMPARED = (Field.NAME, Field.IDENTIFIERS)
DANGEROUS = (Move.CONFIRM, Move.CONFIRM_UNDO)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two files, as far as it is opened to compare them."""

    id: str
    name: str
    since: datetime
    numbers: list[tuple[str, str]]


@require_GET
@for_role(Role.OFFICIAL)
def pairs(request: UserRequest) -> HttpResponse:
    """Which files may be about one and the same?"""
    return _list(request)


@require_POST
@for_role(Role.OFFICIAL)
def suggest(request: UserRequest) -> HttpResponse:
    """POST: bring two files together, by a number of each."""
    form = SuggestForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    try:
        made = merging.suggest(
            form.cleaned_data["first"], form.cleaned_data["second"], by=request.user, now=timezone.now()
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _list(request, form)
    return redirect("files:pair", made.public_id)


@require_POST
@for_role(Role.OFFICIAL)
def find(request: UserRequest) -> HttpResponse:
    """POST: go to one file. Which number led there stands in no address."""
    form = FileForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    return redirect("files:file", form.cleaned_data["file"].public_id)


@require_GET
@for_role(Role.OFFICIAL)
def pair(request: UserRequest, pair: str) -> HttpResponse:
    """Are these two files about the same?"""
    return _page(request, pair)


@require_POST
@for_role(Role.OFFICIAL)
def look_at(request: UserRequest, pair: str) -> HttpResponse:
    """POST: open both files to compare them."""
    merging.look_at(pair, by=request.user, now=timezone.now())
    return redirect("files:pair", pair)


@require_POST
@for_role(Role.OFFICIAL)
def move(request: UserRequest, pair: str) -> HttpResponse:
    """POST: propose, confirm, send back, dismiss; and the same to part what was joined."""
    found = _found(pair)
    now = timezone.now()
    form = MoveForm(request.POST, merging=found, moves=_moves(found, request, now))
    asked = request.POST.get("move", "")
    if asked not in set(Move):
        raise Conflict(_("Choose what to do with these files."))
    if not form.is_valid():
        return _page(request, pair, form)
    answers = form.cleaned_data
    merging.move(pair, Move(asked), by=request.user, now=now, **answers)
    messages.success(request, _("Done. It stands in the history of both files."))
    return redirect("files:pair", pair)


def _list(request: UserRequest, faulty: SuggestForm | FileForm | None = None) -> HttpResponse:
    page = Paginator(Merging.objects.settled(), ROWS).get_page(request.GET.get("page"))
    context = {"waiting": Merging.objects.waiting()[:ROWS], "page": page, "faulty": faulty}
    context["form"] = faulty if isinstance(faulty, SuggestForm) else SuggestForm()
    context["opening"] = faulty if isinstance(faulty, FileForm) else FileForm()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faulty is not None else HTTPStatus.OK
    return render(request, "desk/files.html", context, status=status)


def _page(request: UserRequest, public_id: str, form: MoveForm | None = None) -> HttpResponse:
    found = _found(public_id)
    now = timezone.now()
    context: dict[str, object] = {"pair": found, "colour": COLOURS.get(Status(found.status), "yellow")}
    possible = _moves(found, request, now)
    if merging.standing_of(found, request.user, now=now).party:
        context["refusal"] = merging.REFUSED[Refusal.PARTY]
    elif merging.may_look(found, request.user):
        context["sides"] = [_side(request, found, subject) for subject in (found.survivor, found.absorbed)]
        context["steps"] = MergingStep.objects.of(found)
        context["moves"] = [(made.value, MOVE_NAMES[made], made in DANGEROUS) for made in possible]
        start = {"seen": found.steps_taken, "survivor": found.survivor.public_id}
        context["form"] = form or MoveForm(initial=start, merging=found, moves=possible)
        context["waits"] = found.status in WAITING
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None else HTTPStatus.OK
    return render(request, "desk/pair.html", context, status=status)


def _moves(found: Merging, request: UserRequest, now: datetime) -> list[Move]:
    return moves(Status(found.status), merging.standing_of(found, request.user, now=now))


def _found(public_id: str) -> Merging:
    found = Merging.objects.for_desk().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such pair of files."))
    return found


def _side(request: UserRequest, found: Merging, subject: Subject) -> Side:
    """One file, through a look of its own: each of the two subjects sees it."""
    permit = look(request, subject, Purpose.SUBJECT_MATCHING, fields=COMPARED, about=found, as_it_was=True)
    opened = Subject.objects.opened_by(permit).get()
    numbers = [
        (str(NUMBERS[IdentifierKind(item.kind)]), mask(vault.decrypt_identifier(item.kind, bytes(item.token))))
        for item in SubjectIdentifier.objects.opened_by(permit).filter(subject=subject).order_by("pk")
    ]
    return Side(opened.public_id, opened.name, opened.created_at, numbers)
