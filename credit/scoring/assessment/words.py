"""What the codes of an impact assessment are called on pages, in the reader's language."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.scoring.impact import groups
from credit.scoring.impact.fairness import Verdict
from credit.scoring.impact.groups import provinces
from credit.scoring.words import in_language

Words = Mapping[str, str | Promise]

KINDS: Words = {"individual": gettext_lazy("Individuals"), "company": gettext_lazy("Companies")}

DIMENSIONS: Mapping[tuple[str, str], str | Promise] = {
    ("individual", "origin"): gettext_lazy("Residents and foreigners"),
    ("individual", "region"): gettext_lazy("Individuals by the province in their number"),
    ("individual", "age"): gettext_lazy("Individuals by age"),
    ("company", "region"): gettext_lazy("Companies by the province that registered them"),
}

GROUPS: Words = {
    **KINDS,
    groups.UNKNOWN: gettext_lazy("Unknown"),
    groups.RESIDENT: gettext_lazy("Residents"),
    groups.HMT: gettext_lazy("Hong Kong, Macao and Taiwan residents"),
    groups.FOREIGNER: gettext_lazy("Foreigners"),
    "under-18": gettext_lazy("Under 18"),
    "18-29": gettext_lazy("18 to 29"),
    "30-44": gettext_lazy("30 to 44"),
    "45-59": gettext_lazy("45 to 59"),
    "60-and-over": gettext_lazy("60 and over"),
}

VERDICTS: Words = {
    Verdict.REFERENCE: gettext_lazy("The highest rate, which the others are compared with"),
    Verdict.WITHIN: gettext_lazy("Within four fifths"),
    Verdict.WITHIN_BUT_NOT_CHANCE: gettext_lazy("Within four fifths, yet the difference is more than chance"),
    Verdict.BELOW: gettext_lazy("Below four fifths, and more than chance"),
    Verdict.BELOW_MAYBE_CHANCE: gettext_lazy("Below four fifths, which may be chance"),
    Verdict.TOO_FEW: gettext_lazy("Too few to tell"),
    Verdict.NOT_COMPARED: gettext_lazy("Not compared"),
}

TESTS: Words = {"z": gettext_lazy("two-proportion z test"), "fisher": gettext_lazy("Fisher's exact test")}

NO_MARK = gettext_lazy("no mark")
NOT_TOLD = gettext_lazy("below 5")
LOOSE_ENDS = gettext_lazy("starting mark, ends of the scale, rounding")

OF_SOME: Words = {
    "individual": gettext_lazy("Of %(base)s individuals, %(count)s"),
    "company": gettext_lazy("Of %(base)s companies, %(count)s"),
}
OF_FEW: Words = {
    "individual": gettext_lazy("Fewer than 5 individuals"),
    "company": gettext_lazy("Fewer than 5 companies"),
}
OF_NONE: Words = {"individual": gettext_lazy("No individual"), "company": gettext_lazy("No company")}

WOULD: Words = {
    "higher": gettext_lazy("would move to a higher band."),
    "lower": gettext_lazy("would move to a lower band."),
    "up": gettext_lazy("would get a higher mark."),
    "down": gettext_lazy("would get a lower mark."),
    "gained": gettext_lazy("would get a mark for the first time."),
    "lost": gettext_lazy("would have no mark any more, as too few of their records count."),
}


def sentence(kind: str, would: str, count: int | None, whole: int | None) -> str:
    """One figure in one sentence: "Of 100 companies, 3 would move to a lower band."."""
    # Translators: who (with a number), and what would happen to them; no space between them in Chinese
    return _("%(who)s %(what)s") % {"who": _who(kind, count, whole), "what": WOULD[would]}


def _who(kind: str, count: int | None, whole: int | None) -> str:
    if count is None or whole is None:
        return str(OF_FEW[kind])
    if count == 0:
        return str(OF_NONE[kind])
    some, base = of_round(count, whole)
    return str(OF_SOME[kind]) % {"base": figure(base), "count": figure(some)}


def of_round(count: int, whole: int) -> tuple[int, int]:
    """A share as people say it: of 100, else of 1,000, else of 10,000 …; of fewer than 100 all are said."""
    base = 100
    while base < whole and round(count * base / whole) == 0:
        base *= 10
    return (count, whole) if base > whole else (round(count * base / whole), base)


def figure(count: int) -> str:
    """A whole number as the language writes it."""
    return str(number_format(count, use_l10n=True, force_grouping=True))


def counted(count: int | None) -> str:
    """A count, or that it is too small to be told."""
    return str(NOT_TOLD) if count is None else figure(count)


def group_name(code: str) -> str:
    """What a group is called."""
    if code in GROUPS:
        return str(GROUPS[code])
    return in_language(provinces()[code]) if code in provinces() else code
