"""A large submission that an officer released is published by a worker: one transaction, whole or not at all.

The order is a claim: each worker that begins raises `publishers`, says every few seconds that it lives and how far it
is, and its work counts only if it is still the last one and the order still stands when it is done. A killed worker's
transaction is rolled back by the database, and the next one begins anew.
"""

import threading
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

from django.db import connection, transaction
from django.db.models import F

from credit.core.clock import Clock
from credit.core.errors import NotAllowed
from credit.core.policy import System
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.ledger import sets
from credit.records.deliveries import after_move, forget_order, locked, next_turn, wait_for_others
from credit.records.intake import MAX_CLAIMS, ClaimLost
from credit.records.models import StagedRows, Submission
from credit.records.moves import Move, Status
from credit.records.officers import require_registered
from credit.records.overriding import accepted_in, reasons_in
from credit.records.publishing import NamesChanged, publish, raise_revisions
from credit.records.releasing import check_names_again, note_release

SIGN_OF_LIFE_SECONDS = 2.0
DEAD_CLIENT = "SET LOCAL client_connection_check_interval = '2s'"
"""The database gives up a statement whose worker is gone, so that its locks don't hold up the next one."""


def publish_ordered(submission_pk: int, *, now: datetime) -> Submission | None:
    """Publish a submission whose release was ordered; None where somebody else does or did, or it was withdrawn."""
    clock = Clock(now)
    submission = _claim(submission_pk, now)
    if submission is None:
        return None
    if submission.publishers > MAX_CLAIMS:
        return _give_up(submission, now=now)
    try:
        with SignsOfLife(submission, clock) as signs:
            _publish(submission, signs)
    except ClaimLost:
        return None
    except NotAllowed:
        return _give_up(submission, now=now)
    except StagedRows.DoesNotExist:
        if _is_mine(submission):
            raise
        return None  # whoever withdrew it has thrown them away
    except NamesChanged:
        check_names_again(submission.public_id, now=now)
    submission.refresh_from_db()
    return submission


def _is_mine(submission: Submission) -> bool:
    mine = Submission.objects.filter(pk=submission.pk, status=Status.RELEASING, publishers=submission.publishers)
    return mine.exists()


class SignsOfLife(AbstractContextManager["SignsOfLife"]):
    """Says in a thread of its own, outside the worker's transaction, that the worker lives, and how far it is."""

    def __init__(self, submission: Submission, clock: Clock) -> None:
        self.share = 0
        self._mine = Submission.objects.filter(
            pk=submission.pk, status=Status.RELEASING, publishers=submission.publishers
        )
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def now(self) -> datetime:
        """The moment, on the clock that the work began with."""
        return self._clock.now()

    def is_at(self, percent: int) -> None:
        """How far the work is."""
        self.share = percent

    def finish(self, **changes: object) -> None:
        """Change the submission, if it is still this worker's. Raises ClaimLost."""
        if not self._mine.update(**changes):
            raise ClaimLost

    def _tell(self) -> None:
        try:
            while not self._over.wait(SIGN_OF_LIFE_SECONDS):
                if not self._mine.update(claimed_at=self.now(), published=self.share):
                    return
        finally:
            connection.close()

    def __enter__(self) -> "SignsOfLife":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()


@transaction.atomic
def _claim(pk: int, now: datetime) -> Submission | None:
    claimed = Submission.objects.to_publish(now).filter(pk=pk)
    if not claimed.update(publishers=F("publishers") + 1, claimed_at=now, published=0):
        return None
    return Submission.objects.select_related("agency", "released_by", "released_through").get(pk=pk)


@transaction.atomic
def _publish(submission: Submission, signs: SignsOfLife) -> None:
    """Raises ClaimLost, NamesChanged; NotAllowed where the agency may no longer submit this."""
    sets.run(DEAD_CLIENT)
    wait_for_others(submission)
    require_registered(submission.agency, submission.notation, now=signs.now())
    by = submission.released_by
    if by is None:  # never: the constraint submission_release_is_whole
        raise ClaimLost
    turn = next_turn()
    _make_records(submission, by, signs)
    submission.status, submission.released_at = after_move(submission, Move.PUBLISH), signs.now()
    signs.finish(
        status=submission.status,
        release_turn=turn,
        released_at=submission.released_at,
        published=100,
        records_new=submission.records_new,
        records_changed=submission.records_changed,
        records_same=submission.records_same,
    )
    note_release(submission, now=submission.released_at)


def _make_records(submission: Submission, by: User, signs: SignsOfLife) -> None:
    accepted, reasons = accepted_in(submission), reasons_in(submission)
    publish(submission, by=by, now=signs.now(), accepted=accepted, reasons=reasons, progress=signs.is_at)
    raise_revisions("touched")


@transaction.atomic
def _give_up(submission: Submission, *, now: datetime) -> Submission | None:
    """Every worker died on it, or the agency may no longer submit it: it stays unreleased, an officer may try again."""
    found = locked(submission.public_id)
    if (found.status, found.publishers) != (Status.RELEASING, submission.publishers):
        return None
    found.status = after_move(found, Move.GIVE_UP)
    forget_order(found)
    found.save()
    ledger.note("submission.release-given-up", by=f"system:{System.INTAKE}", about=found, at=now)
    return found
