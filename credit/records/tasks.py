"""What workers do with deliveries."""

from celery import shared_task
from django.utils import timezone

from credit.records import actions, queue
from credit.records.models import Submission

SWEPT_AT_ONCE = 100


@shared_task(name="records.parse")
def parse(submission_pk: int) -> None:
    """Parse a received file; nothing happens where it was done already or is being done."""
    actions.parse(submission_pk, now=timezone.now())


@shared_task(name="records.sweep")
def sweep() -> int:
    """Send again what a lost message or a dead worker left lying; returns how many."""
    left = list(Submission.objects.left_lying(timezone.now()).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for pk in left:
        queue.send("records.parse", pk)
    return len(left)
