"""What one fills in to make up a mark. Nothing of it is kept."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.records.notations.shapes import UnknownMark
from credit.scoring.madeup import Example, MadeUp
from credit.scoring.models import Scheme
from credit.scoring.recordchoices import NUMBER, BadNumber, Choice, choices

MOST = 12
FIRST = 3
FIELDS = ("what", "number", "decided_on", "last_day", "disputed")


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Write the day."),
            "invalid": gettext_lazy("Write the day as 2026-11-23."),
        },
    )


class CalculatorForm(forms.Form):
    """By which version, for whom, and as of which day."""

    scheme = forms.ChoiceField(label=gettext_lazy("Rules"))
    kind = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        choices=[("individual", gettext_lazy("A person")), ("company", gettext_lazy("A company"))],
        error_messages={"required": gettext_lazy("Choose for whom.")},
    )
    as_of = _day(gettext_lazy("As of"), gettext_lazy("Marks change with time: as of which day?"))

    def __init__(self, schemes: Mapping[str, Scheme], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schemes = schemes
        titles = [(key, _version(scheme)) for key, scheme in schemes.items()]
        self.fields["scheme"].choices = titles  # type: ignore[attr-defined]

    def clean_scheme(self) -> Scheme:
        """The version itself."""
        return self.schemes[self.cleaned_data["scheme"]]


def _version(scheme: Scheme) -> str:
    return _("%(name)s, version %(version)s") % {"name": scheme.name, "version": scheme.version}


class RecordForm(forms.Form):
    """One record that one makes up. A form in which nothing is written is no record."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is on record"),
        error_messages={"required": gettext_lazy("Choose what is on record.")},
    )
    number = forms.CharField(
        label=gettext_lazy("Points or value"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    decided_on = _day(gettext_lazy("Since"))
    last_day = _day(gettext_lazy("Last day"), required=False)
    disputed = forms.BooleanField(label=gettext_lazy("It is disputed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [("", "–"), *choices()]  # type: ignore[attr-defined]
        self.record: MadeUp | None = None

    def clean(self) -> dict[str, Any]:
        """The record, if all parts of it are there. Each fault is told at its field."""
        answers = dict(super().clean() or {})
        decided_on, last_day = answers.get("decided_on"), answers.get("last_day")
        if decided_on and last_day and last_day < decided_on:
            self.add_error("last_day", _("The last day is before the first one."))
        if last_day == date.max:
            self.add_error("last_day", _("Leave it empty where there is no end."))
        if not self.errors and answers.get("what") and decided_on:
            self._make(Choice.parse(answers["what"]), answers)
        return answers

    def _make(self, choice: Choice, answers: Mapping[str, Any]) -> None:
        ends_on = answers["last_day"] and answers["last_day"] + timedelta(days=1)
        try:
            self.record = choice.record(
                answers["number"],
                decided_on=answers["decided_on"],
                ends_on=ends_on,
                disputed=answers["disputed"],
            )
        except BadNumber as bad:
            self.add_error("number", str(bad))
        except UnknownMark as unknown:
            told = {"known": unknown.known}
            self.add_error("what", _("This way of marking didn't know that on this day. It knew: %(known)s.") % told)


if TYPE_CHECKING:
    RecordForms = BaseFormSet[RecordForm]
else:
    RecordForms = BaseFormSet


class RecordFormSet(RecordForms):
    """Up to twelve records. Each may stay empty, whatever the browser says of how many there were."""

    def initial_form_count(self) -> int:
        """None must be filled in."""
        return 0

    @property
    def records(self) -> list[MadeUp]:
        """What was made up, in the order of the page."""
        return [form.record for form in self.forms if form.record is not None]


def records_form(
    data: Mapping[str, Any] | None = None, *, initial: list[dict[str, Any]] | None = None, rows: int = FIRST
) -> RecordFormSet:
    """The records as they were sent, or a page of `rows` to be filled in, the first of them with `initial`."""
    made = formset_factory(
        RecordForm, RecordFormSet, extra=min(rows, MOST), max_num=MOST, absolute_max=MOST, validate_max=True
    )
    records: Any = made(data, initial=initial, prefix="r")
    return cast(RecordFormSet, records)


def as_written(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was written into each record's fields, right or wrong, to be shown again."""
    try:
        rows = min(max(int(data.get("r-TOTAL_FORMS", FIRST)), 0), MOST)
    except ValueError:
        rows = FIRST
    return [{name: data.get(f"r-{row}-{name}", "") for name in FIELDS} for row in range(rows)]


def of_example(example: Example, day: date) -> list[dict[str, Any]]:
    """An example's records as initial values of the form."""
    rows = []
    for record in example.on(day):
        category = record.category
        known = {value for _title, options in choices() for value, _label in options}
        choice = str(Choice(record.notation, record.mark, category))
        number = "" if choice in known else record.mark
        last_day = record.ends_on and record.ends_on - timedelta(days=1)
        what = choice if choice in known else str(Choice(record.notation, NUMBER, category))
        rows.append({"what": what, "number": number, "decided_on": record.decided_on, "last_day": last_day})
    return rows
