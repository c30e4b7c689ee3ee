"""Where the data comes from: every agency with its law, its notations and a few figures. Nothing of any subject.

Figures are counted over everything at once, and those from 1 to 4 aren't told, so that nobody can be recognised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q

from credit.core.clock import business_date
from credit.core.policy import System
from credit.disputes.models import Dispute
from credit.disputes.rules import Outcome, Status
from credit.identity.models import Organisation
from credit.records import notations, sources
from credit.records.models import Record, RecordVersion, Registration, Submission
from credit.records.moves import Status as Delivery
from credit.records.words import notation_name

FEWEST = 5
"""The smallest number of records or disputes that is told."""

KEPT_SECONDS = 600
LICENCE = {
    "code": "CC0-1.0",
    "name": "Creative Commons Zero 1.0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A count that may be told: `number` is None from 1 to 4."""

    number: int | None

    @classmethod
    def of(cls, count: int) -> "Told":
        """The count, or that it is small."""
        return cls(count if count == 0 or count >= FEWEST else None)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one agency. Shares are percentages with one decimal; None where there is nothing to divide, or a part of it
    is so small that somebody could be recognised.

    `records`: those that stand. `disputed`: of all records ever delivered, those that were ever disputed. `upheld`: of
    the disputes that were decided, those in which the subject was right.
    """

    last_delivery: date | None
    records: Told
    disputed: float | None
    decided: Told
    upheld: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """One agency, the notations that it may submit, and its figures."""

    agency: Organisation
    notations: tuple[str, ...]
    figures: Figures

    @property
    def names(self) -> list[str]:
        """What its notations are called, in the language of the moment."""
        return [notation_name(code) for code in self.notations]


def all_sources(now: datetime) -> list[Source]:
    """Every agency that may submit something, by code. The figures are some minutes old."""
    allowed: dict[int, list[str]] = {}
    registered = Registration.objects.at(now).filter(agency__kind=Organisation.Kind.AGENCY)
    for agency, notation in registered.values_list("agency", "notation"):
        allowed.setdefault(agency, []).append(notation)
    agencies = Organisation.objects.filter(pk__in=allowed).select_related("profile").order_by("code")
    figures = _figures(now)
    nothing = figures_from({}, {}, {}, {}, 0)
    return [Source(agency, tuple(sorted(allowed[agency.pk])), figures.get(agency.pk, nothing)) for agency in agencies]


def figures_from(
    standing: Mapping[int, int],
    ever: Mapping[int, int],
    disputes: Mapping[int, tuple[int, int, int]],
    last: Mapping[int, datetime],
    agency: int,
) -> Figures:
    """One agency's figures out of the counts of all. `disputes`: records disputed, cases decided, cases upheld."""
    disputed, decided, upheld = disputes.get(agency, (0, 0, 0))
    delivered = last.get(agency)
    return Figures(
        last_delivery=business_date(delivered) if delivered else None,
        records=Told.of(standing.get(agency, 0)),
        disputed=share(disputed, ever.get(agency, 0)),
        decided=Told.of(decided),
        upheld=share(upheld, decided),
    )


def share(part: int, whole: int) -> float | None:
    """A percentage, unless the part or the rest is so small that it would point at somebody."""
    if whole < FEWEST or any(0 < count < FEWEST for count in (part, whole - part)):
        return None
    return round(100 * part / whole, 1)


def document(now: datetime) -> dict[str, Any]:
    """All of it as open data, in both languages."""
    return {
        "format": "plainmark-sources/1",
        "licence": LICENCE,
        "as_of": business_date(now).isoformat(),
        "note": "Counts from 1 to 4, and shares that would betray one, are null.",
        "agencies": [_as_data(source) for source in all_sources(now)],
        "notations": [sources.as_data(notation) for notation in notations.all_notations().values()],
        "never_taken": sources.never_taken_as_data(),
        "longest_kept": sources.longest_kept_as_data(),
    }


AGENCY_COLUMNS = (
    "agency", "name_en", "name_zh_hans", "legal_basis_en", "legal_basis_zh_hans", "category", "notations",
    "last_delivery", "records", "disputed_percent", "decided_disputes", "upheld_percent", "as_of", "licence",
)  # fmt: skip


def agency_rows(now: datetime) -> list[dict[str, object]]:
    """One row an agency, under AGENCY_COLUMNS; what isn't told is empty."""
    rows: list[dict[str, object]] = []
    for source in all_sources(now):
        agency, figures = source.agency, source.figures
        told = (
            agency.code, agency.name_en, agency.name_zh, agency.profile.legal_basis_en, agency.profile.legal_basis_zh,
            agency.profile.category, " ".join(source.notations), figures.last_delivery, figures.records.number,
            figures.disputed, figures.decided.number, figures.upheld, business_date(now), LICENCE["code"],
        )  # fmt: skip
        rows.append(dict(zip(AGENCY_COLUMNS, told, strict=True)))
    return rows


CONVERSION_COLUMNS = (
    "notation", "name_en", "name_zh_hans", "effective_from", "version", "own_value", "common_value_thousandths",
    "linear_between", "source_en", "source_zh_hans", "licence",
)  # fmt: skip


def conversion_rows() -> list[dict[str, object]]:
    """One row a line of a conversion table, under CONVERSION_COLUMNS; an empty own value is any."""
    rows: list[dict[str, object]] = []
    for notation in notations.all_notations().values():
        names = [notation.words[language].name for language in ("en", "zh-hans")]
        for table in notation.tables:
            origin = [table.source[language] for language in ("en", "zh-hans")]
            for own, common in table.lines:
                told = [notation.code, *names, table.effective_from, table.version, own, int(common), table.linear]
                rows.append(dict(zip(CONVERSION_COLUMNS, [*told, *origin, LICENCE["code"]], strict=True)))
    return rows


def _as_data(source: Source) -> dict[str, Any]:
    agency, figures = source.agency, source.figures
    return {
        "code": agency.code,
        "name": {"en": agency.name_en, "zh-hans": agency.name_zh},
        "legal_basis": {"en": agency.profile.legal_basis_en, "zh-hans": agency.profile.legal_basis_zh},
        "category": agency.profile.category,
        "notations": list(source.notations),
        "last_delivery": figures.last_delivery.isoformat() if figures.last_delivery else None,
        "records": figures.records.number,
        "disputed_percent": figures.disputed,
        "decided_disputes": figures.decided.number,
        "upheld_percent": figures.upheld,
    }


def _figures(now: datetime) -> dict[int, Figures]:
    key = f"sources.figures:{business_date(now).isoformat()}"
    found: dict[int, Figures] | None = cache.get(key)
    if found is None:
        found = _counted()
        cache.set(key, found, KEPT_SECONDS)
    return found


def _counted() -> dict[int, Figures]:
    """By agency, in four queries, whatever there is."""
    standing = RecordVersion.objects.opened_to(System.PUBLICATION).current().values_list("record__agency")
    ever = Record.objects.opened_to(System.PUBLICATION).values_list("agency")
    last = Submission.objects.filter(status=Delivery.RELEASED).values_list("agency").annotate(latest=Max("released_at"))
    cases = Dispute.objects.opened_to(System.PUBLICATION).values_list("record__agency")
    is_decided = Q(status=Status.DECIDED)
    disputes = cases.annotate(
        disputed=Count("record", distinct=True),
        decided=Count("pk", filter=is_decided),
        upheld=Count("pk", filter=is_decided & ~Q(outcome=Outcome.KEEP)),
    )
    counts = (
        dict(standing.order_by().annotate(found=Count("pk"))),
        dict(ever.order_by().annotate(found=Count("pk"))),
        {agency: (disputed, decided, upheld) for agency, disputed, decided, upheld in disputes.order_by()},
        dict(last.order_by()),
    )
    agencies = {agency for counted in counts for agency in counted}
    return {agency: figures_from(*counts, agency) for agency in agencies}
