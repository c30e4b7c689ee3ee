"""Order an impact assessment, count its parts, put them together.

The database is the truth and the queue is a hint: a part is a row that is filled once, whoever counts it; whoever fills
the last one puts all together; what a lost message or a dead worker left, the sweeper sends again.
"""

import hashlib
import json
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date
from credit.core.errors import Conflict, NotAllowed
from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.scoring.assessment.models import Assessment, AssessmentPart, AssessmentResult
from credit.scoring.board import drafts, life, lifewords
from credit.scoring.board.life import Move, Refusal, Standing, Status
from credit.scoring.bulk import population
from credit.scoring.impact.report import report
from credit.scoring.impact.tallies import Tally, from_plain, merge, tally, to_plain
from credit.scoring.models import Draft, Scheme

PART_TASK = "scoring.assess_part"
IMPACT = f"system:{System.IMPACT}"
SENT_AT_ONCE = 200

log = logging.getLogger(__name__)


@transaction.atomic
def order(public_id: str, *, by: User, now: datetime) -> Assessment:
    """Have it counted what a draft's text would do. The same text on the same day again is the same assessment: what
    isn't counted yet is sent again.

    Raises NotFound, NotAllowed (no member of the board), Conflict (the draft is no text that waits for it).
    """
    found = Draft.objects.named(public_id)
    if not drafts.standing_of(found, by, now=now).member:
        raise NotAllowed(lifewords.REFUSED[Refusal.NOT_MEMBER])
    draft = Draft.objects.select_for_update().get(pk=found.pk)
    if isinstance(refusal := life.after(Status(draft.status), Move.ASSESS, Standing(portal=True)), Refusal):
        raise Conflict(lifewords.REFUSED[refusal], draft=public_id)
    as_of = business_date(now)
    standing = Assessment.objects.of_draft(draft).filter(as_of=as_of).first()
    if standing is None:
        standing = _begin(draft, by=by, now=now)
    elif standing.is_done:
        drafts.note_assessed(draft.pk, sha256=draft.sha256, now=now)
        return standing
    missing = standing.counted_parts.filter(tally__isnull=True)
    missing.update(tries=0, begun_at=None, sent_at=now)
    numbers = list(missing.values_list("number", flat=True)) or [1]
    transaction.on_commit(lambda: send((standing.pk, number) for number in numbers), robust=True)
    return standing


def _begin(draft: Draft, *, by: User, now: datetime) -> Assessment:
    cut = population.ranges()
    assessment = Assessment.objects.create(
        draft=draft,
        sha256=draft.sha256,
        document=draft.document,
        against=Scheme.objects.filter(code=draft.code, version__lt=draft.version).order_by("-version").first(),
        as_of=business_date(now),
        parts=len(cut),
        ordered_by=by,
        ordered_at=now,
    )
    AssessmentPart.objects.bulk_create(
        AssessmentPart(assessment=assessment, number=number, first=first, last=last, sent_at=now)
        for number, (first, last) in enumerate(cut, start=1)
    )
    facts = {"draft": draft.public_id, "sha256": draft.sha256, "as_of": assessment.as_of.isoformat()}
    ledger.note("assessment.ordered", by=by, about=assessment, at=now, parts=len(cut), **facts)
    return assessment


def count_part(assessment_pk: int, number: int, *, now: datetime) -> bool:
    """Count one part, unless it is counted already, and put all together if it was the last; whether all are.

    Outside any transaction: twice, or two at once, count the same and fill the row once.
    """
    assessment = Assessment.objects.select_related("against", "result").get(pk=assessment_pk)
    part = assessment.counted_parts.filter(number=number, tally__isnull=True).first()
    if part is not None:
        AssessmentPart.objects.filter(pk=part.pk).update(tries=F("tries") + 1, begun_at=now)
        parts = population.parts_of(part.first, part.last, assessment.comparison)
        counted = merge(tally(one, assessment.comparison) for one in parts)
        AssessmentPart.objects.filter(pk=part.pk, tally__isnull=True).update(tally=to_plain(counted), done_at=now)
    return finish(assessment, now=now)


def finish(assessment: Assessment, *, now: datetime) -> bool:
    """Put all parts together where all are counted; whether the result is there. Twice is once."""
    if AssessmentResult.objects.filter(assessment=assessment).exists():
        return True
    whole = _together(assessment)
    if whole is None:
        return False
    text = json.dumps({**head_of(assessment), **report(whole, assessment.comparison)}, ensure_ascii=False, indent=1)
    try:
        _publish(assessment, text, now=now)
    except IntegrityError:  # another worker put together the same
        log.info("assessment %s was finished by another worker", assessment.public_id)
    return True


def sweep(*, now: datetime) -> int:
    """Send what lies to the workers again; returns how many parts."""
    lying = list(AssessmentPart.objects.lying(now)[:SENT_AT_ONCE])
    AssessmentPart.objects.filter(pk__in=[part.pk for part in lying]).update(sent_at=now)
    send((part.assessment_id, part.number) for part in lying)
    return len(lying)


def send(parts: Iterable[tuple[int, int]]) -> None:
    """Tell the workers of parts. Once too often does no harm. Raises kombu's OperationalError without a queue."""
    for assessment_pk, number in parts:
        current_app.send_task(PART_TASK, [assessment_pk, number])


def _together(assessment: Assessment) -> Tally | None:
    """The tally of everybody; None where a part is missing, or the parts are thrown away by now."""
    numbers = list(assessment.counted_parts.filter(tally__isnull=False).values_list("number", flat=True))
    if len(numbers) < assessment.parts:
        return None
    whole = merge([])
    for number in sorted(numbers):  # one by one: they are large
        part = assessment.counted_parts.filter(number=number).first()
        if part is None or part.tally is None:
            return None
        whole = merge([whole, from_plain(part.tally)])
    return whole


def head_of(assessment: Assessment) -> dict[str, Any]:
    """Of which text a result is, and which one it is compared with."""
    against = assessment.against
    return {
        "scheme": {"code": assessment.draft.code, "version": assessment.draft.version, "sha256": assessment.sha256},
        "against": against and {"code": against.code, "version": against.version, "sha256": against.sha256},
    }


@transaction.atomic
def _publish(assessment: Assessment, text: str, *, now: datetime) -> None:
    """Keep the result, throw the parts away, and let the draft go on if its text is still this. Raises IntegrityError
    where another worker was first."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    AssessmentResult.objects.create(assessment=assessment, text=text, sha256=digest, finished_at=now)
    assessment.counted_parts.all().delete()
    ledger.note("assessment.finished", by=IMPACT, about=assessment, at=now, sha256=digest, of=assessment.sha256)
    try:
        with transaction.atomic():
            drafts.note_assessed(assessment.draft_id, sha256=assessment.sha256, now=now)
    except Conflict:  # it has another text meanwhile, or was given up: the result stays, for what it was of
        log.info("assessment %s came late for its draft", assessment.public_id)


NOT_YET = _("Nobody has counted yet what this version would do.")
