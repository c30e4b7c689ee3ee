"""Whether the list of looks is the one that the journal tells: a look hidden from its subject is found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

from credit.ledger import actions as ledger
from credit.ledger.verification import CHUNK, FAULTS_TOLD, Fault, Findings

KIND = "access.disclosed"
LOOKS = """
    SELECT coalesce(e.id, d.entry_id), e.kind, o.body, d.public_id, d.purpose, d.role, d.ground_kind, d.fields,
           s.public_id, coalesce(u.public_id, 'system:' || d.system), d.at = e.at,
           extract(epoch FROM d.until - d.at)::bigint, g.code, d.basis, d.channel
    FROM (SELECT * FROM ledger_entry WHERE kind = %s) e
    FULL JOIN access_disclosure d ON d.entry_id = e.id
    LEFT JOIN ledger_opening o ON o.entry_id = e.id
    LEFT JOIN subjects_subject s ON s.id = d.subject_id
    LEFT JOIN identity_user u ON u.id = d.user_id
    LEFT JOIN identity_organisation g ON g.id = d.organisation_id
    ORDER BY 1
"""


def verify(heads_dir: Path | None = None) -> Findings:
    """The check of the ledger, and of the list of looks against it. Raises Unavailable without LEDGER_KEY."""
    findings = ledger.verify(heads_dir)
    try:
        faults = [fault for row in _rows() if (fault := _fault(row))]
    except DatabaseError:
        faults = [{"entry": findings["entries"] + 1, "code": "looks.unreadable"}]
    if faults:
        told = findings["faults"] + faults
        findings["ok"] = False
        findings["first_bad"] = min(fault["entry"] for fault in told)
        findings["faults"] = told[:FAULTS_TOLD]
        findings["more_faults"] = findings.get("more_faults", 0) + len(told[FAULTS_TOLD:])
    return findings


def _fault(row: tuple[Any, ...]) -> Fault | None:
    """What is wrong between an entry and its look; an erased opening leaves nothing to compare."""
    entry, kind, body, look, purpose, role, ground, fields, subject, by, same_time, *more = row
    if kind is None:
        return {"entry": entry, "code": "look.not_journalled"}
    if look is None:
        return {"entry": entry, "code": "look.missing"}
    if not same_time:
        return {"entry": entry, "code": "look.changed"}
    if body is None:
        return None
    said = json.loads(body)
    seconds, organisation, basis, channel = more
    facts = {
        "permit": look,
        "purpose": purpose,
        "role": role,
        "ground": ground,
        "fields": fields,
        "minutes": seconds / 60,
        "organisation": organisation,
        "basis": basis,
        "channel": channel,
    }
    told = {name: facts.get(name) for name in said["facts"]}  # earlier entries tell less
    same = said["facts"] == told and said["by"] == by and said["about"]["id"] == subject
    return None if same else {"entry": entry, "code": "look.changed"}


def _rows() -> Iterator[tuple[Any, ...]]:
    """Every look with its entry, through a server-side cursor."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(LOOKS, [KIND])
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
