"""The access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may look, and who did."""

    name = "credit.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
