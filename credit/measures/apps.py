"""The measures context."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.measures"
    label = "measures"
