"""An officer accepts one row although a check failed: one row, one fault, one reason, journalled.

Three faults can be accepted: an identifier of which nothing but the check digit fails (a published example:
91350211M0000XUF46), a name that differs from the one on file, and a document that another agency delivered. The
file is checked again with what was accepted; a name is taken on when it is released (naming.py).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Conflict, Invalid, NotAllowed
from credit.core.identifiers import Reason
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.records import staging
from credit.records.deliveries import check_again, locked
from credit.records.models import ApiClient, RowOverride, Submission
from credit.records.moves import Status
from credit.records.notations.faults import CONTROL, Code, Fault
from credit.records.officers import require_officer
from credit.records.overrides import ACCEPTABLE, REASON_LENGTH
from credit.records.reasons import without_number

Accepted = Mapping[int, frozenset[Code]]
"""By line, the faults that were accepted."""


@transaction.atomic
def accept_row(submission_id: str, *, line: int, code: str, reason: str, by: User, now: datetime) -> RowOverride:
    """Accept one row of a checked submission despite one fault; the whole file is then checked again with it.

    Raises NotFound, NotAllowed (not an officer of the agency), Invalid (the reason, or a fault that can't be accepted),
    Conflict (not checked yet, released, withdrawn or refused; accepted already).
    """
    submission = locked(submission_id)
    require_officer(by, submission.agency, now=now)
    if submission.status != Status.PARSED:
        raise Conflict(_("Rows can be accepted only while the file is checked and not released."))
    said = _reason(reason)
    if RowOverride.objects.filter(submission=submission, line=line, code=code).exists():
        raise Conflict(_("This row was accepted already."))
    if acceptable_fault(submission, line, code) is None:
        raise Invalid(_("This fault can't be accepted. Mend the row and deliver the file again."))
    try:
        with transaction.atomic():
            made = RowOverride.objects.create(submission=submission, line=line, code=code, reason=said, by=by, at=now)
    except IntegrityError as error:
        raise Conflict(_("This row was accepted already.")) from error
    check_again(submission, now=now)
    ledger.note("submission.row-accepted", by=by, about=submission, at=now, line=line, code=code)
    return made


def acceptable_fault(submission: Submission, line: int, code: str) -> Fault | None:
    """The fault with this code in this line, if it can be accepted."""
    stored = submission.faults.filter(claim=submission.claim, line=line, code=code)
    return next((fault for fault in staging.faults_of(stored, submission) if can_be_accepted(fault)), None)


def can_be_accepted(fault: Fault) -> bool:
    """Whether an officer may accept a row that has this fault."""
    if fault.code is Code.IDENTIFIER_INVALID:
        return fault.line is not None and fault.detail == Reason.CHECK.value
    return fault.line is not None and fault.code in ACCEPTABLE


def accepted_in(submission: Submission) -> Accepted:
    """What was accepted in a submission, by line."""
    found: defaultdict[int, set[Code]] = defaultdict(set)
    for line, code in RowOverride.objects.filter(submission=submission).values_list("line", "code"):
        found[line].add(Code(code))
    return {line: frozenset(codes) for line, codes in found.items()}


def reasons_in(submission: Submission) -> dict[int, str]:
    """By line, why an officer accepted the row: what its record's version carries on."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for line, reason in RowOverride.objects.filter(submission=submission).order_by("pk").values_list("line", "reason"):
        found[line].append(reason)
    return {line: "\n".join(reasons) for line, reasons in found.items()}


def require_accepted_by_others(submission: Submission, by: User, *, through: ApiClient | None) -> None:
    """Pass for somebody who accepted no row of it: that is for a second pair of eyes, never for a program.

    Raises NotAllowed.
    """
    accepted = RowOverride.objects.filter(submission=submission)
    if accepted.filter(by=by).exists():
        raise NotAllowed(_("Another officer must release it: nobody releases rows that they accepted themselves."))
    if through is not None and accepted.exists():
        raise NotAllowed(_("Officers accepted rows of this file. Another officer must read why, and release it here."))


def _reason(text: str) -> str:
    """Raises Invalid: too short or long, or with an official number in it, which never stands outside the file."""
    said = " ".join(CONTROL.sub(" ", text).split())
    if not REASON_LENGTH[0] <= len(said) <= REASON_LENGTH[1]:
        raise Invalid(_("Say why, in 10 to 300 characters."), code="reason")
    return without_number(said)
