"""What the page of one submission shows: its faults, what was accepted, what it would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from credit.core.errors import NotFound
from credit.core.identifiers import mask
from credit.identity.models import Organisation, User
from credit.records import notations, staging
from credit.records.faultlist import Cut, counts, faults_in
from credit.records.faultsheet import HAS_SHEET, WHOLE_ROWS
from credit.records.models import RowOverride, Submission
from credit.records.moves import Move, Status, after
from credit.records.notations.faults import Code, Fault
from credit.records.overriding import can_be_accepted
from credit.records.preview import Portion, Preview, preview_of
from credit.records.refusals import sentence
from credit.records.words import CATEGORIES, FAULTS, STATUS, STATUS_COLOUR, common_value, mark_in_words, notation_name

FAULTS_ON_A_PAGE = 50
SAMPLE = 5
LONGEST = 200
"""Characters of a column's heading by which faults can be asked for."""


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault as the page prints it. `may_accept`: an officer may accept the row despite it."""

    fault: Fault
    sentence: str
    may_accept: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Rows with one own mark or in a part of the scale, beside the common value; `percent` of the sound rows."""

    mark: str
    common: str
    rows: int
    percent: float


def of_agency(agency: Organisation, public_id: str) -> Submission:
    """The agency's own submission. Raises NotFound."""
    found = Submission.objects.of_agency(agency).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such submission. Go back to the list and open it from there."))
    return found


def told(submission: Submission) -> dict[str, object]:
    """A submission in words, for a list."""
    status = Status(submission.status)
    return {
        "submission": submission,
        "notation": notation_name(submission.notation),
        "status": STATUS[status],
        "colour": STATUS_COLOUR[status],
    }


def context_of(found: Submission, agency: Organisation, user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """All that the page prints but its forms. `asked`: code, column and page of the faults to show."""
    status = Status(found.status)
    accepted = list(RowOverride.objects.filter(submission=found).for_page())
    own = found.submitted_by_id == user.pk
    accepted_own = any(row.by_id == user.pk for row in accepted)
    waits = status is Status.PARSED and found.accepted > 0
    return (
        told(found)
        | _faults(found, status, asked)
        | {
            "agency": agency,
            "accepted_rows": [(row, FAULTS[Code(row.code)]) for row in accepted],
            "may_release": waits and not own and not accepted_own,
            "must_leave_release": waits and (own or accepted_own),
            "own": own,
            "may_withdraw": after(status, Move.WITHDRAW) is not None,
        }
        | _preview(found, status)
    )


def _faults(found: Submission, status: Status, asked: Mapping[str, str]) -> dict[str, Any]:
    cut = Cut(asked.get("code", "")[:LONGEST], asked.get("column", "")[:LONGEST])
    page = Paginator(faults_in(found, cut), FAULTS_ON_A_PAGE).get_page(asked.get("page"))
    codes = counts(found, "code") if found.faults_found else []
    return {
        "cut": cut,
        "page": page,
        "faults": [
            FaultLine(fault, sentence(fault), status is Status.PARSED and can_be_accepted(fault))
            for fault in staging.faults_of(page.object_list, found)
        ],
        "fault_codes": [(code, FAULTS[Code(code)], count) for code, count in codes],
        "fault_columns": counts(found, "column") if codes else [],
        "has_sheet": bool(codes) and status in HAS_SHEET,
        "has_whole_sheet": found.rows <= WHOLE_ROWS and status is Status.PARSED,
    }


def _preview(found: Submission, status: Status) -> dict[str, Any]:
    if status not in (Status.PARSED, Status.RELEASED) or not found.accepted:
        return {"preview": None, "sample": []}
    notation = notations.get(found.notation)
    preview: Preview | None = preview_of(found) if status is Status.PARSED else None
    shares = [] if preview is None else [_share(found, portion, preview.rows) for portion in preview.portions]
    return {
        "preview": preview,
        "category": CATEGORIES.get(preview.category, preview.category) if preview else "",
        "shares": shares,
        "by_parts": any(not share.mark for share in shares),
        "sample": [
            {"row": row, "identifier": mask(row.identifier), "mark": mark_in_words(notation, row.mark)}
            for row in staging.sample(found, SAMPLE)
        ],
    }


def _share(found: Submission, portion: Portion, rows: int) -> Share:
    ends = dict.fromkeys((common_value(portion.lowest), common_value(portion.highest)))
    mark = mark_in_words(notations.get(found.notation), portion.mark) if portion.mark else ""
    return Share(mark, " … ".join(ends), portion.rows, round(100 * portion.rows / max(1, rows), 1))
