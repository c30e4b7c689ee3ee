"""What people write into a case. Field errors are sentences that say what to do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.disputes import words
from credit.disputes.rules import Complaint, Method, Outcome

LONGEST = 4000


def _choices(labels: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [(code.value, label) for code, label in labels.items()]


def _text(label: Any, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": missing, "max_length": _("Use at most %(limit_value)d characters.")},
    )


class FilingForm(forms.Form):
    """What is wrong with the record, in the subject's own words."""

    complaint = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=_choices(words.COMPLAINT),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong.")},
    )
    statement = _text(
        _("What should we know?"),
        _("Say what is wrong and how one can see it: a date, a document, who can confirm it."),
        _("Say in a few words what is wrong."),
    )

    def clean_complaint(self) -> Complaint:
        """The code as the rules know it."""
        return Complaint(self.cleaned_data["complaint"])


class InformationForm(forms.Form):
    """What the subject adds to an open case."""

    text = _text(
        _("What else should we know?"),
        _("What you add can't be changed later."),
        _("Write what you want to add."),
    )


class SeenForm(forms.Form):
    """Carries the step after which the page was printed, so that nobody decides on what they haven't read."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(SeenForm):
    """Why a proposal goes back."""

    reason = _text(
        _("Why should it be looked at again?"),
        _("The official who has the case reads this."),
        _("Say what is missing or wrong in the proposal."),
    )


class ProposalForm(SeenForm):
    """What an official proposes, why, and how it was verified."""

    outcome = forms.ChoiceField(
        label=_("What should become of the record?"),
        choices=_choices(words.OUTCOME),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what should become of the record.")},
    )
    corrected_mark = forms.CharField(
        label=_("The right mark"),
        help_text=_("Only when the mark is corrected. Write it as the agency does."),
        required=False,
        max_length=64,
    )
    corrected_end = forms.DateField(
        label=_("The right end date"),
        help_text=_("Only when the date is corrected: the first day on which the record no longer counts."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    method = forms.ChoiceField(
        label=_("How did you check it?"),
        choices=_choices(words.METHOD),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you checked it.")},
    )
    reason = _text(
        _("Why?"),
        _("The person or company reads this word for word when it is decided."),
        _("Give the reason for the decision."),
    )

    def clean_outcome(self) -> Outcome:
        """The code as the rules know it."""
        return Outcome(self.cleaned_data["outcome"])

    def clean_method(self) -> Method:
        """The code as the rules know it."""
        return Method(self.cleaned_data["method"])

    def clean(self) -> dict[str, Any]:
        """A correction needs its value; a value that the outcome doesn't use is left out."""
        answers = dict(super().clean() or {})
        outcome = answers.get("outcome")
        if outcome is Outcome.CORRECT_MARK and not answers.get("corrected_mark"):
            self.add_error("corrected_mark", _("Write the right mark."))
        if outcome is Outcome.CORRECT_END and not answers.get("corrected_end") and "corrected_end" not in self.errors:
            self.add_error("corrected_end", _("Write the right end date."))
        if outcome is not Outcome.CORRECT_MARK:
            answers["corrected_mark"] = None
        if outcome is not Outcome.CORRECT_END:
            answers["corrected_end"] = None
        return answers
