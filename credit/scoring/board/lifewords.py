"""What the codes of a draft's life are called on pages, and what a refusal says: all in the reader's language."""

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from credit.scoring.board.life import Move, Notice, Phase, Refusal, Status

START = "start"

STATUS = {
    Status.DRAFT: _("Waiting for its assessment"),
    Status.ASSESSED: _("Assessed: two members must approve"),
    Status.APPROVED_ONCE: _("Approved by one member"),
    Status.APPROVED: _("Approved by two members"),
    Status.PUBLISHED: pgettext_lazy("draft", "Published"),
    Status.ABANDONED: _("Given up"),
}

PHASE = {
    Phase.ANNOUNCED: _("Announced"),
    Phase.IN_FORCE: _("In force"),
    Phase.RETIRED: _("Retired"),
}

DRAFTED = _("Draft handed in")
HAPPENED = {
    Move.EDIT: _("Another text handed in"),
    Move.ASSESS: _("Effect assessed"),
    Move.APPROVE: _("Approved"),
    Move.SEND_BACK: _("Sent back"),
    Move.PUBLISH: pgettext_lazy("draft", "Published"),
    Move.ABANDON: _("Given up"),
}

REFUSED = {
    Refusal.CLOSED: _("This draft is closed. Hand in a new one to change something."),
    Refusal.NOT_ASSESSED: _("What this draft would do to whom isn't assessed yet. Order the assessment first."),
    Refusal.NOT_NOW: _("The draft has moved on. Open it again to see where it stands and what can be done now."),
    Refusal.NOT_PORTAL: _("Only the portal's own computation can say that a draft is assessed."),
    Refusal.NOT_MEMBER: _("Only a member of the scheme board can do this."),
    Refusal.APPROVED_ALREADY: _("You have approved this draft already. Another member must approve it too."),
    Refusal.OWN_TEXT: _("You wrote this draft or a part of it. Two other members must approve it."),
}

NO_SUCH_DRAFT = _("There is no such draft here. Go back to the list and open it from there.")
STALE = _("Something happened to this draft since you opened the page. Read what is new, then decide again.")
SAME_TEXT = _("This is what the draft says already.")
OTHER_TEXT = _("The draft has another text meanwhile. What was assessed doesn't count for it.")
NOTHING_SAID = _("Say why.")
ALREADY_OPEN = _("There is already a draft of this version. Open it, and hand your text in there.")


def source_of(notice: Notice) -> str:
    """The rule that a notice period comes from, in the language of the moment."""
    return notice.source_zh if (get_language() or "").startswith("zh") else notice.source_en
