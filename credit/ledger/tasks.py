"""What the beat asks of the ledger."""

from celery import shared_task
from django.utils import timezone

from credit.ledger import actions


@shared_task(name="ledger.seal")
def seal() -> None:
    """Seal what was committed since the last time; every 10 seconds. Twice at once does no harm."""
    actions.seal(now=timezone.now())
