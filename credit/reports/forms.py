"""Ordering a report, and handing one in to be checked."""

import secrets
from datetime import datetime

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date
from credit.core.errors import TooLarge
from credit.records.asking import ThenForm
from credit.reports.checking import FILE_LIMIT
from credit.reports.content import Kind, Language
from credit.reports.models import KIND_NAMES, LANGUAGE_NAMES

KIND_WORDS = {
    Kind.FULL: _("Everything: the mark, each record, and the whole computation"),
    Kind.SUMMARY: _("Summary: the mark and what each category adds or costs"),
    Kind.COUNTERPARTY: _("For a counterparty: the mark only"),
}
assert KIND_WORDS.keys() == KIND_NAMES.keys()


def _own_language() -> str:
    return str(Language.CHINESE if (get_language() or "").startswith("zh") else Language.ENGLISH)


class OrderForm(ThenForm):
    """Which report, of today or as it was known when an earlier day ended. `key` makes two clicks one order."""

    field_order = ("kind", "language", "on", "key")
    at = None  # type: ignore[assignment]  # so Django takes an inherited field away: a report is of a whole day
    kind = forms.TypedChoiceField(
        label=_("What should it say?"),
        choices=list(KIND_WORDS.items()),
        coerce=Kind,
        widget=forms.RadioSelect,
        initial=Kind.FULL,
        error_messages={"required": _("Choose what it should say."), "invalid_choice": _("Choose one of these.")},
    )
    language = forms.TypedChoiceField(
        label=_("In which language?"),
        choices=list(LANGUAGE_NAMES.items()),
        coerce=Language,
        widget=forms.RadioSelect,
        initial=_own_language,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose one of these.")},
    )
    on = forms.DateField(
        label=_("As the portal knew it on an earlier day (optional)"),
        help_text=_("For example 2026-03-01: the copy then says what was known when that day ended. Empty: today."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("This isn't a day. Write it as 2026-03-01.")},
    )
    key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        initial=lambda: secrets.token_hex(16),
        error_messages={"required": _("This order came without its number. Load the page again.")},
    )

    @property
    def known_at(self) -> datetime | None:
        """The moment that is asked for; None for today, which isn't over. Only for a valid form."""
        return None if self.day == business_date(self.now) else super().known_at


class CodeForm(forms.Form):
    """The code that is printed on a report."""

    code = forms.CharField(
        label=pgettext_lazy("report", "Code"),
        help_text=_("It stands beside the QR code, like 8KQ2-M4TZ-7HJ3-9XWD."),
        max_length=40,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FileForm(forms.Form):
    """A report's PDF file."""

    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("We check it and don't keep it. At most 5 MB."),
        error_messages={"required": _("Choose the PDF file."), "empty": _("This file is empty. Choose the PDF file.")},
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        """The bytes. Raises TooLarge."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > FILE_LIMIT:
            raise TooLarge(_("This file is larger than 5 MB. Reports of ours are smaller."))
        return bytes(file.read())
