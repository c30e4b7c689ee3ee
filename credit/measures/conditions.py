"""From what a published measure follows, in words that somebody understands who never saw the list."""

from django.utils.translation import gettext

from credit.measures.models import ListEntry
from credit.records import notations
from credit.records.notations.shapes import Notation
from credit.records.words import CATEGORIES, common_value, mark_in_words, notation_name


def condition(entry: ListEntry) -> str:
    """The condition in one sentence: "Administrative penalty: serious", "Your mark is in band D"."""
    if entry.by_band:
        return gettext("The mark is in band %(bands)s.") % {"bands": _either(entry.bands)}
    parts = []
    if entry.categories:
        parts.append(_either([str(CATEGORIES.get(code, code)) for code in entry.categories]))
    if entry.notations:
        parts.append(_either([notation_name(code) for code in entry.notations]))
    what = gettext(", ").join(parts) or gettext("Any record")
    return gettext("%(record)s: %(marks)s.") % {"record": what, "marks": _marks(entry)}


def _marks(entry: ListEntry) -> str:
    """Which marks fit: by name where there is one notation that names its marks, else on the common scale."""
    named = [notations.get(code) for code in entry.notations]
    if len(named) == 1 and (names := _names(named[0], entry)):
        return _either(names)
    said = []
    if entry.at_most is not None:
        said.append(gettext("%(value)s or less on the common scale") % {"value": common_value(entry.at_most)})
    if entry.at_least is not None:
        said.append(gettext("%(value)s or more on the common scale") % {"value": common_value(entry.at_least)})
    return gettext(", ").join(said) or gettext("any mark")


def _names(notation: Notation, entry: ListEntry) -> list[str]:
    fitting = [
        mark
        for mark in notation.tables[-1].marks
        if (entry.at_most is None or mark.value <= entry.at_most)
        and (entry.at_least is None or mark.value >= entry.at_least)
    ]
    return [mark_in_words(notation, mark.names[0]) for mark in fitting]


def _either(names: list[str]) -> str:
    return gettext(" or ").join(names)
