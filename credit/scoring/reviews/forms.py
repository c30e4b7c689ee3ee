"""What is written into a review: why a human should look, and what they found."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.scoring.mark import Line
from credit.scoring.reviews import words
from credit.scoring.reviews.actions import LONGEST, Answer
from credit.scoring.reviews.rules import Finding


def _text(label: Any, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": missing, "max_length": gettext_lazy("Use at most %(limit_value)d characters.")},
    )


class AskForm(forms.Form):
    """Why a human should look."""

    reason = _text(
        gettext_lazy("What should a human look at?"),
        gettext_lazy(
            "Say what you don't understand, or what you think the computation misses. At most 2,000 characters."
        ),
        gettext_lazy("Say in a few words what a human should look at."),
    )


class AnswerForm(forms.Form):
    """What an official found, and why. `seen`: the file's revision when the page was printed."""

    finding = forms.ChoiceField(
        label=gettext_lazy("What did you find?"),
        choices=[(code.value, word) for code, word in words.FINDING.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )
    record = forms.ChoiceField(
        label=gettext_lazy("Which record looks wrong?"),
        help_text=gettext_lazy(
            "Only where one does. Its page, where it can be disputed, is then shown beside your answer."
        ),
        required=False,
    )
    text = _text(
        gettext_lazy("Why?"),
        gettext_lazy("The person or company reads this word for word."),
        gettext_lazy("Give the reason for your answer."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, lines: Iterable[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = self.fields["record"]
        assert isinstance(record, forms.ChoiceField)
        record.choices = [
            ("", "–"),
            *((line.record, f"{line.agency}: {line.stated} ({line.record})") for line in lines),
        ]
        record.error_messages["invalid_choice"] = words.NO_SUCH_RECORD

    def clean(self) -> dict[str, Any]:
        """A record is named where one looks wrong, and only there."""
        data = dict(super().clean() or {})
        wrong = data.get("finding") == Finding.RECORD_WRONG
        if wrong and not data.get("record") and "record" not in self.errors:
            self.add_error("record", _("Choose the record that looks wrong."))
        if data.get("finding") and not wrong and data.get("record"):
            self.add_error("record", words.NAMES_NO_RECORD)
        return data

    @property
    def said(self) -> Answer:
        """The answer. Only for a valid form."""
        data = self.cleaned_data
        return Answer(Finding(data["finding"]), data["text"], data["record"])
