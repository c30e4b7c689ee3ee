"""Anyone's pages: is this report genuine, and is it still current?"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from credit.access.doors import anyone
from credit.core.publicid import read_aloud
from credit.reports import checking
from credit.reports.forms import CodeForm, FileForm


@anyone
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """By its code, or by the file itself."""
    if request.method == "POST" and "code" in request.POST:
        code_form = CodeForm(request.POST)
        if code_form.is_valid():
            return redirect("verify:code", read_aloud(code_form.cleaned_data["code"]) or "-")
        return _form(request, code_form, FileForm(), HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.method == "POST":
        file_form = FileForm(request.POST, request.FILES)
        if file_form.is_valid():
            checked = checking.by_file(file_form.cleaned_data["file"])
            return render(request, "reports/checked.html", {"checked": checked, "report": checked.report})
        return _form(request, CodeForm(), file_form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _form(request, CodeForm(), FileForm(), HTTPStatus.OK)


@anyone
@require_GET
def code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code opens."""
    report = checking.by_code(code)
    if report is None:
        context = {"code": code, "code_form": CodeForm(), "file_form": FileForm()}
        return render(request, "reports/unknown.html", context, status=HTTPStatus.NOT_FOUND)
    return render(request, "reports/code.html", {"report": report})


def _form(request: HttpRequest, code_form: CodeForm, file_form: FileForm, status: HTTPStatus) -> HttpResponse:
    bound = file_form if file_form.is_bound else code_form
    context = {"code_form": code_form, "file_form": file_form, "form": bound}
    return render(request, "reports/verify.html", context, status=status)
