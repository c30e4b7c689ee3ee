"""What is compared: the rules before and after, for each kind of subject, on one day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from credit.scoring.rules import Category, Kind, SchemeRules

STEPS = 1000
"""Marks are counted one by one up to so many points of scale; on a wider scale in so many equal steps."""

LOOSE_ENDS = "base"
"""What moved a mark beside the categories: where everybody starts, the ends of the scale, rounding."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two schemes and a day. `before` is None where nobody was marked before."""

    before: Mapping[Kind, SchemeRules] | None
    after: Mapping[Kind, SchemeRules]
    as_of: date

    def sides(self, kind: Kind) -> tuple[SchemeRules | None, SchemeRules]:
        """The rules before and after for subjects of a kind."""
        return (self.before[kind] if self.before else None, self.after[kind])

    @property
    def lowest(self) -> int:
        """The lowest mark of either scheme, from which steps are counted."""
        return min(rules.minimum for rules in self._all())

    @property
    def highest(self) -> int:
        """The highest mark of either scheme."""
        return max(rules.maximum for rules in self._all())

    @property
    def step(self) -> int:
        """How many points a counted step has: 1, unless the scale is wider than STEPS."""
        return max(1, -(-(self.highest - self.lowest) // STEPS))

    def facts_known(self, kind: Kind) -> SchemeRules:
        """Rules with the categories of both schemes, to load the facts that either knows. For loading only."""
        before, after = self.sides(kind)
        known = {category.code: category for rules in (before, after) if rules for category in rules.categories}
        return replace(after, categories=tuple(known.values()))

    def _all(self) -> list[SchemeRules]:
        return [*self.after.values(), *(self.before or {}).values()]


@dataclass(frozen=True, slots=True)
class Variant:
    """The rules with one weight a tenth up or down; `weight` is the changed one."""

    category: str
    direction: str
    weight: int
    rules: SchemeRules


UP, DOWN = "+10", "-10"


def variants(rules: SchemeRules) -> list[Variant]:
    """Each weight up and down by a tenth, to whole points, at least one; weights of 0 stay. Holds stay as they are."""
    return [
        Variant(category.code, direction, weight, _with_weight(rules, category, weight))
        for category in rules.categories
        if category.weight
        for direction, weight in ((UP, _tenth_more(category.weight)), (DOWN, _tenth_less(category.weight)))
    ]


def _tenth(weight: int) -> int:
    return max(1, (abs(weight) + 5) // 10)


def _tenth_more(weight: int) -> int:
    return weight + _tenth(weight)


def _tenth_less(weight: int) -> int:
    return weight - _tenth(weight)


def _with_weight(rules: SchemeRules, changed: Category, weight: int) -> SchemeRules:
    categories = tuple(replace(one, weight=weight) if one.code == changed.code else one for one in rules.categories)
    return replace(rules, categories=categories)


def favourable_bands(rules: SchemeRules) -> tuple[str, ...]:
    """The bands that count as a good outcome, the best first: those above where everybody starts.

    Where no band starts above the base, the highest one.
    """
    ordered = sorted(rules.bands, key=lambda band: -band.start)
    above = tuple(band.name for band in ordered if band.start > rules.base)
    return above or tuple(band.name for band in ordered[:1])
