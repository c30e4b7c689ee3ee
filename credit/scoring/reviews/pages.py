"""May a human look at my mark again? The subject's page. Imports like views.py."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import subject_page
from credit.core.clock import business_date
from credit.core.policy import Field, Permit
from credit.scoring.models import Review
from credit.scoring.reviews import actions, rules, words
from credit.scoring.reviews.forms import AskForm

ROWS = 10


@require_http_methods(["GET", "POST"])
@subject_page(Field.MARK, Field.RECORDS)
def review(request: UserRequest, permit: Permit) -> HttpResponse:
    """May a human look at my mark again? POST asks for it."""
    form = AskForm(request.POST or None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        actions.ask(permit, reason=form.cleaned_data["reason"], by=request.user, now=now)
        messages.success(request, _("You have asked for it. An official reads what you wrote, and answers."))
        return redirect("scoring:review", permit.subject_public_id)
    own = Review.objects.opened_by(permit)
    limit = rules.limit_on(business_date(now))
    context = {
        "permit": permit,
        "form": form,
        "waiting": own.open().first(),
        "page": Paginator(own.for_list(), ROWS).get_page(request.GET.get("page")),
        "today": business_date(now),
        "due_on": rules.due_on(business_date(now), limit),
        "source": words.source_of(limit),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "scoring/review.html", context, status=status)


@require_POST
@subject_page(Field.MARK)
def withdraw(request: UserRequest, permit: Permit, review: str) -> HttpResponse:
    """POST: the subject takes it back."""
    actions.withdraw(review, permit=permit, by=request.user, now=timezone.now())
    messages.success(request, _("Withdrawn. Nobody looks into it any more."))
    return redirect("scoring:review", permit.subject_public_id)
