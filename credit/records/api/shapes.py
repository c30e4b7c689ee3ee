"""What the API takes and gives, as documents; the words are those of the commands' answers."""

from datetime import datetime
from typing import Annotated, Any

from django.urls import reverse
from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict
from pydantic.config import JsonDict

from credit.records.models import Submission
from credit.records.moves import STANDING, Status
from credit.records.notations.faults import CONTROL

ID = "8KQ2-M4TZ"
SHA256 = "3b1f9ad8c9f24a1d0e7b2c5a6f8d9e0123456789abcdef0123456789abcdef01"
FAULT: JsonDict = {
    "line": 7,
    "column": "identifier",
    "code": "identifier.invalid",
    "value": "91110000******28M",
    "message": "The last character doesn't fit the others: it should be 4. Check the number against the document.",
}


def _visible(text: str) -> str:
    if CONTROL.search(text) or not text.strip():
        raise ValueError("must say something, without control characters")
    return text.strip()


class Release(Schema):
    """How to release: whole, or the sound rows only where there are faults."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"partial": False}]})
    partial: bool = Field(False, strict=True, description="Release the sound rows of a file that has faults.")


class Withdrawal(Schema):
    """Why it is withdrawn."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "The wrong year."}]})
    reason: Annotated[str, AfterValidator(_visible)] = Field(
        ..., min_length=1, max_length=1000, description="The people and companies concerned can read it."
    )


class Links(Schema):
    """Where to go on from a submission; None where that isn't possible now."""

    self: str
    faults: str
    page: str = Field(..., description="The agency's own page, for people.")
    release: str | None
    withdraw: str | None


class Changes(Schema):
    """What a release made of the rows."""

    new: int
    changed: int
    same: int


class SubmissionShown(Schema):
    """Where a submission stands. Counts grow while it is read; `accepted` are the sound rows."""

    submission: str
    agency: str
    notation: str
    filename: str
    sha256: str
    size: int
    status: Status
    progress: int | None = Field(
        ..., ge=0, le=100, description="How far a worker is with it, in per cent; null where one can't tell."
    )
    rows: int
    accepted: int
    faults: int
    released: bool
    partial: bool
    records: Changes
    program: str | None = Field(..., description="The program that handed it over, where one did.")
    received_at: datetime
    checked_at: datetime | None
    released_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_why: str
    links: Links


class FaultShown(Schema):
    """One fault of one cell, or of the whole file (`line` null). Identifiers are masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [FAULT]})
    line: int | None
    column: str | None
    code: str
    value: str
    message: str


class SubmissionsPage(Schema):
    """Some submissions, the newest first; `next` leads to the following ones."""

    items: list[SubmissionShown]
    next: str | None


class FaultsPage(Schema):
    """Some faults, in the file's order; `complete` when the whole file has been read."""

    submission: str
    complete: bool
    items: list[FaultShown]
    next: str | None


class Problem(Schema):
    """A refusal, as RFC 9457 has it; `faults` where a whole file was refused."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str | None = None
    faults: list[FaultShown] | None = None


def shown(found: Submission) -> SubmissionShown:
    """A submission as it is answered; needs its agency and program loaded."""
    status, program = Status(found.status), found.submitted_through
    open_to_release = status is Status.PARSED and found.accepted > 0
    unreleased = status in (Status.RECEIVED, Status.PARSING, Status.PARSED, Status.RELEASING)
    names = {"submission": found.public_id}
    return SubmissionShown(
        submission=found.public_id,
        agency=found.agency.code,
        notation=found.notation,
        filename=found.filename,
        sha256=found.sha256,
        size=found.size,
        status=status,
        progress=found.share if found.is_working else 100,
        rows=found.rows,
        accepted=found.accepted,
        faults=found.faults_found,
        released=status in STANDING,
        partial=found.partial,
        records=Changes(new=found.records_new, changed=found.records_changed, same=found.records_same),
        program=program.public_id if program else None,
        received_at=found.submitted_at,
        checked_at=found.parsed_at,
        released_at=found.released_at,
        withdrawn_at=found.withdrawn_at,
        withdrawn_why=found.withdrawn_why,
        links=Links(
            self=reverse("api:submission", kwargs=names),
            faults=reverse("api:faults", kwargs=names),
            page=reverse("agency:submission", args=[found.agency.code, found.public_id]),
            release=reverse("api:release", kwargs=names) if open_to_release else None,
            withdraw=reverse("api:withdraw", kwargs=names) if unreleased else None,
        ),
    )


EXAMPLE: dict[str, Any] = {
    "submission": ID,
    "agency": "tax",
    "notation": "tax-grade",
    "filename": "grades.csv",
    "sha256": SHA256,
    "size": 48210,
    "status": "parsed",
    "progress": 100,
    "rows": 420,
    "accepted": 419,
    "faults": 1,
    "released": False,
    "partial": False,
    "records": {"new": 0, "changed": 0, "same": 0},
    "program": "K7RX-29DN",
    "received_at": "2026-11-23T04:00:00Z",
    "checked_at": "2026-11-23T04:00:02Z",
    "released_at": None,
    "withdrawn_at": None,
    "withdrawn_why": "",
    "links": {
        "self": f"/api/v1/submissions/{ID}",
        "faults": f"/api/v1/submissions/{ID}/faults",
        "page": f"/agency/tax/submissions/{ID}",
        "release": f"/api/v1/submissions/{ID}/release",
        "withdraw": f"/api/v1/submissions/{ID}/withdraw",
    },
}
