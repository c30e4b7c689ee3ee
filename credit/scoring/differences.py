"""What one version of a scheme changed in another: every number for both kinds, every word in both languages. Pure.

A tree (schemefile.py) is taken apart into facts, each under its own name. What has another value, or is only in one of
the two, is a change: so nothing that a scheme says can change unseen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from credit.scoring.rules import KINDS
from credit.scoring.schemefaults import CATEGORY_NUMBERS, CATEGORY_WORDS, LANGUAGES, REASON_WORDS, REASONS

Part = Literal["scheme", "band", "category", "reason"]
SCHEME_NUMBERS = ("in_force_from", "base", "min", "max", "disputed", "threshold")

Value = int | str | date | None


class Fact(NamedTuple):
    """The name of one thing that a scheme says. `key`: the band's name, the category's code, what the reason is for.

    `kind`: for whom, "" for both. `language`: of a text, "" for a number.
    """

    part: Part
    key: str
    what: str
    kind: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs; None where the version says nothing of it."""

    fact: Fact
    before: Value
    after: Value

    @property
    def is_wording(self) -> bool:
        """Whether words changed, and no number."""
        return bool(self.fact.language)

    @property
    def by(self) -> int | None:
        """By how much a number changed; None where it is no number, or is only in one of the two."""
        if isinstance(self.before, int) and isinstance(self.after, int):
            return self.after - self.before
        return None


def changes(before: tuple[Mapping[str, Any], date], after: tuple[Mapping[str, Any], date]) -> list[Change]:
    """All that differs between two schemes' trees with the days on which they come into force, in a scheme's order."""
    old, new = dict(_facts(*before)), dict(_facts(*after))
    names = [*new, *(name for name in old if name not in new)]
    found = [Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
    return _together(found)


def _together(found: list[Change]) -> list[Change]:
    """A number that changed alike for both kinds is one change."""
    by_kind = {change.fact: change for change in found if change.fact.kind}
    kept = []
    for change in found:
        twins = [by_kind.get(change.fact._replace(kind=kind)) for kind in KINDS] if change.fact.kind else []
        alike = len({(twin.before, twin.after) for twin in twins if twin}) == 1 and all(twins)
        if not alike:
            kept.append(change)
        elif change.fact.kind == KINDS[0]:
            kept.append(Change(change.fact._replace(kind=""), change.before, change.after))
    return kept


def _facts(tree: Mapping[str, Any], starts: date) -> Iterator[tuple[Fact, Value]]:
    numbers: dict[str, Value] = {"threshold": 0, **{name: tree.get(name) for name in SCHEME_NUMBERS if name in tree}}
    for name in SCHEME_NUMBERS:
        yield Fact("scheme", "", name), starts if name == "in_force_from" else numbers[name]
    yield from _texts("scheme", "", tree["words"], ("name", "summary"))
    for name in REASONS:
        if name in tree.get("reasons", {}):
            yield from _texts("reason", name, tree["reasons"][name], REASON_WORDS)
    for band in tree["bands"]:
        yield Fact("band", band["name"], "from"), band["from"]
        for language in LANGUAGES:
            yield Fact("band", band["name"], "meaning", language=language), band["words"][language]
    for category in tree["categories"]:
        for number in CATEGORY_NUMBERS:
            for kind in KINDS:
                value = category.get(kind, {}).get(number, category[number])
                yield Fact("category", category["code"], number, kind=kind), value
        yield from _texts("category", category["code"], category["words"], CATEGORY_WORDS)


def _texts(
    part: Part, key: str, words: Mapping[str, Mapping[str, str]], names: tuple[str, ...]
) -> Iterator[tuple[Fact, Value]]:
    for language in LANGUAGES:
        for name in names:
            yield Fact(part, key, name, language=language), words[language][name]
