"""The reports context."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.reports"
    label = "reports"
