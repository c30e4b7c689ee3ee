"""The identity context."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.identity"
    label = "identity"
