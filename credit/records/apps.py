"""The records context."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.records"
    label = "records"
