"""The subjects context."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.subjects"
    label = "subjects"
