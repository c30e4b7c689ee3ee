"""The auditor's filter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.access import words


class LooksFilter(forms.Form):
    """Which looks to list. Everything may stay empty."""

    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    role = forms.ChoiceField(label=_("Capacity"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = _choices(words.PURPOSES)  # type: ignore[attr-defined]
        self.fields["role"].choices = _choices(words.CAPACITIES)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end isn't before the beginning."""
        answers = super().clean() or {}
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error("until", _("Choose a day that is not before the first."))
        return answers


def _choices(texts: Any) -> list[tuple[str, Any]]:
    return [("", _("All")), *((code.value, text) for code, text in texts.items())]
