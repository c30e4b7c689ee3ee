"""A scheme as pages show it, published or drafted: who weighs how much, for whom, what each version changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from credit.scoring.board import life, lifewords
from credit.scoring.board.life import Phase
from credit.scoring.differences import Change, Fact
from credit.scoring.drawings import Bar, WeightsPicture, weights_picture
from credit.scoring.models import Scheme
from credit.scoring.rules import Category, Kind
from credit.scoring.saying import REASON_FOR, SaysHow
from credit.scoring.words import CategoryWords

KIND = {"": gettext_lazy("Everybody"), "individual": gettext_lazy("People"), "company": gettext_lazy("Companies")}


@dataclass(frozen=True, slots=True)
class Row:
    """A category on the page of a scheme: its words, its numbers, its bar."""

    words: CategoryWords
    numbers: Category
    bar: Bar


@dataclass(frozen=True, slots=True)
class Weights:
    """Who weighs how much for one kind of subject, or for both alike (kind is "")."""

    kind: str
    picture: WeightsPicture
    rows: Sequence[Row]

    @property
    def title(self) -> str:
        """For whom."""
        return str(KIND[self.kind])


def weights_of(scheme: SaysHow) -> list[Weights]:
    """One drawing where both kinds are marked alike, else one for each."""
    kinds: tuple[Kind, ...] = ("company", "individual") if scheme.kinds_differ else ("company",)
    return [_weights(scheme, kind, kind if scheme.kinds_differ else "") for kind in kinds]


def _weights(scheme: SaysHow, kind: Kind, shown_as: str) -> Weights:
    categories = scheme.rules_by_kind[kind].categories
    picture = weights_picture(categories)
    numbers = {category.code: category for category in categories}
    return Weights(
        shown_as, picture, [Row(scheme.categories[bar.code], numbers[bar.code], bar) for bar in picture.bars]
    )


def bands_of(scheme: SaysHow) -> list[dict[str, Any]]:
    """The bands, the highest first; they are the same for both kinds."""
    bands = scheme.rules_by_kind["company"].bands
    ordered = sorted(bands, key=lambda band: -band.start)
    return [{"name": band.name, "start": band.start, "meaning": scheme.meaning_of(band.name)} for band in ordered]


@dataclass(frozen=True, slots=True)
class Version:
    """A published version among the others of its scheme, on a day."""

    scheme: Scheme
    before: Scheme | None
    next: Scheme | None
    phase: Phase

    @property
    def state(self) -> str:
        """Where it stands, in a word."""
        return str(lifewords.PHASE[self.phase])

    @property
    def colour(self) -> str:
        """Of the tag that says so."""
        return {Phase.ANNOUNCED: "blue", Phase.IN_FORCE: "green", Phase.RETIRED: "grey"}[self.phase]


def versions(schemes: Iterable[Scheme], today: date) -> list[Version]:
    """Every version of every scheme, in the order given, each with its neighbours."""
    of_code: dict[str, list[Scheme]] = {}
    ordered = list(schemes)
    for scheme in sorted(ordered, key=lambda one: one.version):
        of_code.setdefault(scheme.code, []).append(scheme)
    return [_version(scheme, of_code[scheme.code], today) for scheme in ordered]


def _version(scheme: Scheme, rest: list[Scheme], today: date) -> Version:
    place = rest.index(scheme)
    later = rest[place + 1] if place + 1 < len(rest) else None
    phase = life.phase(scheme.in_force_from, None if later is None else later.in_force_from, today)
    return Version(scheme, rest[place - 1] if place else None, later, phase)


WHAT = {
    ("scheme", "in_force_from"): gettext_lazy("In force from"),
    ("scheme", "base"): gettext_lazy("Where everybody starts"),
    ("scheme", "min"): gettext_lazy("Lowest mark"),
    ("scheme", "max"): gettext_lazy("Highest mark"),
    ("scheme", "disputed"): gettext_lazy("Disputed records"),
    ("scheme", "threshold"): gettext_lazy("Records that must count before there is a mark"),
    ("scheme", "name"): gettext_lazy("Name"),
    ("scheme", "summary"): gettext_lazy("Summary"),
    ("band", "from"): pgettext_lazy("band", "From"),
    ("band", "meaning"): gettext_lazy("What it means"),
    ("category", "weight"): gettext_lazy("Weight"),
    ("category", "floor"): gettext_lazy("Costs at most"),
    ("category", "cap"): gettext_lazy("Adds at most"),
    ("category", "decay"): gettext_lazy("Events fade"),
    ("category", "name"): gettext_lazy("Name"),
    ("category", "reason"): gettext_lazy("Reason"),
    ("category", "law"): gettext_lazy("Legal source"),
    ("category", "factor"): gettext_lazy("What those are told whom it cost points"),
    ("reason", "reason"): gettext_lazy("Reason"),
    ("reason", "law"): gettext_lazy("Legal source"),
}
SAID = {
    "count": gettext_lazy("They count until the dispute is decided; the mark without them is shown beside."),
    "exclude": gettext_lazy("They don't count until the dispute is decided."),
    "linear": gettext_lazy("yes"),
    "none": gettext_lazy("no"),
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One difference, side by side. `where`: the band or category; `language`: of words in the reader's other one."""

    where: str
    what: str
    whom: str
    before: str
    after: str
    by: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed: numbers, words in the reader's language, and words in the other one."""

    numbers: list[ShownChange]
    words: list[ShownChange]
    other_words: list[ShownChange]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.words or self.other_words)


def shown_changes(changes: Sequence[Change], before: SaysHow, after: SaysHow) -> Changes:
    """Changes in the language of the moment."""
    own = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    names = {code: words.name for scheme in (before, after) for code, words in scheme.categories.items()}
    shown = Changes([], [], [])
    for change in changes:
        if not change.is_wording:
            shown.numbers.append(_shown(change, names))
        elif change.fact.language == own:
            shown.words.append(_shown(change, names))
        else:
            shown.other_words.append(_shown(change, names, language=change.fact.language))
    return shown


def _shown(change: Change, names: dict[str, str], *, language: str = "") -> ShownChange:
    fact = change.fact
    by = "" if change.by is None else f"{change.by:+d}".replace("-", "−")
    whom = str(KIND[fact.kind]) if fact.part == "category" and not change.is_wording else ""
    before, after = (_said(fact, value) for value in (change.before, change.after))
    return ShownChange(_where(fact, names), str(WHAT[fact.part, fact.what]), whom, before, after, by, language)


def _where(fact: Fact, names: dict[str, str]) -> str:
    if fact.part == "category":
        return names.get(fact.key, fact.key)
    if fact.part == "band":
        return _("Band %(name)s") % {"name": fact.key}
    return str(REASON_FOR[fact.key]) if fact.part == "reason" else ""


def _said(fact: Fact, value: int | str | date | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return date_format(value)
    if fact.what in ("disputed", "decay"):
        return str(SAID[str(value)])
    return str(value).replace("-", "−") if isinstance(value, int) else value
