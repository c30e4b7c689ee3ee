"""What officers send: a file, the word that it may be released, the reason why it is withdrawn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Invalid
from credit.records.overrides import REASON_LENGTH
from credit.records.reasons import without_number
from credit.records.words import notation_name


class DeliveryForm(forms.Form):
    """A file in one of the notations that the agency may submit."""

    file = forms.FileField(
        label=_("The file"),
        help_text=_("CSV (UTF-8 or GB 18030), XLSX, JSON or NDJSON."),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file."), "missing": _("Choose a file.")},
    )
    notation = forms.ChoiceField(
        label=_("What is in it?"), error_messages={"required": _("Choose what is in the file.")}
    )

    def __init__(self, *args: Any, notations: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["notation"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, notation_name(code)) for code in notations]


class ReleaseForm(forms.Form):
    """A second officer has looked, and says so."""

    looked = forms.BooleanField(
        label=_("I have looked at the rows and faults above"),
        error_messages={"required": _("Say that you have looked at it.")},
    )
    read = forms.BooleanField(
        label=_("I have read why rows were accepted although a check failed"),
        error_messages={"required": _("Say that you have read why rows were accepted.")},
    )
    partial = forms.BooleanField(
        label=_("Release only the sound rows and leave the faulty ones out"),
        error_messages={"required": _("This file has faults. Say that only its sound rows are released, or mend it.")},
    )

    def __init__(self, *args: Any, faulty: bool, accepted: int = 0, **kwargs: Any) -> None:
        """`accepted`: rows that officers accepted despite a fault; without any nothing is to be read.

        `faulty`: the file has faults: whoever releases it must say by name that it is only a part.
        """
        super().__init__(*args, **kwargs)
        if not faulty:
            del self.fields["partial"]
        if not accepted:
            del self.fields["read"]


class AcceptanceForm(forms.Form):
    """Why one row is accepted although a check failed."""

    reason = forms.CharField(
        label=_("Why is this row right all the same?"),
        help_text=_(
            "10 to 300 characters. The second officer and the person or company can read it. "
            "Say what you looked at, and leave the number itself out."
        ),
        min_length=REASON_LENGTH[0],
        max_length=REASON_LENGTH[1],
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why, in 10 to 300 characters.")},
    )


class WithdrawalForm(forms.Form):
    """Why a submission is taken back."""

    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        help_text=_("The people and companies whose records change can read this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why it is withdrawn.")},
    )

    def clean_reason(self) -> str:
        """Those who read it are many."""
        try:
            return without_number(self.cleaned_data["reason"])
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal
