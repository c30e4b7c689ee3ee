"""Which part of a subject's records a page shows: as known when, cut how, in which order."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Lower
from django.utils.translation import get_language

from credit.core.policy import Permit
from credit.records import notations
from credit.records.models import Record, RecordVersion
from credit.records.notations.shapes import plain

if TYPE_CHECKING:
    from credit.records.versions import VersionQuerySet


class State(StrEnum):
    """What a record can be asked to be. They overlap: a disputed record may count."""

    COUNTS = "counts"
    DISPUTED = "disputed"
    WITHHELD = "withheld"
    NOT_YET = "not-yet"
    ENDED = "ended"
    REMOVED = "removed"


class Order(StrEnum):
    """In which order records stand within their part of the page."""

    AGENCY = "agency"
    NEWEST = "newest"
    ENDING = "ending"
    WORST = "worst"


class Part(IntEnum):
    """The parts of the page, in their order: what is held, what only its subject still sees, what was taken away."""

    HELD = 0
    ENDED = 1
    REMOVED = 2


ORDERS = {
    Order.AGENCY: (F("record__agency__code"), F("valid_from").desc(), F("pk").desc()),
    Order.NEWEST: (F("valid_from").desc(), F("pk").desc()),
    Order.ENDING: (F("valid_to").asc(nulls_last=True), F("pk").desc()),
    Order.WORST: (F("value"), F("valid_from").desc(), F("pk").desc()),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown. `day`: the day that it is about; `known_at`: as known then (None: as known now)."""

    day: date
    known_at: datetime | None = None
    agency: str = ""
    notation: str = ""
    state: State | None = None
    words: str = ""
    order: Order = Order.AGENCY

    @property
    def cuts(self) -> bool:
        """Whether it leaves anything out, apart from what wasn't known."""
        return bool(self.agency or self.notation or self.state or self.words)


@dataclass(frozen=True, slots=True)
class Sources:
    """The agencies and notations of a file, for the choices of a filter: codes with their names, by name."""

    agencies: list[tuple[str, str]]
    notations: list[str]


def sources_of(permit: Permit) -> Sources:
    """From whom a subject's records come, and in which notations. One query. Raises NotAllowed."""
    pairs = Record.objects.opened_by(permit).values_list(
        "agency__code", "agency__name_en", "agency__name_zh", "notation"
    )
    rows = list(pairs.distinct())
    chinese = (get_language() or "").startswith("zh")
    agencies = {code: name_zh if chinese else name_en for code, name_en, name_zh, _notation in rows}
    return Sources(sorted(agencies.items(), key=lambda pair: pair[1]), sorted({row[3] for row in rows}))


def known(permit: Permit, known_at: datetime | None) -> "VersionQuerySet":
    """The one version of each record that the portal held at a moment; now (None), removed ones too.

    Raises NotAllowed.
    """
    opened = RecordVersion.objects.opened_by(permit)
    return opened.newest() if known_at is None else opened.known_at(known_at)


def counts(versions: "VersionQuerySet", on: date, counting: Collection[str]) -> dict[str, int]:
    """How many versions there are in each state on a day, and under "all" how many there are. One query."""
    states = {state.value.replace("-", "_"): Count("pk", filter=_state(state, on, counting)) for state in State}
    found = versions.aggregate(all=Count("pk"), **states)
    return {name.replace("_", "-"): number for name, number in found.items()}


def matching(versions: "VersionQuerySet", asked: Asked, counting: Collection[str]) -> "VersionQuerySet":
    """Those that fit, part by part (`part`), with all that the list prints.

    `counting`: the public ids of the records that count in the mark; records don't know that by themselves.
    """
    found = versions.select_related("record__agency", "submission").alias(
        all_details=Func(F("details"), template=VALUES, output_field=TextField()), small=Lower("mark")
    )
    if asked.agency:
        found = found.filter(record__agency__code=asked.agency)
    if asked.notation:
        found = found.filter(record__notation=asked.notation)
    if asked.state is not None:
        found = found.filter(_state(asked.state, asked.day, counting))
    if asked.words:
        inside = json.dumps(asked.words, ensure_ascii=False)[1:-1]  # the column's text escapes quotes and line ends
        found = found.filter(
            Q(record__document__icontains=asked.words)
            | Q(record__public_id__icontains=asked.words)
            | Q(mark__icontains=asked.words)
            | Q(all_details__icontains=inside)
            | _called(asked.words)
        )
    removed, ended = When(struck=True, then=Value(Part.REMOVED)), When(_ended(asked.day), then=Value(Part.ENDED))
    part = Case(removed, ended, default=Value(Part.HELD), output_field=IntegerField())
    return found.annotate(part=part).order_by("part", *ORDERS[asked.order])


VALUES = "jsonb_path_query_array(%(expressions)s, '$.*')::text"
"""The values of `details` without their keys, which are the portal's own words."""


def _called(words: str) -> Q:
    """Those whose agency, notation or mark has a name with these words in it, in either language, as pages say it."""
    wanted, agency = plain(words), "record__agency__name"
    found = Q(**{f"{agency}_en__icontains": words}) | Q(**{f"{agency}_zh__icontains": words})
    for code, notation in notations.all_notations().items():
        known = [mark.names for table in notation.tables for mark in table.marks]
        marks = {name.lower() for names in known if any(wanted in plain(name) for name in names) for name in names}
        if any(wanted in plain(text.name) for text in notation.words.values()):
            found |= Q(record__notation=code)
        elif marks:
            found |= Q(record__notation=code, small__in=sorted(marks))
    return found


def _ended(on: date) -> Q:
    return Q(valid_to__lte=on)


def _state(state: State, on: date, counting: Collection[str]) -> Q:
    """A record that was removed is nothing else."""
    if state is State.REMOVED:
        return Q(struck=True)
    states = {
        State.COUNTS: Q(record__public_id__in=counting),
        State.DISPUTED: Q(disputed=True),
        State.WITHHELD: Q(withheld=True),
        State.NOT_YET: Q(valid_from__gt=on),
        State.ENDED: _ended(on),
    }
    return states[state] & Q(struck=False)
