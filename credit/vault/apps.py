"""The vault context."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """See the map of the house in README."""

    name = "credit.vault"
    label = "vault"
