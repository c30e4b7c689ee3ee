"""What composes the portal: settings, addresses, processes. The domain is in `credit`."""

__all__ = ["celery_app"]


def __getattr__(name: str) -> object:
    """`celery --app portal` asks for the application; importing it holds the embedded services."""
    if name in {"celery_app", "app"}:
        from portal.celery import app

        return app
    raise AttributeError(name)
