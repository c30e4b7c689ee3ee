"""The officials' desk: which marks wait for a human, and what do I answer? Imports like views.py."""

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
from credit.core.policy import Permit, Purpose, Role
from credit.scoring.actions import mark_of
from credit.scoring.models import Review
from credit.scoring.reviews import actions, rules, words
from credit.scoring.reviews.forms import AnswerForm
from credit.scoring.reviews.rules import Move
from credit.subjects.models import Subject

ROWS = 25


@require_GET
@for_role(Role.OFFICIAL)
def queue(request: UserRequest) -> HttpResponse:
    """Which marks wait for a human?"""
    page = Paginator(Review.objects.for_queue(), ROWS).get_page(request.GET.get("page"))
    return render(request, "desk/reviews.html", {"page": page, "today": business_date(timezone.now())})


@require_GET
@for_role(Role.OFFICIAL)
def case(request: UserRequest, review: str) -> HttpResponse:
    """What does the subject ask, how was the mark made, and what do I answer?"""
    return _page(request, review)


@require_POST
@for_role(Role.OFFICIAL)
def take(request: UserRequest, review: str) -> HttpResponse:
    """POST: take a review."""
    actions.take(review, by=request.user, now=timezone.now())
    return redirect("reviews:detail", review)


@require_POST
@for_role(Role.OFFICIAL)
def hand_back(request: UserRequest, review: str) -> HttpResponse:
    """POST: give a review back to the desk."""
    actions.hand_back(review, by=request.user, now=timezone.now())
    messages.success(request, _("The review is back on the desk."))
    return redirect("reviews:list")


@require_POST
@for_role(Role.OFFICIAL)
def answer(request: UserRequest, review: str) -> HttpResponse:
    """POST: answer."""
    now = timezone.now()
    actions.follow(Review.objects.for_desk().named(review), Move.ANSWER, request.user, now=now)
    permit = _look(request, review)
    form = _form(permit, request)
    if not form.is_valid():
        return _page(request, review, form)
    seen = form.cleaned_data["seen"]
    actions.answer(review, permit=permit, said=form.said, by=request.user, now=now, seen=seen)
    messages.success(request, _("Answered. The person or company can read it now."))
    return redirect("reviews:list")


def _look(request: UserRequest, review: str) -> Permit:
    """The official's look for this very review. Raises NotFound, NotAllowed (no open ground)."""
    found = Review.objects.for_desk().named(review)
    return look(request, found.subject, Purpose.MARK_REVIEW, about=found)


def _form(permit: Permit, request: UserRequest | None = None) -> AnswerForm:
    mark = mark_of(permit, now=timezone.now()).for_others()
    lines = [*mark.lines, *mark.idle]
    if request is not None:
        return AnswerForm(request.POST, lines=lines)
    return AnswerForm(lines=lines, initial={"seen": actions.revision_of(permit)})


def _page(request: UserRequest, name: str, form: AnswerForm | None = None) -> HttpResponse:
    now = timezone.now()
    review = Review.objects.for_desk().named(name)
    standing = actions.standing_of(review, request.user, permit=None, now=now)
    moves = rules.moves(rules.Status(review.status), standing)
    context: dict[str, object] = {"review": review, "moves": moves, "today": business_date(now)}
    if standing.bars:
        context["bar"] = words.BARRED[rules.first_bar(standing.bars)]
    elif actions.may_look(review, request.user):
        permit = _look(request, name)
        context |= {
            "permit": permit,
            "review": Review.objects.opened_by(permit).select_related("taken_by").named(name),
            "subject": Subject.objects.opened_by(permit).get(),
            "form": form or (_form(permit) if Move.ANSWER in moves else None),
            "mark": mark_of(permit, now=now).for_others(),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None else HTTPStatus.OK
    return render(request, "desk/review.html", context, status=status)
