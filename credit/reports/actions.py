"""Order a report, write it, publish it, find those left lying, revoke one.

The database is the truth and the queue is a hint: a worker claims a report, writes it outside any transaction, and
publishes it only if its claim still stands. Without a signing key nothing is written; the report waits.
"""

import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from credit.access import actions as access
from credit.access.actors import system_actor
from credit.core.clock import business_date
from credit.core.errors import Conflict, DomainError, Invalid, NotFound, TooMany, Unavailable
from credit.core.policy import GroundKind, Permit, Purpose, System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.reports import keys
from credit.reports.content import Kind, Language, Printed, ReportContent
from credit.reports.gathering import gather
from credit.reports.models import Report
from credit.reports.rules import MOMENTS_AT_ONCE, PAUSE, TRANSITIONS, TRIES, Move, Status
from credit.reports.signing import LoadedSigner
from credit.scoring.models import Scheme
from credit.subjects.models import Subject
from credit.vault import actions as vault

ISSUE_TASK = "reports.issue"
SWEPT_AT_ONCE = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A report that this worker has taken, and the token that its publication depends on."""

    report: Report
    token: uuid.UUID


@transaction.atomic
def order(
    permit: Permit,
    *,
    kind: Kind,
    language: Language,
    key: str,
    by: User,
    now: datetime,
    known_at: datetime | None = None,
) -> Report:
    """Order a report on the permit's subject. The same `key` again, or one of its kind in flight, is the same report.

    `known_at`: what was known at this moment (None: what is known when it is written); each moment is a report of its
    own. Raises NotAllowed, Invalid (no key, a moment still to come), Unavailable (nothing was known then), TooMany.
    """
    if not key or len(key) > 64:
        raise Invalid(_("This order came without its number. Load the page again."))
    standing = _standing_order(permit, kind, language, key, known_at)
    if standing is not None:
        return standing
    subject = Subject.objects.opened_by(permit).get()
    if known_at is not None:
        check_moment(permit, known_at, now=now)
    try:
        with transaction.atomic():
            report = Report.objects.create(
                subject=subject,
                kind=kind,
                language=language,
                known_at=known_at,
                key=key,
                ordered_by=by,
                ordered_at=now,
            )
    except IntegrityError:  # a double click: the other request came first
        standing = _standing_order(permit, kind, language, key, known_at)
        if standing is None:
            raise
        return standing
    _note_order(report, permit, by=by, now=now)
    transaction.on_commit(lambda: send(report.public_id), robust=True)
    return report


def check_moment(permit: Permit, known_at: datetime, *, now: datetime) -> None:
    """Refuse a moment that no report can tell of, before a worker tries.

    Raises NotAllowed, Invalid (it is still to come), Unavailable (nothing was known then), TooMany.
    """
    if known_at > now:
        raise Invalid(_("This moment is still to come. Nobody knows yet what will be on record then."))
    if known_at < Subject.objects.opened_by(permit).get().created_at:
        raise Unavailable(_("The portal knew nothing of this subject yet at that moment."))
    if Scheme.objects.in_force(business_date(known_at), known_at=known_at) is None:
        raise Unavailable(_("No scheme was published yet at that moment, so that nobody had a mark."))
    if Report.objects.opened_by(permit).in_flight().exclude(known_at=None).count() >= MOMENTS_AT_ONCE:
        raise TooMany(
            _("Several reports of earlier moments are being written already. Order this one once they are ready."),
            wait=int(PAUSE.total_seconds()),
        )


def issue(public_id: str, *, now: datetime, again: bool = False) -> Report | None:
    """Write, sign and publish a report; None where there is nothing to do (any more).

    `again`: the worker that had it is known to have died, so its claim needn't run out. Without a key the report is
    left waiting. Raises Conflict when another worker published it, and whatever went wrong.
    """
    claimed = _claim(public_id, now=now, again=again)
    if claimed is None:
        return None
    try:
        signer = keys.signer(may_make=not Report.objects.opened_to(System.REPORTS).issued().exists())
        content = _freeze(claimed, now=now)
        from credit.reports import printing  # 0.7 s, which only processes that print need

        printed = printing.make(content, signer)
    except Unavailable as missing:
        log.error("report %s waits: %s", public_id, missing)
        _give_back(claimed, Move.WAIT, str(missing))
        return None
    except Exception as error:
        final = claimed.report.tries >= TRIES
        _give_back(claimed, Move.GIVE_UP if final else Move.RETRY, type(error).__name__)
        raise
    return _publish(claimed, content, printed, signer, now=now)


def sweep(*, now: datetime) -> int:
    """Send what a lost message, a dead worker or a missing key left lying to the workers again; returns how many."""
    due = Report.objects.opened_to(System.REPORTS).due(now).values_list("public_id", flat=True)[:SWEPT_AT_ONCE]
    for public_id in (found := list(due)):
        send(public_id)
    return len(found)


@transaction.atomic
def revoke(public_id: str, *, because: str, by: User, now: datetime) -> Report:
    """Take back an issued report: whoever checks it is told so. Raises NotFound, Conflict, Invalid."""
    reports = Report.objects.opened_to(System.REPORTS).defer("content", "pdf")
    report = reports.select_for_update().filter(public_id=public_id).first()
    if report is None:
        raise NotFound(_("There is no report with this serial."))
    if report.status != Status.ISSUED or report.revoked_at is not None:
        raise Conflict(_("Only a report that was issued can be revoked, and only once."))
    if not because.strip():
        raise Invalid(_("Say why it is revoked."))
    report.revoked_at, report.revoked_by, report.revoked_because = now, by, because.strip()[:300]
    report.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    ledger.note("report.revoked", by=by, about=report, at=now)
    return report


def document(report: Report) -> bytes:
    """The PDF of an issued report that was read through a permit. Raises NotFound where it isn't issued yet."""
    if report.pdf is None:
        raise NotFound(_("This report isn't ready yet."))
    return vault.open_sealed(bytes(report.pdf), context=_context("pdf", report))


def _standing_order(
    permit: Permit, kind: Kind, language: Language, key: str, known_at: datetime | None
) -> Report | None:
    reports = Report.objects.opened_by(permit).defer("content", "pdf")
    same = reports.filter(key=key).first()
    alike = reports.in_flight().filter(kind=kind, language=language, known_at=known_at)
    if known_at is not None:  # files that are one today weren't then
        alike = alike.filter(subject=permit.subject_id)
    return same or alike.first()


def _note_order(report: Report, permit: Permit, *, by: User, now: datetime) -> None:
    """Give the workers their reason to look, and journal the order."""
    access.open_ground(GroundKind.ORDER, user=None, subject=report.subject, about=report, by=by, now=now)
    ledger.note(
        "report.ordered",
        by=by,
        about=report,
        at=now,
        subject=permit.subject_public_id,
        says=str(report.kind),
        language=str(report.language),
        known_at=report.known_at.isoformat() if report.known_at else None,
        look=permit.id,
    )


def send(public_id: str) -> None:
    """Tell the workers of a report. Once too often does no harm. Raises kombu's OperationalError without a queue."""
    current_app.send_task(ISSUE_TASK, [public_id])


@transaction.atomic
def _claim(public_id: str, *, now: datetime, again: bool = False) -> Claimed | None:
    """Take a report that nobody is writing; None where there is none."""
    reports = Report.objects.opened_to(System.REPORTS).claimable(now, again=again).select_related("subject")
    report = reports.select_for_update(skip_locked=True, of=("self",)).filter(public_id=public_id).first()
    if report is None:
        return None
    token = uuid.uuid4()
    report.status = TRANSITIONS[Status(report.status), Move.CLAIM]
    report.claim, report.tried_at, report.tries = token, now, report.tries + 1
    report.save(update_fields=["status", "claim", "tried_at", "tries"])
    return Claimed(report, token)


@transaction.atomic
def _freeze(claimed: Claimed, *, now: datetime) -> ReportContent:
    """Read the file on the order's ground and keep what the report will say. Raises Conflict, Unavailable."""
    report = claimed.report
    actor = system_actor(System.REPORTS)
    then = report.known_at is not None
    permit = access.disclose(actor, report.subject, Purpose.CERTIFIED_REPORT, about=report, as_it_was=then, now=now)
    content = gather(report, permit, now=now)
    sealed = vault.seal(content.to_json(), context=_context("content", report))
    _if_claimed(claimed, content=sealed, revision=content.revision)
    return content


@transaction.atomic
def _publish(
    claimed: Claimed, content: ReportContent, printed: Printed, signer: LoadedSigner, *, now: datetime
) -> Report:
    """Publish what was printed, if the claim still stands. Raises Conflict."""
    report = claimed.report
    digest = hashlib.sha256(printed.pdf).hexdigest()
    _if_claimed(
        claimed,
        status=TRANSITIONS[Status.RENDERING, Move.PUBLISH],
        claim=None,
        error="",
        pdf=vault.seal(printed.pdf, context=_context("pdf", report)),
        sha256=digest,
        size=len(printed.pdf),
        pages=printed.pages,
        signer=signer.name,
        issued_at=datetime.fromisoformat(content.issued_at),
    )
    actor = system_actor(System.REPORTS)
    access.close_ground(GroundKind.ORDER, subject=report.subject, about=report, by=actor, now=now)
    ledger.note("report.issued", by=actor, about=report, at=now, sha256=digest, revision=content.revision)
    report.refresh_from_db()
    return report


def _give_back(claimed: Claimed, move: Move, error: str) -> None:
    """Leave a report that couldn't be written for later, or for good; nothing if another worker has taken it."""
    tries = 0 if move is Move.WAIT else claimed.report.tries
    try:
        with transaction.atomic():
            status = TRANSITIONS[Status.RENDERING, move]
            _if_claimed(claimed, status=status, claim=None, error=error[:300], tries=tries)
            if move is Move.GIVE_UP:
                now, actor = claimed.report.tried_at, system_actor(System.REPORTS)
                assert now is not None
                about = claimed.report
                access.close_ground(GroundKind.ORDER, subject=about.subject, about=about, by=actor, now=now)
                ledger.note("report.failed", by=actor, about=about, at=now, why=error)
    except DomainError:
        log.warning("report %s was taken by another worker", claimed.report.public_id)


def _if_claimed(claimed: Claimed, **changes: object) -> None:
    """Change the claimed report, if the claim still stands. Raises Conflict."""
    reports = Report.objects.opened_to(System.REPORTS)
    if not reports.filter(pk=claimed.report.pk, claim=claimed.token, status=Status.RENDERING).update(**changes):
        raise Conflict(_("Another worker has taken this report."))


def _context(what: str, report: Report) -> str:
    return f"reports.{what}:{report.public_id}"
