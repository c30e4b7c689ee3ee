"""What a report will say, read through the permit that its order gave, in the report's own language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from credit.core.clock import business_date, zone
from credit.core.identifiers import IdentifierKind, mask
from credit.core.policy import Permit
from credit.reports.content import (
    AdjustmentLine,
    BandLine,
    CategoryLine,
    FactorLine,
    IdentifierLine,
    MarkWithout,
    RecordLine,
    ReportContent,
)
from credit.reports.models import Report
from credit.scoring import actions as scoring
from credit.scoring.mark import Line, Mark, Standing
from credit.scoring.words import in_language
from credit.subjects.models import Subject, SubjectIdentifier
from credit.vault import actions as vault

IDENTIFIER_NAMES = {
    IdentifierKind.USCC: _("Unified social credit code"),
    IdentifierKind.RESIDENT_ID: _("Resident ID"),
    IdentifierKind.PR_CARD: _("Permanent residence card"),
    IdentifierKind.PASSPORT: _("Passport"),
    IdentifierKind.HMT_PERMIT: _("Hong Kong, Macao or Taiwan resident's permit"),
    IdentifierKind.LEI: _("Legal entity identifier"),
    IdentifierKind.REGISTER: _("Company register number"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What the portal holds on a subject. `revision` was read before all else; `mark` may be of an earlier moment."""

    name: str
    kind: str
    revision: int
    identifiers: tuple[IdentifierLine, ...]
    mark: Mark


def gather(report: Report, permit: Permit, *, now: datetime) -> ReportContent:
    """The content of a report, cut down to its kind: now, or as it was known at the report's own moment.

    Names and identifiers are today's. Raises NotAllowed, Unavailable (no scheme, no field key).
    """
    then = report.known_at
    as_of = business_date(then) if then else None
    with translation.override(report.language):
        subject = Subject.objects.opened_by(permit).get()
        identifiers = _identifiers(permit)
        mark = scoring.mark_of(permit, now=now, as_of=as_of, known_at=then)
        held = Held(subject.name, subject.kind, subject.revision, identifiers, mark)
        return _content(report, held, now).for_kind()


def _content(report: Report, held: Held, now: datetime) -> ReportContent:
    mark = held.mark
    shown = [line for line in (*mark.lines, *mark.idle) if line.standing is not Standing.ENDED]
    moment = now.astimezone(zone()).isoformat(timespec="seconds")
    kept_at_limit = {step.category.code for step in mark.adjustments if step.category is not None}
    return ReportContent(
        serial=report.public_id,
        code=report.code,
        kind=report.kind,
        language=report.language,
        subject_name=held.name,
        subject_kind=held.kind,
        identifiers=held.identifiers,
        as_of=mark.as_of.isoformat(),
        issued_at=moment,
        known_at=mark.known_at.astimezone(zone()).isoformat() if mark.known_at else moment,
        revision=held.revision,
        scheme_name=mark.scheme.name,
        scheme_code=mark.scheme.code,
        scheme_version=mark.scheme.version,
        base=mark.base,
        minimum=mark.minimum,
        maximum=mark.maximum,
        score=mark.score,
        band=mark.band,
        band_meaning=mark.band_meaning,
        bands=tuple(BandLine(band.name, band.start) for band in mark.rules.bands),
        disputed=sum(line.disputed for line in shown),
        records=len(mark.lines),
        lines=tuple(_line(line) for line in shown),
        categories=tuple(
            CategoryLine(total.category.name, total.records, total.points, total.category.code in kept_at_limit)
            for total in mark.categories
            if total.records
        ),
        adjustments=tuple(AdjustmentLine(step.why, step.points) for step in mark.adjustments if step.category is None),
        factors=tuple(FactorLine(total.category.name, total.points, total.category.factor) for total in mark.factors),
        recalculation=_without_ended(mark.document),
        without_disputed=MarkWithout(*mark.without_disputed) if mark.without_disputed else None,
    )


def _without_ended(document: dict[str, Any]) -> dict[str, Any]:
    """A recalculation document for others' eyes: what has ended is its subject's alone, and counts for nothing."""
    today = document["as_of"]
    records = [row for row in document["records"] if row["ends_on"] is None or row["ends_on"] > today]
    return {**document, "records": records}


def _identifiers(permit: Permit) -> tuple[IdentifierLine, ...]:
    lines = []
    for identifier in SubjectIdentifier.objects.opened_by(permit).order_by("pk"):
        value = vault.decrypt_identifier(identifier.kind, bytes(identifier.token))
        label = str(IDENTIFIER_NAMES[IdentifierKind(identifier.kind)])
        lines.append(IdentifierLine(label, mask(value)))
    return tuple(lines)


def _line(line: Line) -> RecordLine:
    return RecordLine(
        record=line.record,
        agency=line.agency,
        what=in_language(line.notation.words).name if line.notation else line.notation_code,
        category=line.category.name if line.category else "",
        stated=line.stated,
        common=line.value,
        points=line.points,
        decided_on=line.decided_on.isoformat(),
        ends_on=line.ends_on.isoformat() if line.ends_on else None,
        disputed=line.disputed,
        note=line.why_not,
    )
