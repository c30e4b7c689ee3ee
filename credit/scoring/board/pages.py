"""The scheme board's pages: which drafts wait for me, what would one do to whom? Imports like views."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit.access.actors import UserRequest
from credit.access.doors import for_role
from credit.core.clock import business_date
from credit.core.errors import Conflict, DomainError, Invalid
from credit.core.policy import Role
from credit.scoring.board import drafts, life, lifewords
from credit.scoring.board.forms import ReasonForm, SeenForm, TextForm
from credit.scoring.board.life import Move, Status
from credit.scoring.differences import changes
from credit.scoring.madeup import examples
from credit.scoring.models import Draft, DraftEvent, Scheme
from credit.scoring.showing import bands_of, shown_changes, weights_of
from credit.scoring.sums import worked

ROWS = 25
DECISIVE = frozenset({Move.APPROVE, Move.PUBLISH})
"""Moves for which a draft waits for somebody."""


@require_safe
@for_role(Role.BOARD)
def home(request: UserRequest) -> HttpResponse:
    """Which drafts are there, and what waits for me?"""
    now = timezone.now()
    page = Paginator(Draft.objects.for_list(), ROWS).get_page(request.GET.get("page"))
    standings = drafts.standings(page.object_list, request.user, now=now)
    rows = [(draft, bool(_moves(draft, standings[draft.pk]) & DECISIVE)) for draft in page.object_list]
    return render(request, "board/home.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.BOARD)
def new(request: UserRequest) -> HttpResponse:
    """Hand in a draft: all that is wrong with it is told at once."""
    context: dict[str, Any] = {"notice": life.notice_on(business_date(timezone.now())), "draft": None}
    if request.method != "POST":
        return render(request, "board/new.html", {"form": TextForm(), **context})
    form = TextForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            draft = drafts.start(form.content, by=request.user, now=timezone.now())
            messages.success(request, _("Handed in. Next, its effect is assessed."))
            return redirect("board:draft", draft.public_id)
    except (Invalid, Conflict) as refusal:
        context["faults"] = _faults(refusal)
    return render(request, "board/new.html", {"form": form, **context}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.BOARD)
def edit(request: UserRequest, draft: str) -> HttpResponse:
    """Put another text in a draft's place. Raises NotFound, NotAllowed."""
    found = Draft.objects.named(draft)
    context: dict[str, Any] = {"notice": life.notice_on(business_date(timezone.now())), "draft": found}
    if request.method != "POST":
        form = TextForm(initial={"text": found.text, "seen": found.steps})
        return render(request, "board/new.html", {"form": form, **context})
    form = TextForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            seen = form.cleaned_data["seen"]
            drafts.edit(draft, form.content, by=request.user, now=timezone.now(), seen=seen)
            messages.success(request, _("Changed. Its effect must be assessed anew, and it must be approved anew."))
            return redirect("board:draft", draft)
    except (Invalid, Conflict) as refusal:
        context["faults"] = _faults(refusal)
    return render(request, "board/new.html", {"form": form, **context}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_safe
@for_role(Role.BOARD)
def draft(request: UserRequest, draft: str) -> HttpResponse:
    """What would this scheme do to whom? Approve, publish. Raises NotFound."""
    return _draft_page(request, draft)


@require_safe
@for_role(Role.BOARD)
def text(request: UserRequest, draft: str) -> HttpResponse:
    """The draft's text, byte for byte. Raises NotFound."""
    found = Draft.objects.named(draft)
    name = f"{found.code}-{found.version}-draft.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.text.encode(), content_type="application/toml", headers=headers)


@require_POST
@for_role(Role.BOARD)
def approve(request: UserRequest, draft: str) -> HttpResponse:
    """POST: approve what was assessed. Raises NotFound, NotAllowed, Conflict."""
    found = drafts.approve(draft, by=request.user, now=timezone.now(), seen=_seen(request))
    done = found.status == Status.APPROVED
    messages.success(request, _("Approved. It can be published now.") if done else _("Approved. One more is needed."))
    return redirect("board:draft", draft)


@require_POST
@for_role(Role.BOARD)
def publish(request: UserRequest, draft: str) -> HttpResponse:
    """POST: publish what two members approved. Raises NotFound, NotAllowed, Conflict, Invalid."""
    drafts.publish(draft, by=request.user, now=timezone.now(), seen=_seen(request))
    messages.success(request, _("Published and signed. Everybody can read it now, before it comes into force."))
    return redirect("board:draft", draft)


@require_POST
@for_role(Role.BOARD)
def send_back(request: UserRequest, draft: str) -> HttpResponse:
    """POST: ask for another text. Raises NotFound, NotAllowed, Conflict."""
    form = ReasonForm(request.POST, prefix="back")
    if not form.is_valid():
        return _draft_page(request, draft, back=form)
    drafts.send_back(draft, by=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Sent back. Its effect must be assessed anew, and it must be approved anew."))
    return redirect("board:draft", draft)


@require_POST
@for_role(Role.BOARD)
def abandon(request: UserRequest, draft: str) -> HttpResponse:
    """POST: give a draft up. Raises NotFound, NotAllowed, Conflict."""
    form = ReasonForm(request.POST, prefix="up")
    if not form.is_valid():
        return _draft_page(request, draft, up=form)
    drafts.abandon(draft, by=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Given up. It stays readable here."))
    return redirect("board:home")


def _faults(refusal: DomainError) -> list[tuple[str, str]]:
    """What the page tells, so that nobody loses what they have pasted: each fault's path (or none) and a sentence."""
    return refusal.details.get("faults") or [("", str(refusal))]


def _seen(request: UserRequest) -> int:
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Conflict(lifewords.STALE)
    seen: int = form.cleaned_data["seen"]
    return seen


def _moves(draft: Draft, standing: life.Standing) -> frozenset[Move]:
    return life.moves(Status(draft.status), standing)


def _draft_page(
    request: UserRequest, public_id: str, *, back: ReasonForm | None = None, up: ReasonForm | None = None
) -> HttpResponse:
    now = timezone.now()
    today = business_date(now)
    found = Draft.objects.named(public_id)
    standing = drafts.standing_of(found, request.user, now=now)
    start = {"seen": found.steps}
    context = {
        "draft": found,
        "moves": _moves(found, standing),
        "bar": lifewords.REFUSED[standing.bar] if standing.bar and standing.member else "",
        "events": DraftEvent.objects.filter(draft=found).select_related("by").order_by("number"),
        "drawings": weights_of(found),
        "bands": bands_of(found),
        "rules": found.rules_by_kind["company"],
        "notice": life.notice_on(today),
        "earliest": life.notice_on(today).earliest(today),
        "back": back or ReasonForm(initial=start, prefix="back"),
        "up": up or ReasonForm(initial=start, prefix="up"),
        **_compared(found),
    }
    failed = next((form for form in (back, up) if form is not None), None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed is not None else HTTPStatus.OK
    return render(request, "board/draft.html", {**context, "form": failed}, status=status)


def _compared(draft: Draft) -> dict[str, Any]:
    """What the draft would change: against the version that it follows, which is or will be in force before it."""
    before = Scheme.objects.filter(code=draft.code, version__lt=draft.version).order_by("-version").first()
    day = draft.in_force_from
    after = [worked(draft, example, day) for example in examples()]
    if before is None:
        return {"before": None, "examples": [(None, one) for one in after]}
    found = changes((before.document, before.in_force_from), (draft.document, draft.in_force_from))
    pairs = zip([worked(before, example, day) for example in examples()], after, strict=True)
    return {"before": before, "changes": shown_changes(found, before, draft), "examples": list(pairs)}
