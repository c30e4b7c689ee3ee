"""All that is held on a subject, every version with where it came from, as rows of a table and as a tree."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from credit.core.cells import csv_file
from credit.core.policy import Permit
from credit.records.models import RecordVersion
from credit.records.notations.details import LABELS
from credit.records.provenance import file_shown

FORMAT = "plainmark-records/1"
COLUMNS = (
    "record",
    "version",
    "agency",
    "agency_name",
    "notation",
    "document",
    "kind",
    "category",
    "mark",
    "common_value",
    "since",
    "ends_on",
    "disputed",
    "withheld",
    "removed",
    "known_from",
    "known_until",
    "cause",
    "reason",
    "file",
    "line",
    "delivery",
    "file_sha256",
    "received_at",
    "released_at",
    "released_by",
)
"""One row a version. `common_value` is in thousandths, -1000 to 1000; `ends_on` is the first day on which it isn't in
force any more; `released_by` is the office, never an officer."""


def versions_to_export(permit: Permit) -> list[RecordVersion]:
    """Every version of every record, the removed ones too; record by record, the first version first.

    Of a record that went to another file, those versions that stood in this one.
    """
    opened = RecordVersion.objects.ever_opened_by(permit).with_moments()
    opened = opened.select_related("record__agency", "submission")
    return list(opened.order_by("record__agency__code", "record__public_id", "number"))


def as_row(version: RecordVersion) -> dict[str, Any]:
    """One version under COLUMNS; moments in ISO 8601. What else the document says is under "details.<word>"."""
    record, delivery = version.record, version.submission
    known_from: datetime = getattr(version, "known_from")  # noqa: B009  # annotated by with_moments
    row = {
        "record": record.public_id,
        "version": version.number,
        "agency": record.agency.code,
        "agency_name": record.agency.name,
        "notation": record.notation,
        "document": record.document,
        "kind": version.kind,
        "category": version.category,
        "mark": version.mark,
        "common_value": version.value,
        "since": version.valid_from.isoformat(),
        "ends_on": version.valid_to.isoformat() if version.valid_to else None,
        "disputed": version.disputed,
        "withheld": version.withheld,
        "removed": version.struck,
        "known_from": known_from.isoformat(),
        "known_until": _moment(getattr(version, "known_until", None)),
        "cause": version.cause,
        "reason": version.reason,
        "file": file_shown(delivery.filename) if delivery else None,
        "line": version.line,
        "delivery": delivery.public_id if delivery else None,
        "file_sha256": delivery.sha256 if delivery else None,
        "received_at": _moment(delivery.submitted_at) if delivery else None,
        "released_at": _moment(delivery.released_at) if delivery else None,
        "released_by": record.agency.name if delivery and delivery.released_at else None,
    }
    return row | {f"details.{word}": text for word, text in version.details.items()}


def as_csv(versions: Iterable[RecordVersion]) -> bytes:
    """The rows as a CSV file that a spreadsheet opens and never runs."""
    rows = [as_row(version) for version in versions]
    words = {name for row in rows for name in row if name.startswith("details.")}
    known = [f"details.{word}" for word in LABELS if f"details.{word}" in words]
    return csv_file([*COLUMNS, *known, *sorted(words - set(known))], rows)


def as_tree(permit: Permit, versions: Iterable[RecordVersion], *, now: datetime) -> dict[str, Any]:
    """The same as a JSON tree: each record once, with its versions."""
    return {
        "format": FORMAT,
        "subject": permit.subject_public_id,
        "disclosure": permit.id,
        "exported_at": now.isoformat(),
        "records": list(records_of(versions)),
    }


def records_of(versions: Iterable[RecordVersion]) -> Iterator[dict[str, Any]]:
    """Each record with its versions, which must come record by record."""
    record: dict[str, Any] | None = None
    for version in versions:
        row = as_row(version)
        fixed = {name: row.pop(name) for name in ("record", "agency", "agency_name", "notation", "document")}
        details = {name: row.pop(name) for name in list(row) if name.startswith("details.")}
        row["details"] = {name.partition(".")[2]: text for name, text in details.items()}
        if record is None or record["record"] != fixed["record"]:
            if record is not None:
                yield record
            record = {**fixed, "versions": []}
        record["versions"].append(row)
    if record is not None:
        yield record


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
