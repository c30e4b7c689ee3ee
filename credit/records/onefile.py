"""An official opens one file to put right which numbers and records are whose, and takes such acts back.

The file itself is the reason to look, as a pair is for two of them (merging.py): its subject sees every look.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from credit.access import actions as access
from credit.access.models import Ground
from credit.core.errors import NotFound
from credit.core.policy import GroundKind, Permit
from credit.identity.models import User
from credit.records import moving, numbers
from credit.records.models import RecordMove
from credit.subjects.models import NumberAct, Subject

MOVED = "move"
"""The sort of an act that moved records, beside those with numbers."""


def found(public_id: str) -> Subject:
    """The file to which a file's public id leads. Raises NotFound."""
    subject = Subject.objects.select_related("merged_into").filter(public_id=public_id).first()
    if subject is None:
        raise NotFound(_("There is no such file."))
    return subject.file


@transaction.atomic
def open_file(public_id: str, *, by: User, now: datetime) -> Subject:
    """Give an official a reason to look at a file; its subject sees that they looked. Raises NotFound, NotAllowed."""
    subject = found(public_id)
    numbers.require_official(by, subject, now)
    access.open_ground(GroundKind.MATCHING, user=by, subject=subject, about=subject, by=by, now=now)
    return subject


@transaction.atomic
def close_file(public_id: str, *, by: User, now: datetime) -> Subject:
    """The official has finished: another look needs another opening. Raises NotFound, NotAllowed."""
    subject = found(public_id)
    numbers.require_official(by, subject, now)
    access.close_ground(GroundKind.MATCHING, subject=subject, about=subject, by=by, now=now, user=by)
    return subject


def may_look(subject: Subject, user: User) -> bool:
    """Whether the user has opened this file and not closed it."""
    held = Ground.objects.open().filter(kind=GroundKind.MATCHING, user=user, subject=subject)
    return held.filter(about_id=subject.public_id).exists()


def acts_of(permit: Permit) -> "QuerySet[Any, tuple[datetime, str, str]]":
    """When, under which public id and of which sort each act about a file was, the latest first. Raises NotAllowed."""
    columns = ("at", "public_id", "sort")
    given = NumberAct.objects.opened_by(permit).annotate(sort=Cast(F("act"), TextField())).values_list(*columns)
    moved = RecordMove.objects.opened_by(permit).annotate(sort=Value(MOVED, TextField())).values_list(*columns)
    return given.union(moved, all=True).order_by("-at", "public_id")


def undo(public_id: str, *, reason: str, by: User, now: datetime) -> None:
    """Take an act back, whichever it was. Raises as `numbers.undo` and `moving.undo`."""
    take_back = moving.undo if RecordMove.objects.filter(public_id=public_id).exists() else numbers.undo
    take_back(public_id, reason=reason, by=by, now=now)
