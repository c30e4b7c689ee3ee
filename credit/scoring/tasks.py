"""What the worker does for marks, besides what pages ask for."""

from celery import shared_task
from django.utils import timezone

from credit.core.errors import Unavailable
from credit.core.policy import System
from credit.scoring import actions
from credit.scoring.assessment import assessing

SECONDS = 300.0
"""Well under the worker's hard limit; what is left stays stale, and the next beat goes on."""


@shared_task(name="scoring.rescore_stale")
def rescore_stale() -> int:
    """Rescore what is stale; returns how many marks changed. Twice in a row, or two at once, is the same as once."""
    try:
        return actions.rescore(by=f"system:{System.SCORING}", now=timezone.now(), seconds=SECONDS).changed
    except Unavailable:
        return 0  # no scheme is published yet: there is nothing to be stale


@shared_task(name=assessing.PART_TASK)
def assess_part(assessment_pk: int, number: int) -> None:
    """Count one part of an impact assessment. Twice is once; the last part finishes it."""
    assessing.count_part(assessment_pk, number, now=timezone.now())


@shared_task(name="scoring.sweep")
def sweep() -> None:
    """Send again what lies."""
    assessing.sweep(now=timezone.now())
