"""What people write about measures, and what they ask."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credit.identity.models import Organisation
from credit.measures.constraints import LONGEST
from credit.measures.events import PENALTY, Event, Sort, severities
from credit.records.sources import PENALTIES


def _text(label: Any, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": missing, "max_length": _("Use at most %(limit_value)d characters.")},
    )


class ObjectionForm(forms.Form):
    """Why a measure is wrong, in the subject's own words."""

    reason = _text(
        _("Why should this not be applied to you?"),
        _("Say what is wrong with the measure, or why it hits you harder than it should. At most 2,000 characters."),
        _("Say in a few words why."),
    )


class AnswerForm(forms.Form):
    """What an official answers."""

    decision = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("uphold", _("The objection is right: the measure ends")), ("refuse", _("The measure stays"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    reason = _text(
        _("Why?"),
        _("The person or company reads this word for word."),
        _("Give the reason for the decision."),
    )


class WhatIfForm(forms.Form):
    """Which event is asked about. Nothing is chosen by default."""

    event = forms.ChoiceField(
        label=_("What if …?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an event.")},
    )
    agency = forms.ChoiceField(
        label=_("Which agency imposes the penalty?"),
        help_text=_("Only for a penalty."),
        required=False,
    )

    def __init__(self, data: Any, *, agencies: list[Organisation], bands: list[str], on: date) -> None:
        super().__init__(data)
        self.agencies = {one.code: one for one in agencies}
        events: Any = self.fields["event"]
        events.choices = [
            *(
                (
                    Event(Sort.PENALTY, severity).code,
                    gettext("A %(severity)s penalty") % {"severity": PENALTIES[severity]},
                )
                for severity in severities(on)
            ),
            (Event(Sort.LISTING).code, gettext("A court puts me on the list of judgment debtors")),
            *((Event(Sort.BAND, band).code, gettext("My mark is in band %(band)s") % {"band": band}) for band in bands),
        ]
        whom: Any = self.fields["agency"]
        whom.choices = [(one.code, one.name) for one in agencies]

    def clean_event(self) -> Event:
        """The event as the rules know it."""
        return Event.read(self.cleaned_data["event"])

    def clean(self) -> dict[str, Any]:
        """A penalty needs its agency; for anything else it is left out."""
        answers = dict(super().clean() or {})
        event = answers.get("event")
        agency = self.agencies.get(answers.get("agency", ""))
        penalty = event is not None and event.sort is Sort.PENALTY
        if penalty and agency is None and "agency" not in self.errors:
            self.add_error("agency", _("Choose which agency imposes the penalty."))
        answers["agency"] = agency if penalty else None
        return answers


def agencies_that_punish() -> list[Organisation]:
    """Agencies that may submit penalties, by name, with the field that these count in."""
    found = Organisation.objects.filter(registrations__notation=PENALTY, registrations__until=None)
    return sorted(found.select_related("profile").distinct(), key=lambda one: one.name)
