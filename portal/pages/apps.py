"""Pages that show several contexts at once."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The start page, a subject's overview, and help."""

    name = "portal.pages"
    label = "pages"
