"""What the scheme board's members send: a text, a reason, and which step they have read."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LARGEST = 256 * 1024
"""Bytes of a scheme's file; the first one has about 16 KiB."""
LONGEST = 4000


class TextForm(forms.Form):
    """A scheme's TOML, as a file or pasted. A file goes before what is pasted."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("TOML in UTF-8. The newest version in force is a good start."),
        required=False,
        allow_empty_file=True,
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "pm-code"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """One of both is there, and isn't too large."""
        answers = dict(super().clean() or {})
        if not self.errors and not answers.get("file") and not (answers.get("text") or "").strip():
            self.add_error("file", _("Choose a file, or paste its text."))
        if answers.get("file") and answers["file"].size > LARGEST:
            self.add_error("file", _("This file is too large for a scheme."))
        return answers

    @property
    def content(self) -> bytes:
        """The bytes; browsers write other line ends into what is pasted than the files have."""
        file = self.cleaned_data.get("file")
        content: bytes = file.read() if file else self.cleaned_data["text"].replace("\r\n", "\n").encode()
        return content


class SeenForm(forms.Form):
    """Carries the step after which the page was printed, so that nobody decides on what they haven't read."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(SeenForm):
    """Why a draft goes back, or is given up."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("It stays with the draft."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )
