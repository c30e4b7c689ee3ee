"""The rows that the database refuses: drafts that can't be. Each has a test that tries to insert it."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import BaseConstraint, CheckConstraint, F, Q, UniqueConstraint

from credit.scoring.board.life import CLOSED, Move, Status
from credit.scoring.board.lifewords import START


def _codes(members: Iterable[StrEnum]) -> list[str]:
    """Plain strings, so that a migration doesn't import the rules."""
    return [member.value for member in members]


def _filled(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def _empty(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


FIRST = ("first_approved_by", "first_approved_at")
SECOND = ("second_approved_by", "second_approved_at")
ONCE = (Status.APPROVED_ONCE, Status.APPROVED, Status.PUBLISHED)
DIGEST = r"^[0-9a-f]{64}$"

DRAFT: list[BaseConstraint] = [
    UniqueConstraint(
        fields=["code", "version"],
        condition=~Q(status__in=_codes(CLOSED)),
        name="draft_one_open_a_version",
    ),
    CheckConstraint(name="draft_status_is_known", condition=Q(status__in=_codes(Status))),
    CheckConstraint(name="draft_is_of_a_version", condition=Q(version__gte=1, sha256__regex=DIGEST) & ~Q(text="")),
    CheckConstraint(
        name="draft_is_assessed_as_it_stands",
        condition=(
            Q(status__in=_codes([Status.ASSESSED, *ONCE]), assessed_sha256__isnull=False, assessed_sha256=F("sha256"))
            & _filled("assessed_at")
            | Q(status=Status.DRAFT.value) & _empty("assessed_sha256", "assessed_at")
            | Q(status=Status.ABANDONED.value)
        ),
    ),
    CheckConstraint(
        name="draft_first_approval_is_whole",
        condition=(
            Q(status__in=_codes(ONCE)) & _filled(*FIRST)
            | Q(status__in=_codes([Status.DRAFT, Status.ASSESSED])) & _empty(*FIRST)
            | Q(status=Status.ABANDONED.value)
        ),
    ),
    CheckConstraint(
        name="draft_second_approval_is_whole",
        condition=(
            Q(status__in=_codes([Status.APPROVED, Status.PUBLISHED])) & _filled(*SECOND)
            | Q(status__in=_codes([Status.DRAFT, Status.ASSESSED, Status.APPROVED_ONCE])) & _empty(*SECOND)
            | Q(status=Status.ABANDONED.value)
        ),
    ),
    CheckConstraint(
        name="draft_two_members_approve",
        condition=Q(second_approved_by__isnull=True) | ~Q(second_approved_by=F("first_approved_by")),
    ),
    CheckConstraint(
        name="draft_is_published_as_a_scheme",
        condition=Q(status=Status.PUBLISHED.value, scheme__isnull=False)
        | ~Q(status=Status.PUBLISHED.value) & Q(scheme__isnull=True),
    ),
    CheckConstraint(
        name="draft_is_closed_whole",
        condition=Q(status__in=_codes(CLOSED), closed_at__isnull=False)
        | ~Q(status__in=_codes(CLOSED)) & Q(closed_at__isnull=True),
    ),
]

EVENT: list[BaseConstraint] = [
    UniqueConstraint(fields=["draft", "number"], name="draft_event_numbered_once"),
    CheckConstraint(
        name="draft_event_codes_are_known",
        condition=Q(status__in=_codes(Status), move__in=[START, *_codes(Move)], number__gte=1, sha256__regex=DIGEST),
    ),
    CheckConstraint(
        name="draft_event_says_by_whom",
        condition=Q(move=Move.ASSESS.value, by__isnull=True) | ~Q(move=Move.ASSESS.value) & Q(by__isnull=False),
    ),
]
