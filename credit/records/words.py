"""Records in words that somebody understands who never heard of the law: what it is, since when, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from credit.records import notations
from credit.records.models import RecordVersion
from credit.records.moves import Cause, Status
from credit.records.notations.cells import read_date
from credit.records.notations.details import DAYS, LABELS
from credit.records.notations.faults import Code
from credit.records.notations.shapes import Notation, Words, plain

Text = TypeVar("Text")

STATUS = {
    Status.RECEIVED: _("Waiting to be checked"),
    Status.PARSING: _("Being checked"),
    Status.PARSED: _("Checked, not released"),
    Status.REFUSED: _("Refused"),
    Status.RELEASING: _("Being released"),
    Status.RELEASED: _("Released"),
    Status.WITHDRAWING: _("Being withdrawn"),
    Status.WITHDRAWN: _("Withdrawn"),
}
STATUS_COLOUR = {
    Status.RECEIVED: "blue",
    Status.PARSING: "blue",
    Status.PARSED: "yellow",
    Status.REFUSED: "red",
    Status.RELEASING: "blue",
    Status.RELEASED: "green",
    Status.WITHDRAWING: "blue",
    Status.WITHDRAWN: "grey",
}

CATEGORIES = {
    "tax": _("Tax"),
    "customs": _("Customs"),
    "environment": _("Environment"),
    "market": _("Market supervision"),
    "judicial": _("Courts"),
    "labour": _("Labour"),
    "immigration": _("Immigration"),
    "city": _("City credit"),
    "commendation": _("Commendations"),
    "private": _("Private"),
}

FAULTS = {
    Code.IDENTIFIER_MISSING: _("Number missing"),
    Code.IDENTIFIER_INVALID: _("Number not valid"),
    Code.FIELD_MISSING: _("Not filled in"),
    Code.FIELD_TOO_LONG: _("Too long"),
    Code.DATE_INVALID: _("Not a date"),
    Code.DATE_ORDER: _("Ends before it begins"),
    Code.AMOUNT_INVALID: _("Not an amount"),
    Code.VALUE_UNKNOWN: _("Unknown value"),
    Code.RECORD_DUPLICATE: _("Twice in the file"),
    Code.NOT_AUTHORISED: _("Not this agency's to state"),
    Code.CONTROL_CHARACTERS: _("Invisible characters"),
    Code.NAME_CONFLICT: _("Another name on file"),
    Code.FILE_EMPTY: _("Nothing in the file"),
    Code.FILE_ENCODING: _("Text can't be read"),
    Code.FILE_FORMAT: _("File can't be read"),
    Code.FILE_TOO_LARGE: _("File too large"),
    Code.FILE_DUPLICATE: _("Delivered before"),
    Code.FILE_FORBIDDEN: _("Never taken in"),
    Code.HEADING_UNKNOWN: _("Unknown heading"),
    Code.HEADING_MISSING: _("Heading missing"),
}
"""Each kind of fault in two or three words, for lists; its sentence says what to do."""

WHY = {
    Cause.SUBMISSION: _("The agency delivered it."),
    Cause.WITHDRAWAL: _("The agency withdrew what it had delivered."),
    Cause.DISPUTE: _("A dispute was opened or closed."),
    Cause.CORRECTION: _("Two officials decided that it had to be corrected."),
    Cause.REMOVAL: _("Two officials decided that it had to be removed."),
    Cause.REPAIR: _("It was made good, and ends early for that."),
    Cause.EXPIRY: _("Its end has come. It ended by itself."),
    Cause.WITHHOLDING: _("While it can't be confirmed, a record is shown to nobody but you."),
    Cause.MERGING: _("Officials decided which file it belongs to."),
}


def words_of(code: str) -> Words:
    """What a notation is called and what it is, in the language of the moment."""
    return in_language(notations.get(code).words)


def notation_name(code: str) -> str:
    """What a notation is called, in the language of the moment."""
    return words_of(code).name


def mark_in_words(notation: Notation, mark: str) -> str:
    """An agency's own mark; where the notation names it in the language of the moment, by that name.

    "yellow" is 黄 on a Chinese page, 认证企业 is "certified" on an English one; letters and points stay as they are.
    """
    wants_chinese = (get_language() or "").startswith("zh")
    if mark.isascii() != wants_chinese or (len(mark) == 1 and mark.isascii()):
        return mark
    for table in notation.tables:
        for known in table.marks:
            if plain(mark) in [plain(name) for name in known.names]:
                fitting = [name for name in known.names if name.isascii() != wants_chinese]
                return max(fitting, key=len) if fitting and not wants_chinese else next(iter(fitting), mark)
    return mark


def in_language(texts: Mapping[str, Text]) -> Text:
    """What is said in the language of the moment, out of English ("en") and Chinese ("zh-hans")."""
    return texts["zh-hans" if (get_language() or "").startswith("zh") else "en"]


def common_value(value: int) -> str:
    """Thousandths of the common scale as one prints them: −0.5, +0.125, 0."""
    whole, thousandths = divmod(abs(value), 1000)
    digits = f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")
    return f"{'−' if value < 0 else '+' if value else ''}{digits}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a record, as its subject reads it on a day."""

    version: RecordVersion
    today: date

    @property
    def notation(self) -> Notation:
        """The notation that it is in."""
        return notations.get(self.version.record.notation)

    @property
    def name(self) -> str:
        """What it is, in two words."""
        return notation_name(self.version.record.notation)

    @property
    def what(self) -> str:
        """What it is, in a sentence."""
        return words_of(self.version.record.notation).what

    @property
    def mark(self) -> str:
        """The agency's own mark."""
        return mark_in_words(self.notation, self.version.mark)

    @property
    def common(self) -> str:
        """The common value, from −1 to +1."""
        return common_value(self.version.value)

    @property
    def category(self) -> str:
        """The field that it belongs to."""
        return str(CATEGORIES.get(self.version.category, self.version.category))

    @property
    def state(self) -> str:
        """Whether it is in force: "removed", "not-yet", "ended" or "in-force"."""
        version = self.version
        if version.struck:
            return "removed"
        if version.valid_from > self.today:
            return "not-yet"
        return "ended" if version.valid_to and version.valid_to <= self.today else "in-force"

    @property
    def details(self) -> list[tuple[str, str]]:
        """What else the document says: label and text, dates as the page writes them."""
        held: dict[str, Any] = self.version.details
        return [(gettext(label), _told(key, str(held[key]))) for key, label in LABELS.items() if held.get(key)]

    @property
    def source(self) -> str:
        """Under which law and table the mark is converted, in the language of the moment."""
        return in_language(self.notation.table_on(self.version.valid_from).source)


def _told(key: str, text: str) -> str:
    day = read_date(text) if key in DAYS else None
    return date_format(day) if day else text


@dataclass(frozen=True, slots=True)
class Step:
    """One version in a record's history: when, what changed, why, and by which office."""

    version: RecordVersion
    changes: list[str]
    why: str
    office: str


def history(versions: Sequence[RecordVersion]) -> list[Step]:
    """The steps of a record, the newest first; `versions` in the same order."""
    earlier: Iterable[RecordVersion | None] = [*versions[1:], None]
    return [
        Step(version, _changes(before, version), _why(version), _office(version))
        for version, before in zip(versions, earlier, strict=True)
    ]


def _why(version: RecordVersion) -> str:
    """Why there is this version. A delivered one has a reason only where a check had failed and an officer decided."""
    if version.cause == Cause.SUBMISSION and version.reason:
        return gettext("The agency delivered it. A check of the row had failed; an officer accepted it, because:")
    return str(WHY[Cause(version.cause)])


def _office(version: RecordVersion) -> str:
    if version.cause in (Cause.SUBMISSION, Cause.WITHDRAWAL):
        return version.record.agency.name
    if version.by_id is None:
        return gettext("The portal, by a published rule")
    if version.cause == Cause.MERGING:
        return gettext("The officials who join files about the same person or company")
    return (
        gettext("You, or the officials who decide disputes")
        if version.cause == Cause.DISPUTE
        else gettext("The officials who decide disputes")
    )


def _changes(before: RecordVersion | None, version: RecordVersion) -> list[str]:
    if before is None:
        return [gettext("The record was added.")]
    return _moved(before, version) + _said_otherwise(before, version)


def _moved(before: RecordVersion, version: RecordVersion) -> list[str]:
    """What became of the record itself: whether it stands, is shown and disputed, and in whose file it is."""
    found = []
    if version.struck != before.struck:
        found.append(gettext("The record was removed.") if version.struck else gettext("The record is back."))
    if version.disputed != before.disputed:
        found.append(gettext("It was disputed.") if version.disputed else gettext("The dispute was closed."))
    if version.cause == Cause.EXPIRY:
        found.append(gettext("The record ended."))
    if version.subject_id != before.subject_id:
        parted = version.subject_id == version.record.subject_id
        found.append(
            gettext("It went back to the file that it came from.")
            if parted
            else gettext("It came into this file, which was joined with another.")
        )
    if version.withheld != before.withheld:
        found.append(gettext("It was withheld.") if version.withheld else gettext("It is shown again."))
    return found


def _said_otherwise(before: RecordVersion, version: RecordVersion) -> list[str]:
    """What it says now that it didn't say before."""
    notation = notations.get(version.record.notation)
    found = []
    if version.mark != before.mark or version.value != before.value:
        old, new = mark_in_words(notation, before.mark), mark_in_words(notation, version.mark)
        found.append(gettext("The mark changed from %(old)s to %(new)s.") % {"old": old, "new": new})
    for label, old_day, new_day in (
        (gettext("The beginning"), before.valid_from, version.valid_from),
        (gettext("The end"), before.valid_to, version.valid_to),
    ):
        if old_day != new_day:
            old, new = (date_format(day) if day else "–" for day in (old_day, new_day))
            days = {"what": label, "old": old, "new": new}
            found.append(gettext("%(what)s changed from %(old)s to %(new)s.") % days)
    if version.details != before.details:
        found.append(gettext("Other parts of the document changed."))
    return found
