"""What the codes of the rules are called on pages, and what a refusal says: all in the reader's language."""

from django.utils.translation import gettext_lazy as _

from credit.measures.rules import Bar, Because, Kind, Refusal, State, Status

STATE = {
    State.ANNOUNCED: _("Announced"),
    State.IN_FORCE: _("Applied now"),
    State.ENDED: _("Over"),
    State.CALLED_OFF: _("Called off"),
}
STATE_COLOUR = {
    State.ANNOUNCED: "yellow",
    State.IN_FORCE: "orange",
    State.ENDED: "grey",
    State.CALLED_OFF: "grey",
}
KIND = {Kind.ADVERSE: _("Against you"), Kind.FAVOURABLE: _("In your favour")}

WHY_OVER = {
    Because.REPAIRED: _("The record was made good, and the measure ended with it."),
    Because.EXPIRED: _("The record ended, and the measure ended with it."),
    Because.REMOVED: _("The record was removed, and the measure ended with it."),
    Because.WITHHELD: _("The record can't be confirmed. As long as that is so, nothing follows from it."),
    Because.CHANGED: _("The record that counts now says something else, from which this doesn't follow."),
    Because.MOVED: _("The record belongs to another file now."),
    Because.BAND: _("Your mark is in another band now."),
    Because.OBJECTION: _("You objected, and an official found that you are right."),
}

STATUS = {
    Status.FILED: _("Waiting for an official"),
    Status.IN_REVIEW: _("An official is looking into it"),
    Status.UPHELD: _("You were right"),
    Status.REFUSED: _("The measure stays"),
    Status.WITHDRAWN: _("Taken back"),
    Status.LAPSED: _("The measure ended before it was answered"),
}
STATUS_COLOUR = {
    Status.FILED: "blue",
    Status.IN_REVIEW: "blue",
    Status.UPHELD: "green",
    Status.REFUSED: "grey",
    Status.WITHDRAWN: "grey",
    Status.LAPSED: "grey",
}

REFUSED = {
    Refusal.CLOSED: _("This objection is closed already. Open it again to see how it ended."),
    Refusal.NOT_NOW: _("The objection has moved on. Open it again to see where it stands and what can be done now."),
    Refusal.NOT_SUBJECT: _("Only the person or company whom the measure concerns can do this."),
    Refusal.NOT_OFFICIAL: _("Only an official of the review desk can do this. Leave it to the desk."),
    Refusal.NOT_REVIEWER: _("Another official has this objection. Ask them to give it back to the queue first."),
    Refusal.NOT_PORTAL: _("The portal does this by itself when the measure ends."),
}

BARRED = {
    Bar.OWN_FILE: _("This objection is about your own file. Leave it to another official."),
    Bar.OWN_COMPANY: _("This objection is about a company that you act for. Leave it to another official."),
    Bar.OWN_OBJECTION: _("You filed this objection yourself. Leave it to another official."),
    Bar.OWN_SUBMISSION: _("You submitted the record from which the measure follows. Leave it to another official."),
    Bar.OWN_RELEASE: _("You released the record from which the measure follows. Leave it to another official."),
}

NO_SUCH_MEASURE = _("There is no such measure in this file. Go back to the list of measures and open it from there.")
NO_SUCH_OBJECTION = _("There is no such objection here. Go back to the list and open it from there.")
NO_SUCH_LIST = _("There is no such list of measures. The page of measures shows every version there ever was.")
NOTHING_SAID = _("Write what you want to say.")
TOO_LONG = _("Use at most %(limit)d characters.")
NOT_AGAINST_YOU = _("This measure is in your favour. There is nothing to object to.")
OVER_ALREADY = _("This measure is over already. There is nothing left to object to.")
OBJECTED_ALREADY = _("You have objected to this measure already. Its page shows where that stands.")
