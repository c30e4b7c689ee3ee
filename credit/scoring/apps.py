"""The scoring context."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.scoring"
    label = "scoring"
