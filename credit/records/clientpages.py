"""The agency's programs: which may submit for us, and who answers for each."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from credit.access.actors import UserRequest
from credit.access.doors import for_agency, shown_recently
from credit.core.errors import Conflict
from credit.identity.models import Organisation
from credit.records import actions
from credit.records.models import ApiClient
from credit.records.notations.faults import CONTROL
from credit.records.programs import Kind

KINDS = {
    Kind.SUBMIT: gettext_lazy("Hands over files and records, and reads what became of them"),
    Kind.RELEASE: gettext_lazy("Releases what another officer, or another officer's program, delivered"),
}


class ProgramForm(forms.Form):
    """A program that is to act for the agency."""

    name = forms.CharField(
        label=gettext_lazy("What is the program called?"),
        help_text=gettext_lazy("A name by which your colleagues know it."),
        max_length=80,
        error_messages={"required": gettext_lazy("Give the program a name.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=[(kind.value, text) for kind, text in KINDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what it may do.")},
    )

    def clean_name(self) -> str:
        """Without control characters."""
        name: str = self.cleaned_data["name"]
        if CONTROL.search(name):
            raise forms.ValidationError(_("There are invisible control characters in the name. Type it anew."))
        return name


@require_http_methods(["GET", "POST"])
@for_agency
@shown_recently
def clients(request: UserRequest, agency: Organisation) -> HttpResponse:
    """Which programs may submit for us? POST: register one; its secret is on this one answer and nowhere else."""
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = Kind(form.cleaned_data["kind"])
        try:
            made, secret = actions.admit_program(
                agency, name=form.cleaned_data["name"], kind=kind, by=request.user, now=timezone.now()
            )
        except Conflict as taken:
            form.add_error("name", str(taken))
        else:
            context = {"agency": agency, "program": made, "secret": secret, "base": request.build_absolute_uri("/")}
            return render(request, "records/client_made.html", context, status=HTTPStatus.CREATED)
    told = [(program, KINDS[Kind(program.kind)]) for program in ApiClient.objects.of_agency(agency)]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "records/clients.html", {"agency": agency, "form": form, "programs": told}, status=status)


@require_POST
@for_agency
@shown_recently
def end(request: UserRequest, agency: Organisation, client: str) -> HttpResponse:
    """POST: the program is shut out at once."""
    ended = actions.end_program(agency, client, by=request.user, now=timezone.now())
    messages.success(
        request, _("“%(name)s” has ended. Its secret and its tokens open nothing any more.") % {"name": ended.name}
    )
    return redirect("agency:clients", agency.code)
