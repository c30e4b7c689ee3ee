"""Forms as pages show them: labels, hints, errors, and what a screen reader gets told."""

import pytest
from django import forms


class Example(forms.Form):
    title = forms.CharField(label="Title", help_text="As it is written.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"placeholder": "vanishes"}))
    kind = forms.ChoiceField(label="Kind", choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        label="Several", choices=[("a", "One")], required=False, widget=forms.CheckboxSelectMultiple
    )
    pick = forms.ChoiceField(label="Pick", choices=[("a", "First")])
    file = forms.FileField(label="File")
    agreed = forms.BooleanField(label="Agreed")
    key = forms.CharField(widget=forms.HiddenInput)


def test_a_field_has_its_label_its_hint_and_its_class():
    html = Example()["title"].as_field_group()
    assert 'class="govuk-label govuk-label--s" for="id_title"' in html
    assert '<div id="id_title_helptext" class="govuk-hint">As it is written.</div>' in html
    assert 'class="govuk-input"' in html
    assert 'aria-describedby="id_title_helptext"' in html
    assert "govuk-form-group--error" not in html


def test_an_error_is_said_beside_its_field_and_tied_to_it():
    html = Example({})["title"].as_field_group()
    assert "govuk-form-group--error" in html
    assert 'id="id_title_error"' in html
    assert "govuk-input--error" in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("note", "govuk-textarea"),
        ("kind", "govuk-radios__input"),
        ("several", "govuk-checkboxes__input"),
        ("pick", "govuk-select"),
        ("file", "govuk-file-upload"),
        ("agreed", "govuk-checkboxes__input"),
    ],
)
def test_every_kind_of_field_has_its_own_markup(field, expected):
    assert expected in Example()[field].as_field_group()


def test_a_choice_is_a_group_with_a_legend_and_a_label_for_each_answer():
    html = Example()["kind"].as_field_group()
    assert "<legend" in html
    assert html.count("govuk-radios__label") == 2
    assert 'for="id_kind_0"' in html


def test_what_may_be_left_empty_says_so():
    assert "(optional)" in Example()["note"].as_field_group()
    assert "(optional)" not in Example()["title"].as_field_group()


def test_the_browser_is_not_asked_to_judge_and_nothing_vanishes_while_one_types():
    html = str(Example())
    assert "placeholder" not in html
    assert " required" not in html


def test_a_whole_form_shows_hidden_fields_once_and_without_a_label():
    html = str(Example())
    assert html.count('name="key"') == 1
    assert 'for="id_key"' not in html


def test_what_somebody_typed_is_escaped():
    html = Example({"title": '"><script>'})["title"].as_field_group()
    assert "<script>" not in html
