"""The queue is a hint: a message that can't be sent, or is lost, is sent again by the sweeper."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def parse_soon(submission_pk: int) -> None:
    """Ask a worker to parse a submission, once the caller's transaction is committed."""
    transaction.on_commit(lambda: send("records.parse", submission_pk))


def publish_soon(submission_pk: int) -> None:
    """Ask a worker to publish a submission that was released, once the caller's transaction is committed."""
    transaction.on_commit(lambda: send("records.publish", submission_pk))


def take_back_soon(submission_pk: int) -> None:
    """Ask a worker to take a submission back whose withdrawal was ordered, once the transaction is committed."""
    transaction.on_commit(lambda: send("records.take_back", submission_pk))


def send(task: str, pk: int) -> None:
    """Send a message; where the broker is gone, the sweeper will."""
    try:
        current_app.send_task(task, [pk])
    except (OperationalError, OSError) as error:
        log.warning("not queued", task=task, error=type(error).__name__)
