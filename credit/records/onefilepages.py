"""The officials' desk for one file: whose numbers and records are in it, and the way back from each such act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import for_role, look
from credit.core.errors import Conflict, Invalid, NotAllowed, NotFound
from credit.core.identifiers import Identifier, IdentifierKind, mask
from credit.core.policy import Permit, Purpose, Role
from credit.records import moving, numbers, onefile
from credit.records.filepages import NUMBERS
from credit.records.models import RecordMove, RecordVersion
from credit.records.onefileforms import AttachForm, DetachForm, RecordsForm, UndoForm
from credit.records.versions import VersionQuerySet
from credit.subjects.models import NumberAct, Subject, SubjectIdentifier
from credit.vault import actions as vault

ROWS = 25
DONE = _("Done. You can undo it under “What officials did here”.")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that an official did, as the page tells it."""

    id: str
    title: str
    by: str
    at: datetime
    reason: str
    undoes: bool
    undone: bool

    @property
    def label(self) -> str:
        """The act and its moment, to choose it by."""
        return f"{self.title} · {date_format(timezone.localtime(self.at), 'DATETIME_FORMAT')}"


@require_GET
@for_role(Role.OFFICIAL)
def show(request: UserRequest, subject: str) -> HttpResponse:
    """Which numbers and records are in this file?"""
    found = onefile.found(subject)
    if found.public_id != subject:  # it was joined with another
        return redirect("files:file", found.public_id)
    try:
        numbers.require_official(request.user, found, timezone.now())
    except NotAllowed as refusal:
        return render(request, "desk/file.html", {"file": found, "refusal": str(refusal)})
    if not onefile.may_look(found, request.user):
        return render(request, "desk/file.html", {"file": found})
    return _page(request, _look(request, found))


@require_POST
@for_role(Role.OFFICIAL)
def open_it(request: UserRequest, subject: str) -> HttpResponse:
    """POST: open the file to put it right."""
    found = onefile.open_file(subject, by=request.user, now=timezone.now())
    return redirect("files:file", found.public_id)


@require_POST
@for_role(Role.OFFICIAL)
def close_it(request: UserRequest, subject: str) -> HttpResponse:
    """POST: nothing more is to be done with the file."""
    onefile.close_file(subject, by=request.user, now=timezone.now())
    return redirect("files:list")


@require_POST
@for_role(Role.OFFICIAL)
def attach(request: UserRequest, subject: str) -> HttpResponse:
    """POST: give the file one more number."""
    permit = _opened(request, subject)
    if permit is None:
        return redirect("files:file", subject)
    file = onefile.found(subject)
    form = AttachForm(request.POST)
    if _carried_out(request, form, "number", lambda said: numbers.attach_to(file, **said)):
        return redirect("files:file", subject)
    return _page(request, permit, form)


@require_POST
@for_role(Role.OFFICIAL)
def detach(request: UserRequest, subject: str) -> HttpResponse:
    """POST: take a number off the file."""
    permit = _opened(request, subject)
    if permit is None:
        return redirect("files:file", subject)
    form = DetachForm(request.POST, held=_held(permit))
    if _carried_out(request, form, "number", lambda said: numbers.detach(**said)):
        return redirect("files:file", subject)
    return _page(request, permit, form)


@require_POST
@for_role(Role.OFFICIAL)
def move(request: UserRequest, subject: str) -> HttpResponse:
    """POST: move records of the file to another one."""
    permit = _opened(request, subject)
    if permit is None:
        return redirect("files:file", subject)
    asked = request.POST.getlist("move-records")[: moving.AT_ONCE]
    held = _records(permit).filter(record__public_id__in=asked)
    form = RecordsForm(request.POST, records=list(held.values_list("record__public_id", flat=True)))
    if _carried_out(request, form, "to", lambda said: moving.move_records(**said)):
        return redirect("files:file", subject)
    return _page(request, permit, form)


@require_GET
@for_role(Role.OFFICIAL)
def acts(request: UserRequest, subject: str) -> HttpResponse:
    """What have officials done with this file?"""
    permit = _opened(request, subject)
    return redirect("files:file", subject) if permit is None else _acts_page(request, permit)


@require_POST
@for_role(Role.OFFICIAL)
def undo(request: UserRequest, subject: str) -> HttpResponse:
    """POST: take an earlier act back."""
    permit = _opened(request, subject)
    if permit is None:
        return redirect("files:file", subject)
    form = UndoForm(request.POST, acts=_choices(_told(permit, _acts(request, permit))))
    if _carried_out(request, form, "act", lambda said: onefile.undo(said.pop("act"), **said)):
        return redirect("files:acts", subject)
    return _acts_page(request, permit, form)


def _carried_out(request: UserRequest, form: forms.Form, field: str, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether what a form says was done; if not, why stands at its field. Raises NotAllowed."""
    if not form.is_valid():
        return False
    try:
        act({**form.cleaned_data, "by": request.user, "now": timezone.now()})
    except (NotFound, Invalid, Conflict) as refusal:
        form.add_error(field, str(refusal))
        return False
    messages.success(request, DONE)
    return True


def _opened(request: UserRequest, public_id: str) -> Permit | None:
    """The look of an official at a file that they opened; None, and a word of it, where they didn't."""
    file = onefile.found(public_id)
    numbers.require_official(request.user, file, timezone.now())
    if not onefile.may_look(file, request.user):
        messages.error(request, _("Open the file first."))
        return None
    return _look(request, file)


def _look(request: UserRequest, file: Subject) -> Permit:
    return look(request, file, Purpose.SUBJECT_MATCHING, about=file)


def _page(request: UserRequest, permit: Permit, faulty: forms.Form | None = None) -> HttpResponse:
    page = Paginator(_records(permit), ROWS).get_page(request.GET.get("page"))
    held = _held(permit)
    context = {
        "file": Subject.objects.opened_by(permit).get(),
        "numbers": [(NUMBERS[number.kind], mask(number.value)) for _label, number in held.values()],
        "page": page,
        "form": faulty,
        "attaching": faulty if isinstance(faulty, AttachForm) else AttachForm(),
        "detaching": faulty if isinstance(faulty, DetachForm) else DetachForm(held=held),
        "moving": faulty if isinstance(faulty, RecordsForm) else RecordsForm(records=[]),
        "opened": True,
    }
    status = HTTPStatus.OK if faulty is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "desk/file.html", context, status=status)


def _acts_page(request: UserRequest, permit: Permit, faulty: UndoForm | None = None) -> HttpResponse:
    page = _acts(request, permit)
    told = _told(permit, page)
    choices = _choices(told)
    context = {
        "id": permit.subject_public_id,
        "acts": told,
        "page": page,
        "form": faulty or UndoForm(acts=choices),
        "can_undo": bool(choices),
    }
    status = HTTPStatus.OK if faulty is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "desk/file_acts.html", context, status=status)


def _held(permit: Permit) -> dict[str, tuple[str, Identifier]]:
    """The file's numbers by their row, each with how it is shown."""
    held = {}
    for item in SubjectIdentifier.objects.opened_by(permit).order_by("pk"):
        kind = IdentifierKind(item.kind)
        held[str(item.pk)] = (_shown(kind, bytes(item.token)), _number(kind, bytes(item.token)))
    return held


def _number(kind: IdentifierKind, token: bytes) -> Identifier:
    return Identifier(kind, vault.decrypt_identifier(kind, token))


def _shown(kind: IdentifierKind, token: bytes) -> str:
    return f"{NUMBERS[kind]} {mask(vault.decrypt_identifier(kind, token))}"


def _records(permit: Permit) -> VersionQuerySet:
    return RecordVersion.objects.opened_by(permit).current().for_list()


def _acts(request: UserRequest, permit: Permit) -> "Page[tuple[datetime, str, str]]":
    return Paginator(onefile.acts_of(permit), ROWS).get_page(request.GET.get("page"))


def _told(permit: Permit, page: "Page[tuple[datetime, str, str]]") -> list[Act]:
    """The acts of one page of the list, in its order."""
    ids = [public_id for _at, public_id, _sort in page]
    related = ("by", "undone_by")
    given = NumberAct.objects.opened_by(permit).filter(public_id__in=ids).select_related(*related)
    moved = RecordMove.objects.opened_by(permit).filter(public_id__in=ids).select_related(*related, "source", "target")
    told = [_act(act, _given(act)) for act in given] + [_act(act, _moved(act, permit)) for act in moved]
    return sorted(told, key=lambda act: ids.index(act.id))


def _act(act: NumberAct | RecordMove, title: str) -> Act:
    undone = hasattr(act, "undone_by")
    return Act(act.public_id, title, str(act.by), act.at, act.reason, act.undoes_id is not None, undone)


def _given(act: NumberAct) -> str:
    number = _shown(IdentifierKind(act.kind), bytes(act.token))
    if act.act == NumberAct.Kind.ATTACH:
        return gettext("Attached: %(number)s") % {"number": number}
    return gettext("Taken off: %(number)s") % {"number": number}


def _moved(act: RecordMove, permit: Permit) -> str:
    count = len(act.records)
    if act.source_id == permit.subject_id:
        text = ngettext("%(count)d record moved to file %(file)s", "%(count)d records moved to file %(file)s", count)
        return text % {"count": count, "file": act.target.public_id}
    text = ngettext("%(count)d record came from file %(file)s", "%(count)d records came from file %(file)s", count)
    return text % {"count": count, "file": act.source.public_id}


def _choices(told: list[Act]) -> list[tuple[str, str]]:
    return [(act.id, act.label) for act in told if not act.undone]
