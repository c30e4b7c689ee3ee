"""What commands answer about a submission, as the contract has it."""

from collections.abc import Iterable
from typing import Any

from credit.records.models import Submission
from credit.records.moves import STANDING, Status
from credit.records.notations.faults import Fault
from credit.records.refusals import as_json
from credit.records.staging import faults_of


def submitted(submission: Submission) -> dict[str, Any]:
    """The state of a submission with all its faults; a file that was refused as a whole has no number."""
    faults = faults_of(submission.faults.filter(claim=submission.claim), submission)
    if submission.status == Status.REFUSED:
        return refused(submission.sha256, faults)
    return {
        "submission": submission.public_id,
        "sha256": submission.sha256,
        "rows": submission.rows,
        "accepted": submission.accepted,
        "faults": [as_json(fault) for fault in faults],
        "released": Status(submission.status) in STANDING,
    }


def refused(sha256: str, faults: Iterable[Fault]) -> dict[str, Any]:
    """A file of which nothing was taken in."""
    return {
        "submission": None,
        "sha256": sha256,
        "rows": 0,
        "accepted": 0,
        "faults": [as_json(fault) for fault in faults],
        "released": False,
    }
