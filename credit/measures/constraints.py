"""The rows that the database refuses, beside what the triggers of 0002_guards refuse. Each has a test."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import BaseConstraint, CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from credit.measures.rules import CLOSED, DECIDED, OPEN, OVER, STANDING, Because, Kind, State, Status

LONGEST = 2000
"""Characters of an objection's reason, and of its answer."""


def _codes(members: Iterable[StrEnum]) -> list[str]:
    """Plain strings, so that a migration doesn't import the rules."""
    return [member.value for member in members]


def _filled(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def _empty(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


STANDS = Q(state__in=_codes(STANDING))
IS_OPEN = Q(status__in=_codes(OPEN))

LIST: list[BaseConstraint] = [
    UniqueConstraint(fields=["code", "version"], name="measures_list_versions_are_unique"),
    UniqueConstraint(fields=["code", "effective_from"], name="measures_list_one_a_day"),
    CheckConstraint(name="measures_list_versions_from_one", condition=Q(version__gte=1)),
    CheckConstraint(name="measures_list_digest_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
    CheckConstraint(name="measures_list_is_not_empty", condition=Q(size__gte=1)),
]

ENTRY: list[BaseConstraint] = [
    UniqueConstraint(fields=["published", "code"], name="measures_entry_once_a_list"),
    UniqueConstraint(fields=["published", "place"], name="measures_entry_one_a_place"),
    CheckConstraint(name="measures_entry_kind_is_known", condition=Q(kind__in=_codes(Kind))),
    CheckConstraint(
        name="measures_entry_notice_fits",
        condition=Q(kind=Kind.FAVOURABLE.value, notice_days=0) | Q(kind=Kind.ADVERSE.value, notice_days__gte=1),
    ),
    CheckConstraint(name="measures_entry_concerns_somebody", condition=Q(for_individuals=True) | Q(for_companies=True)),
]

MEASURE: list[BaseConstraint] = [
    UniqueConstraint(
        fields=["subject", "entry", "record"], condition=STANDS, nulls_distinct=False, name="measure_once_a_cause"
    ),
    CheckConstraint(
        name="measure_codes_are_known",
        condition=Q(state__in=_codes(State)) & (_empty("ended_because") | Q(ended_because__in=_codes(Because))),
    ),
    CheckConstraint(
        name="measure_has_one_cause",
        condition=Q(record__isnull=False, band="") | Q(record__isnull=True) & ~Q(band=""),
    ),
    CheckConstraint(name="measure_starts_after_notice", condition=Q(starts_on__gte=F("noticed_on"))),
    CheckConstraint(
        name="measure_is_started_whole",
        condition=(
            Q(state__in=[State.ANNOUNCED.value, State.CALLED_OFF.value], started_on__isnull=True)
            | Q(state__in=[State.IN_FORCE.value, State.ENDED.value], started_on__isnull=False)
            & Q(started_on__gte=F("starts_on"))
        ),
    ),
    CheckConstraint(
        name="measure_is_ended_whole",
        condition=(
            Q(state__in=_codes(OVER)) & _filled("ended_on", "ended_at", "ended_because")
            | STANDS & _empty("ended_on", "ended_at", "ended_because")
        ),
    ),
    CheckConstraint(
        name="measure_ends_after_notice", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("noticed_on"))
    ),
    CheckConstraint(
        name="measure_bars_only_if_upheld",
        condition=Q(bars=False) | Q(ended_because__isnull=False, ended_because=Because.OBJECTION.value),
    ),
]

OBJECTION: list[BaseConstraint] = [
    UniqueConstraint(fields=["measure"], condition=~Q(status=Status.WITHDRAWN.value), name="objection_once_a_measure"),
    CheckConstraint(name="objection_status_is_known", condition=Q(status__in=_codes(Status))),
    CheckConstraint(
        name="objection_says_something", condition=~Q(reason="") & (Q(answer__isnull=True) | ~Q(answer=""))
    ),
    CheckConstraint(name="objection_reason_is_short", condition=LessThanOrEqual(Length("reason"), LONGEST)),
    CheckConstraint(
        name="objection_answer_is_short",
        condition=Q(answer__isnull=True) | Q(LessThanOrEqual(Length("answer"), LONGEST)),
    ),
    CheckConstraint(
        name="objection_is_taken_whole",
        condition=(
            Q(status=Status.FILED.value) & _empty("taken_by", "taken_at")
            | Q(status__in=[Status.IN_REVIEW.value, *_codes(DECIDED)]) & _filled("taken_by", "taken_at")
            | Q(status__in=[Status.WITHDRAWN.value, Status.LAPSED.value])
            & (_filled("taken_by", "taken_at") | _empty("taken_by", "taken_at"))
        ),
    ),
    CheckConstraint(
        name="objection_is_decided_whole",
        condition=(
            Q(status__in=_codes(DECIDED), decided_by=F("taken_by")) & _filled("answer", "decided_by")
            | ~Q(status__in=_codes(DECIDED)) & _empty("answer", "decided_by")
        ),
    ),
    CheckConstraint(
        name="objection_is_closed_whole",
        condition=Q(status__in=_codes(CLOSED), closed_at__isnull=False) | IS_OPEN & Q(closed_at__isnull=True),
    ),
    CheckConstraint(
        name="objection_filer_decides_nothing",
        condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("filed_by")),
    ),
    CheckConstraint(
        name="objection_times_are_in_order",
        condition=(
            (Q(taken_at__isnull=True) | Q(taken_at__gte=F("filed_at")))
            & (Q(closed_at__isnull=True) | Q(closed_at__gte=F("filed_at")))
            & (Q(closed_at__isnull=True) | Q(taken_at__isnull=True) | Q(closed_at__gte=F("taken_at")))
        ),
    ),
]
