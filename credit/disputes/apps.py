"""The Django app."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Disputes."""

    name = "credit.disputes"
    label = "disputes"
    default_auto_field = "django.db.models.BigAutoField"
