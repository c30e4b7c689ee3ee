"""The causes of a change in words, in the language of the moment. What versions of records know better, they say."""

from django.utils.translation import gettext_lazy as _

from credit.records.models import RecordVersion
from credit.records.moves import Cause as VersionCause
from credit.scoring.changes import Cause, Difference

WHY = {
    Cause.FADED: _("It is older, so it weighs less."),
    Cause.STARTED: _("Its first day had come."),
    Cause.ENDED: _("It ended by itself."),
    Cause.NOT_YET: _("On this day it isn't in force yet."),
    Cause.REPLACED: _("A newer rating of the same agency replaced it."),
    Cause.BACK: _("No newer rating replaces it any more, so it counts again."),
    Cause.WEIGHED: _("The new version of the scheme weighs it otherwise."),
    Cause.TAKEN_UP: _("The new version of the scheme counts it; the one before didn't."),
    Cause.DROPPED: _("The new version of the scheme doesn't count it."),
    Cause.ADDED: _("It came on file."),
    Cause.GONE: _("It isn't on file any more."),
    Cause.CHANGED: _("It says something else now."),
    Cause.DISPUTED: _("Disputed records are left out, and whether it is disputed has changed."),
    Cause.COUNTED: _("It was on file."),
    Cause.BASE: _("Where everybody starts."),
    Cause.HELD: _("What goes beyond the most that a category can cost or add is another amount now."),
    Cause.UNKNOWN: _(
        "The file changed in the very moment when this mark was computed, so this part can't be told line by line."
    ),
}

STEPS = {
    "cap": _("The most that this category can add: what goes beyond is another amount now."),
    "floor": _("The most that this category can cost: what goes beyond is another amount now."),
    "limit": _("The end of the scale."),
    "rounding": _("Rounded to a whole point."),
}

NEW_STEPS = {
    "cap": _("What goes beyond the most that this category can add is taken off."),
    "floor": _("What goes beyond the most that this category can cost is given back."),
}

ADDED = {
    VersionCause.WITHHOLDING: _("It is shown again, so it counts again."),
    VersionCause.MERGING: _("It came with another file, which was joined with this one."),
    VersionCause.WITHDRAWAL: _("It stands again, as a later delivery was taken back."),
}
GONE = {
    VersionCause.WITHDRAWAL: _("The agency took it back."),
    VersionCause.REMOVAL: _("Officials removed it."),
    VersionCause.WITHHOLDING: _("It is withheld, and doesn't count as long as it is."),
    VersionCause.SUBMISSION: _("It went back to the file that it came from."),
}
CHANGED = {
    VersionCause.SUBMISSION: _("The agency stated it anew."),
    VersionCause.CORRECTION: _("Officials corrected it."),
    VersionCause.REPAIR: _("It was repaired: what was wrong has been made good."),
    VersionCause.WITHDRAWAL: _("The agency took its last statement back."),
}
WISHED = {
    "without": _("In this what-if it isn't there."),
    "repaired": _("In this what-if it is repaired, so it has ended."),
    "upheld": _("In this what-if your dispute is upheld, so it is removed."),
}
THEN = {
    Cause.FADED: _("By then it is older, so it weighs less."),
    Cause.STARTED: _("By then its first day has come."),
    Cause.ENDED: _("By then it has ended by itself."),
    Cause.REPLACED: _("By then a newer rating of the same agency has replaced it."),
}
BY_VERSION = {Cause.ADDED: ADDED, Cause.GONE: GONE, Cause.CHANGED: CHANGED}


def of_record(line: Difference, version: RecordVersion) -> str:
    """Why a record's part in the mark is another; `version`: the last that said something new of it."""
    known = BY_VERSION.get(line.cause, {})
    return str(known.get(VersionCause(version.cause), WHY[line.cause]))


def of_wish(line: Difference, wish: str | None) -> str:
    """Why a record's part would be another; `wish`: what is asked to become of it."""
    if wish is not None and line.cause in (Cause.GONE, Cause.CHANGED):
        return str(WISHED[wish])
    return str(THEN.get(line.cause, WHY[line.cause]))


def of_step(line: Difference) -> str:
    """Why a step of the sum is there, or is another."""
    if line.before is None and line.reason in NEW_STEPS:
        return str(NEW_STEPS[line.reason])
    return str(STEPS[line.reason] if line.reason in STEPS else WHY[line.cause])
