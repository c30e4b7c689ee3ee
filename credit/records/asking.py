"""What a subject asks of the list of their records: always a GET, so that an address says what it shows."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date, zone
from credit.records.cuts import Asked, Order, Sources, State
from credit.records.words import notation_name

EARLIEST = date(2000, 1, 1)
"""No portal of this kind is older."""

ORDERS = {
    Order.AGENCY: _("By public body"),
    Order.NEWEST: _("The newest first"),
    Order.ENDING: _("Those that end soonest first"),
    Order.WORST: _("The worst marks first"),
}


class ThenForm(forms.Form):
    """As known when: now, or at the end of an earlier day, or at a moment of it."""

    on = forms.DateField(
        label=_("Day"),
        help_text=_("For example 2026-03-01. You see what was known when that day ended."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("This isn't a day. Write it as 2026-03-01.")},
    )
    at = forms.TimeField(
        label=_("Time of that day"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This isn't a time. Write it as 14:30.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_on(self) -> date | None:
        """No day that the portal can't know anything of."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and day > business_date(self.now):
            raise forms.ValidationError(_("This day is still to come. Nobody knows yet what will be on record then."))
        if day is not None and day < EARLIEST:
            raise forms.ValidationError(_("The portal is not that old. Give a day since 1 January 2000."))
        return day

    def clean(self) -> dict[str, Any]:
        """A time needs its day, and may not be still to come."""
        data = super().clean() or self.cleaned_data
        day, hour = data.get("on"), data.get("at")
        if hour is not None and day is None and "on" not in self.errors:
            self.add_error("on", _("Say on which day."))
        if hour is not None and day is not None and datetime.combine(day, hour, zone()) > self.now:
            self.add_error("at", _("This moment is still to come. Nobody knows yet what will be on record then."))
        return data

    @property
    def day(self) -> date:
        """The day that is asked about, in the portal's zone. Only for a valid form."""
        return self.cleaned_data["on"] or business_date(self.now)

    @property
    def known_at(self) -> datetime | None:
        """The moment that is asked about: without a time the last of its day, never after now. None where none is."""
        day, hour = self.cleaned_data["on"], self.cleaned_data.get("at")
        if day is None:
            return None
        if hour is not None:
            return datetime.combine(day, hour, zone())
        return min(datetime.combine(day + timedelta(days=1), time.min, zone()) - timedelta.resolution, self.now)


class AskForm(ThenForm):
    """The filters, the search and the order of the list."""

    q = forms.CharField(
        label=_("Search"),
        help_text=_("A document number, or a word of what it says."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    agency = forms.ChoiceField(label=_("Public body"), required=False)
    kind = forms.ChoiceField(label=_("Kind of record"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=[(o.value, text) for o, text in ORDERS.items()])
    state = forms.ChoiceField(required=False, choices=[(state.value, state.value) for state in State])

    def __init__(self, *args: Any, sources: Sources, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        kinds = sorted(((code, notation_name(code)) for code in sources.notations), key=lambda pair: pair[1])
        for name, choices in (("agency", sources.agencies), ("kind", kinds)):
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("agency", "kind", "sort", "state"):
            self.fields[name].error_messages["invalid_choice"] = _("There is nothing of this kind. Choose again.")
        self.fields["state"].widget = forms.HiddenInput()

    @property
    def asked(self) -> Asked:
        """What is asked for. Only for a valid form."""
        data = self.cleaned_data
        return Asked(
            day=self.day,
            known_at=self.known_at,
            agency=data["agency"],
            notation=data["kind"],
            state=State(data["state"]) if data["state"] else None,
            words=data["q"],
            order=Order(data["sort"] or Order.AGENCY),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether one of the folded fields is in use, or wrong."""
        return any(self.data.get(name) for name in ("agency", "kind", "sort", "on", "at")) or bool(self.errors)
