"""The rows that the database refuses: cases and steps that can't be. Each has a test that tries to insert it."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import BaseConstraint, CheckConstraint, F, Q, UniqueConstraint

from credit.disputes.rules import OPEN, Complaint, Method, Move, Outcome, Status

FILE = "file"


def _codes(members: Iterable[StrEnum]) -> list[str]:
    """Plain strings, so that a migration doesn't import the rules."""
    return [member.value for member in members]


def _filled(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def _empty(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


def _together(*names: str) -> Q:
    """All of the columns are set, or none is."""
    return _filled(*names) | _empty(*names)


IS_OPEN = Q(status__in=_codes(OPEN))

DISPUTE: list[BaseConstraint] = [
    UniqueConstraint(fields=["record"], condition=IS_OPEN, name="dispute_one_open_a_record"),
    CheckConstraint(
        name="dispute_codes_are_known",
        condition=(
            Q(status__in=_codes(Status), complaint__in=_codes(Complaint))
            & (Q(outcome__isnull=True) | Q(outcome__in=_codes(Outcome)))
            & (Q(method__isnull=True) | Q(method__in=_codes(Method)))
        ),
    ),
    CheckConstraint(
        name="dispute_says_something", condition=~Q(statement="") & (Q(reason__isnull=True) | ~Q(reason=""))
    ),
    CheckConstraint(
        name="dispute_is_taken_whole",
        condition=(
            Q(status=Status.FILED.value) & _empty("taken_by", "taken_at")
            | Q(status__in=[Status.IN_REVIEW.value, Status.PROPOSED.value, Status.DECIDED.value])
            & _filled("taken_by", "taken_at")
            | Q(status=Status.WITHDRAWN.value) & _together("taken_by", "taken_at")
        ),
    ),
    CheckConstraint(
        name="dispute_proposal_is_whole",
        condition=(
            Q(status__in=[Status.PROPOSED.value, Status.DECIDED.value])
            & _filled("outcome", "reason", "method", "proposed_by", "proposed_at")
            | Q(status__in=[Status.FILED.value, Status.IN_REVIEW.value, Status.WITHDRAWN.value])
            & _empty("outcome", "reason", "method", "proposed_by", "proposed_at")
        ),
    ),
    CheckConstraint(
        name="dispute_correction_fits",
        condition=(
            Q(
                outcome__isnull=False,
                outcome=Outcome.CORRECT_MARK.value,
                corrected_mark__isnull=False,
                corrected_end__isnull=True,
            )
            & ~Q(corrected_mark="")
            | Q(
                outcome__isnull=False,
                outcome=Outcome.CORRECT_END.value,
                corrected_mark__isnull=True,
                corrected_end__isnull=False,
            )
            | (Q(outcome__isnull=True) | Q(outcome__in=[Outcome.REMOVE.value, Outcome.KEEP.value]))
            & _empty("corrected_mark", "corrected_end")
        ),
    ),
    CheckConstraint(
        name="dispute_decision_is_whole",
        condition=(
            Q(status=Status.DECIDED.value) & _filled("decided_by", "decided_at")
            | ~Q(status=Status.DECIDED.value) & _empty("decided_by", "decided_at")
        ),
    ),
    CheckConstraint(
        name="dispute_withdrawal_is_whole",
        condition=(
            Q(status=Status.WITHDRAWN.value) & _filled("withdrawn_by", "withdrawn_at")
            | ~Q(status=Status.WITHDRAWN.value) & _empty("withdrawn_by", "withdrawn_at")
        ),
    ),
    CheckConstraint(
        name="dispute_reviewer_proposes", condition=(Q(proposed_by__isnull=True) | Q(proposed_by=F("taken_by")))
    ),
    CheckConstraint(
        name="dispute_two_officials", condition=(Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")))
    ),
    CheckConstraint(
        name="dispute_filer_decides_nothing",
        condition=(
            (Q(taken_by__isnull=True) | ~Q(taken_by=F("filed_by")))
            & (Q(decided_by__isnull=True) | ~Q(decided_by=F("filed_by")))
        ),
    ),
    CheckConstraint(
        name="dispute_times_are_in_order",
        condition=(
            (Q(taken_at__isnull=True) | Q(taken_at__gte=F("filed_at")))
            & (Q(proposed_at__isnull=True) | Q(proposed_at__gte=F("taken_at")))
            & (Q(decided_at__isnull=True) | Q(decided_at__gte=F("proposed_at")))
            & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("filed_at")))
        ),
    ),
]

EVENT: list[BaseConstraint] = [
    UniqueConstraint(fields=["dispute", "number"], name="dispute_event_numbered_once"),
    CheckConstraint(
        name="dispute_event_codes_are_known",
        condition=(Q(status__in=_codes(Status)) & Q(move__in=[FILE, *_codes(Move)]) & Q(number__gte=1)),
    ),
]
