"""What the codes of reviews are called on pages, and what a refusal says: all in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from credit.scoring.reviews.rules import Bar, Finding, Limit, Refusal, Status

STATUS = {
    Status.ASKED: _("Waiting for an official"),
    Status.TAKEN: _("An official is looking into it"),
    Status.ANSWERED: _("Answered"),
    Status.WITHDRAWN: _("Withdrawn"),
}

FINDING = {
    Finding.STANDS: _("The mark stands"),
    Finding.RECORD_WRONG: _("A record looks wrong, and can be disputed"),
    Finding.CORRECTED: _("What was wrong has been put right meanwhile"),
}

FOUND = {
    Finding.STANDS: _("A human has looked at your mark. It stands."),
    Finding.RECORD_WRONG: _(
        "A human has looked at your mark. A record of it looks wrong: dispute it, and it is decided on."
    ),
    Finding.CORRECTED: _(
        "A human has looked at your mark. What was wrong has been put right; the mark is computed anew."
    ),
}

REFUSED = {
    Refusal.CLOSED: _("This review is closed. A new one can be asked for on the page of the mark."),
    Refusal.NOT_NOW: _("The review has moved on. Open it again to see where it stands and what can be done now."),
    Refusal.NOT_SUBJECT: _("Only the person or company whose mark it is can do this."),
    Refusal.NOT_OFFICIAL: _("Only an official of the desk can do this. Sign in as one, or leave it to the desk."),
    Refusal.NOT_REVIEWER: _("Another official has this review. Ask them to give it back first."),
}

BARRED = {
    Bar.OWN_FILE: _("This review is about your own mark. Leave it to another official."),
    Bar.OWN_COMPANY: _("This review is about the mark of a company that you act for. Leave it to another official."),
    Bar.OWN_ASKING: _("You asked for this review yourself. Leave it to another official."),
    Bar.OWN_SUBMISSION: _("You submitted a record that is in this file. Leave it to another official."),
    Bar.OWN_RELEASE: _("You released a record that is in this file. Leave it to another official."),
}

NO_SUCH_REVIEW = _("There is no such review here. Go back to the list and open it from there.")
ALREADY_OPEN = _("You have asked already, and the answer is still to come. Wait for it, or withdraw what you asked.")
NOTHING_SAID = _("Write what you want to say.")
TOO_LONG = _("Use at most %(limit)s characters.")
STALE = _("The file has changed since you opened the page. Read the mark as it is now, then answer.")
NO_SUCH_RECORD = _("There is no such record in this file. Choose one of those that are listed.")
NAMES_NO_RECORD = _("Only where a record looks wrong is one named. Leave the record out, or choose that answer.")


def source_of(limit: Limit) -> str:
    """The rule that a time limit comes from, in the language of the moment."""
    return limit.source_zh if (get_language() or "").startswith("zh") else limit.source_en
