"""What a subject asks of a what-if: always a GET, so that an address says what it shows, and nothing is kept."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.scoring.models import Scheme
from credit.scoring.whatif import OFFERED, Asked, Offer, Present, What

YEARS = 20
"""Nothing that is on file now counts later than this."""


class WhatIfForm(forms.Form):
    """The day, the rules, and one choice for each record, named after it."""

    on = forms.DateField(
        label=gettext_lazy("On which day?"),
        help_text=gettext_lazy("For example 2027-03-01. Left empty: today, or as soon as all repairs are possible."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("This isn't a day. Write it as 2026-03-01.")},
    )
    scheme = forms.ChoiceField(label=gettext_lazy("Under which rules?"), required=False)

    def __init__(self, *args: Any, present: Present, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        rules = self.fields["scheme"]
        assert isinstance(rules, forms.ChoiceField)
        rules.choices = [
            ("", _("Those in force on that day")),
            *((key, _rules_name(key, scheme)) for key, scheme in present.to_try.items()),
        ]
        rules.error_messages["invalid_choice"] = _("There is nothing of this kind. Choose again.")
        chosen = [name for name in present.offers if self.data.get(name)]
        self.shown = list(dict.fromkeys([*list(present.offers)[:OFFERED], *chosen]))
        for name in self.shown:
            self.fields[name] = _choice(present.offers[name])

    def clean_on(self) -> date | None:
        """No day that has passed, and none so late that nothing of today counts any more."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and day < self.present.today:
            raise forms.ValidationError(_("This day has passed. The list of records shows what was known then."))
        if day is not None and day > self.present.today + timedelta(days=366 * YEARS):
            raise forms.ValidationError(_("Give a day within the next 20 years."))
        return day

    @property
    def more(self) -> int:
        """How many records there are that the form doesn't offer."""
        return len(self.present.offers) - len(self.shown)

    @property
    def rows(self) -> Iterator[tuple[Offer, forms.BoundField]]:
        """Each record with its choice."""
        return ((self.present.offers[name], self[name]) for name in self.shown)

    @property
    def asked(self) -> Asked:
        """What is asked. Only for a valid form."""
        data = self.cleaned_data
        wanted = {name: What(data[name]) for name in self.shown if data[name]}
        return Asked(wanted, data["on"], data["scheme"])


def _choice(offer: Offer) -> forms.ChoiceField:
    words = {
        What.WITHOUT: _("isn't there"),
        What.UPHELD: _("is removed, as my dispute is upheld"),
        What.REPAIRED: _("is repaired on %(day)s") % {"day": date_format(offer.repair_on) if offer.repair_on else ""},
    }
    choices = [("", _("stays as it is")), *((what.value, words[what]) for what in offer.can)]
    wrong = {"invalid_choice": _("This can't become of this record. Choose again.")}
    label = _("What becomes of the record of %(agency)s?") % {"agency": offer.line.agency}
    return forms.ChoiceField(choices=choices, required=False, label=label, error_messages=wrong)


def _rules_name(key: str, scheme: Scheme) -> str:
    said = {"name": scheme.name, "version": scheme.version, "day": date_format(scheme.in_force_from)}
    if key.startswith("draft-"):
        return _("A draft: %(name)s, version %(version)s") % said
    return _("Announced for %(day)s: %(name)s, version %(version)s") % said
