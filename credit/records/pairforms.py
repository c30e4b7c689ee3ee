"""What officials write when they compare two files. A number is only ever sent, never part of an address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.core.identifiers import BadIdentifier, Identifier
from credit.subjects import actions as subjects
from credit.subjects.models import Merging
from credit.subjects.rules import Move

LONGEST = 1000


class NumberField(forms.CharField):
    """An official number written TYPE:VALUE."""

    def clean(self, value: Any) -> Identifier:
        """The number as it is kept."""
        text = super().clean(value)
        try:
            return subjects.read_on_file(text)
        except BadIdentifier as error:
            raise forms.ValidationError(str(error)) from error


class SuggestForm(forms.Form):
    """Two numbers that may belong to one person or company."""

    first = NumberField(
        label=_("A number of the one file"),
        help_text=_("With its type before it, for example uscc:… or lei:… or passport:FRA-…"),
        error_messages={"required": _("Write a number of each file.")},
    )
    second = NumberField(
        label=_("A number of the other file"), error_messages={"required": _("Write a number of each file.")}
    )


class MoveForm(forms.Form):
    """What becomes of the two files, and why. Carries the step after which the page was printed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    survivor = forms.ChoiceField(
        label=_("Which file stays?"),
        help_text=_("The other one leads on to it. Choose the one that is found by the number used most."),
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Whoever the files belong to reads this word for word with each record that moves."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why."), "max_length": _("Use at most %(limit_value)d characters.")},
    )

    def __init__(self, *args: Any, merging: Merging, moves: list[Move], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["survivor"]
        if Move.PROPOSE not in moves:
            del self.fields["survivor"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(subject.public_id, subject.public_id) for subject in (merging.survivor, merging.absorbed)]
