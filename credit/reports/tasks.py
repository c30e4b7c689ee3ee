"""The worker's part: write what was ordered, sweep what was left lying."""

from celery import Task, shared_task
from django.utils import timezone

from credit.core.errors import Conflict
from credit.reports import actions


@shared_task(name=actions.ISSUE_TASK, bind=True)
def issue(self: "Task[[str], None]", public_id: str) -> None:
    """Write and publish one report. Twice is once: whoever comes second finds it claimed.

    A message that comes again says that the worker before has died: its claim needn't run out.
    """
    again = bool((self.request.delivery_info or {}).get("redelivered"))
    try:
        actions.issue(public_id, now=timezone.now(), again=again)
    except Conflict:
        return  # the claim went to another worker, who will publish it


@shared_task(name="reports.sweep")
def sweep() -> None:
    """Send again what lies."""
    actions.sweep(now=timezone.now())
