"""What the worker does for measures, besides what pages ask for."""

from celery import shared_task
from django.utils import timezone

from credit.core.errors import Unavailable
from credit.measures import actions

SECONDS = 300.0
"""Well under the worker's hard limit; what is left stays stale, and the next beat goes on."""


@shared_task(name="measures.sweep")
def sweep() -> int:
    """Derive what is stale; returns how many measures changed. Twice in a row, or two at once, is the same as once."""
    try:
        return actions.sweep(now=timezone.now(), seconds=SECONDS).changed
    except Unavailable:
        return 0  # no scheme is published yet: there are no bands
