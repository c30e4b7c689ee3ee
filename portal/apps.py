"""The portal composes; all of the domain is in credit."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Settings, entry points, and the commands that concern the whole."""

    name = "portal"

    def ready(self) -> None:
        """Point the queue at the configured broker, so that every process can send tasks by name."""
        from celery import current_app
        from django.conf import settings

        current_app.conf.update(settings.CELERY)
