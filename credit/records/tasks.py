"""What workers do with deliveries."""

from allauth.idp.oidc.models import Token
from celery import shared_task
from django.utils import timezone

from credit.records import actions, queue
from credit.records.models import ApiAnswer, Submission

SWEPT_AT_ONCE = 100
EXPIRED_AT_ONCE = 100_000


@shared_task(name="records.parse")
def parse(submission_pk: int) -> None:
    """Parse a received file; nothing happens where it was done already or is being done."""
    actions.parse(submission_pk, now=timezone.now())


@shared_task(name="records.publish")
def publish(submission_pk: int) -> None:
    """Publish a large submission that was released; nothing happens where it was done already or is being done."""
    actions.publish_ordered(submission_pk, now=timezone.now())


@shared_task(name="records.take_back")
def take_back(submission_pk: int) -> None:
    """Take a large submission back that was withdrawn; nothing happens where it was done already or is being done."""
    actions.take_back_ordered(submission_pk, now=timezone.now())


@shared_task(name="records.sweep")
def sweep() -> int:
    """Send again what a lost message or a dead worker left lying; returns how many."""
    now, submissions = timezone.now(), Submission.objects
    unread = list(submissions.left_lying(now).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    unpublished = list(submissions.left_unpublished(now).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    withdrawing = list(submissions.left_withdrawing(now).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    left = {"records.parse": unread, "records.publish": unpublished, "records.take_back": withdrawing}
    for task, found in left.items():
        for pk in found:
            queue.send(task, pk)
    return sum(map(len, left.values()))


@shared_task(name="records.expire")
def expire() -> int:
    """Note what has ended by itself; returns how many records. The next run goes on with the rest."""
    return actions.expire(now=timezone.now(), limit=EXPIRED_AT_ONCE)


@shared_task(name="records.clear_api")
def clear_api() -> int:
    """Throw away what programs are not given again and tokens that have expired; returns how many."""
    answers, _each = ApiAnswer.objects.outlived(timezone.now()).delete()
    tokens: int = Token.objects.expired().delete()[0]
    return answers + tokens
