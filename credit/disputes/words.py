"""What the codes of the rules are called on pages, and what a refusal says: all in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from credit.disputes.rules import Bar, Complaint, Deadline, Method, Move, Outcome, Refusal, Status

STATUS = {
    Status.FILED: _("Waiting for an official"),
    Status.IN_REVIEW: _("An official is looking into it"),
    Status.PROPOSED: _("Waiting for a second official"),
    Status.DECIDED: _("Decided"),
    Status.WITHDRAWN: _("Withdrawn"),
}

COMPLAINT = {
    Complaint.NOT_MINE: _("It is not about me"),
    Complaint.WRONG_FACT: _("A fact is wrong"),
    Complaint.WRONG_DATE: _("A date is wrong"),
    Complaint.ALREADY_ENDED: _("It has already ended"),
    Complaint.OTHER: _("Something else"),
}

OUTCOME = {
    Outcome.REMOVE: _("Remove the record"),
    Outcome.CORRECT_MARK: _("Correct the agency's mark"),
    Outcome.CORRECT_END: _("Correct the date on which it ends"),
    Outcome.KEEP: _("Keep the record as it is"),
}

DECIDED = {
    Outcome.REMOVE: _("You were right. The record has been removed and no longer counts."),
    Outcome.CORRECT_MARK: _("You were right. The mark on the record has been corrected."),
    Outcome.CORRECT_END: _("You were right. The date on which the record ends has been corrected."),
    Outcome.KEEP: _("The record stays as it is."),
}

METHOD = {
    Method.ASKED_AGENCY: _("The agency was asked, and answered"),
    Method.ORIGINAL_DOCUMENT: _("The original document was read"),
    Method.SUBJECT_EVIDENCE: _("The subject's own evidence was checked"),
    Method.PUBLIC_REGISTER: _("A public register was searched"),
}

FILED = _("Dispute filed")
HAPPENED = {
    Move.ADD_INFORMATION: _("Information added"),
    Move.WITHDRAW: _("Dispute withdrawn"),
    Move.TAKE: _("An official took the case"),
    Move.HAND_BACK: _("The official gave the case back to the queue"),
    Move.PROPOSE: _("An official proposed a decision"),
    Move.CHECK: _("A second official opened the case to check it"),
    Move.CONFIRM: _("A second official confirmed the decision"),
    Move.SEND_BACK: _("A second official asked for another look"),
}

REFUSED = {
    Refusal.CLOSED: _("This case is closed. If the record is still wrong, open a new dispute from the record's page."),
    Refusal.NOT_NOW: _("The case has moved on. Open it again to see where it stands and what can be done now."),
    Refusal.NOT_SUBJECT: _("Only the person or company that the record is about can do this."),
    Refusal.NOT_OFFICIAL: _(
        "Only an official of the dispute desk can do this. Sign in as one, or leave it to the desk."
    ),
    Refusal.NOT_REVIEWER: _("Another official has this case. Ask them to give it back to the queue first."),
    Refusal.OWN_PROPOSAL: _("You proposed this decision, so another official must check it."),
}

BARRED = {
    Bar.OWN_FILE: _("This case is about your own file. Leave it to another official."),
    Bar.OWN_COMPANY: _("This case is about a company that you act for. Leave it to another official."),
    Bar.OWN_FILING: _("You filed this dispute yourself. Leave it to another official."),
    Bar.OWN_SUBMISSION: _("You submitted the record in question. Leave it to another official."),
    Bar.OWN_RELEASE: _("You released the record in question. Leave it to another official."),
}

NO_SUCH_CASE = _("There is no such case here. Go back to the list and open it from there.")
STALE = _("Something happened in this case since you opened the page. Read what is new, then decide again.")
NO_SUCH_RECORD = _("There is no such record in this file. Go back to the list of records and open it from there.")
ALREADY_OPEN = _("There is already an open case about this record. Open it and add what you want to say there.")
NOTHING_SAID = _("Write what you want to say.")
REMOVED = _("This record has been removed already and no longer counts. There is nothing left to dispute.")
ENDS_TOO_EARLY = _("The record begins on %(start)s. Give an end date after that, or remove the record.")
SAYS_SO_ALREADY = _("This is what the record says already. Choose what should change, or keep the record.")
ONLY_REMOVAL = _("The agency has removed this record meanwhile. Propose its removal, and the case can be closed.")


def source_of(limit: Deadline) -> str:
    """The rule that a deadline comes from, in the language of the moment."""
    return limit.source_zh if (get_language() or "").startswith("zh") else limit.source_en
