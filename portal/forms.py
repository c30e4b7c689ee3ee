"""Django forms as govuk-frontend markup, for every form of every context (the setting FORM_RENDERER)."""

from typing import Any

from django.forms import BoundField, widgets
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Widget

OWN_TEMPLATES = {
    "django/forms/widgets/radio.html": "_forms/choices.html",
    "django/forms/widgets/checkbox_select.html": "_forms/choices.html",
    "django/forms/widgets/clearable_file_input.html": "django/forms/widgets/file.html",
}

# The first class that a widget is an instance of decides; so the more special ones stand first.
CSS_CLASSES: tuple[tuple[type[Widget], str], ...] = (
    (widgets.CheckboxInput, "govuk-checkboxes__input"),
    (widgets.RadioSelect, "govuk-radios__input"),
    (widgets.CheckboxSelectMultiple, "govuk-checkboxes__input"),
    (widgets.Select, "govuk-select"),
    (widgets.Textarea, "govuk-textarea"),
    (widgets.FileInput, "govuk-file-upload"),
    (widgets.Input, "govuk-input"),
)


def css_class_of(widget: Widget, *, wrong: bool) -> str:
    """The govuk class of a widget, with the variant for a field in error; empty where govuk has none."""
    for kind, name in CSS_CLASSES:
        if isinstance(widget, kind):
            return f"{name} {name}--error" if wrong and "__" not in name else name
    return ""


class GovukField(BoundField):
    """A bound field whose widget has govuk's classes, and neither a placeholder nor a browser's own complaint."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Django's attributes, with the class of the widget's kind."""
        built = super().build_widget_attrs(attrs, widget)
        shown = widget or self.field.widget
        if not shown.is_hidden:
            # Placeholders vanish while one types, and `required` speaks the browser's language, not the page's.
            built["placeholder"] = False
            built["required"] = False
            own = shown.attrs.get("class", "")
            built["class"] = f"{css_class_of(shown, wrong=bool(self.errors))} {own}".strip()
        return built

    @property
    def input_kind(self) -> str:
        """How the field template lays the field out: `hidden`, `checkbox`, `choices` or `input`."""
        widget = self.field.widget
        if widget.is_hidden:
            return "hidden"
        if isinstance(widget, widgets.CheckboxInput):
            return "checkbox"
        return "choices" if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple) else "input"


class GovukRenderer(TemplatesSetting):
    """Looks form templates up among the project's own; `django.forms` must be installed for the rest."""

    form_template_name = "_forms/form.html"
    formset_template_name = "_forms/formset.html"
    field_template_name = "_forms/field.html"
    bound_field_class = GovukField

    def get_template(self, template_name: str) -> Any:
        """The project's own template where it has one."""
        return super().get_template(OWN_TEMPLATES.get(template_name, template_name))
