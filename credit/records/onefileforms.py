"""What officials write when they put one file's numbers and records right. A number is never part of an address."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.core.identifiers import BadIdentifier, Identifier
from credit.core.publicid import read_aloud
from credit.records.pairforms import LONGEST, NumberField
from credit.subjects import actions as subjects
from credit.subjects.models import Subject


class FileForm(forms.Form):
    """Which file: by an official number, or by its own."""

    file = forms.CharField(
        label=_("Which file?"),
        help_text=_("A number of its subject with the type before it, for example uscc:…, or the number of the file."),
        max_length=200,
        error_messages={"required": _("Write a number.")},
    )

    def clean_file(self) -> Subject:
        """The file."""
        text = self.cleaned_data["file"].strip()
        if ":" in text:
            try:
                found = subjects.find(subjects.read_on_file(text))
            except BadIdentifier as error:
                raise forms.ValidationError(str(error)) from error
        else:
            found = Subject.objects.filter(public_id=read_aloud(text)).first()
        if found is None:
            raise forms.ValidationError(_("No file is found under this."))
        return found


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("It is kept for ever with what you do. Write no official number here."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why."), "max_length": _("Use at most %(limit_value)d characters.")},
    )


class AttachForm(ReasonForm):
    """One more number for the file."""

    prefix = "attach"
    field_order = ("number", "reason")
    number = NumberField(
        label=_("The number"),
        help_text=_("With its type before it, for example uscc:… or lei:… or passport:FRA-…"),
        error_messages={"required": _("Write a number.")},
    )


class DetachForm(ReasonForm):
    """A number that isn't the file's. The page knows it by its row alone, as it is masked there."""

    prefix = "detach"
    field_order = ("number", "reason")
    number = forms.ChoiceField(
        label=_("Which number?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a number."),
            "invalid_choice": _("This number isn't this file's any more."),
        },
    )

    def __init__(self, *args: Any, held: Mapping[str, tuple[str, Identifier]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        field = self.fields["number"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, label) for key, (label, _number) in held.items()]

    def clean_number(self) -> Identifier:
        """The number itself."""
        return self.held[self.cleaned_data["number"]][1]


class RecordsForm(ReasonForm):
    """Records that are another file's."""

    prefix = "move"
    field_order = ("records", "to", "reason")
    records = forms.MultipleChoiceField(
        label=_("Which records?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose the records."),
            "invalid_choice": _("One of the records isn't in this file any more. Load the page again."),
        },
    )
    to = NumberField(
        label=_("A number of the file to which they go"),
        help_text=_("With its type before it, for example uscc:… or lei:… or passport:FRA-…"),
        error_messages={"required": _("Write a number.")},
    )

    def __init__(self, *args: Any, records: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Whoever the files belong to reads this word for word with each record that moves."
        )
        field = self.fields["records"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(record, record) for record in records]


class UndoForm(ReasonForm):
    """Which act is taken back."""

    prefix = "undo"
    field_order = ("act", "reason")
    act = forms.ChoiceField(
        label=_("What do you take back?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what you take back."),
            "invalid_choice": _("This was undone already."),
        },
    )

    def __init__(self, *args: Any, acts: Collection[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(acts)
