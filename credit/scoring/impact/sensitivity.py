"""How much the order of marks hangs on one weight: two rankings of the same people, compared. Plain numbers.

Kendall's tau-b: of all pairs, those that both rankings put in the same order less those that they put in opposite
ones, corrected for ties (Kendall 1945, "The treatment of ties in ranking problems"). 1: the same ranking.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two rankings of the same people. tau: from -1 to 1, None where everybody ties in one of them.

    swapped: the share of all pairs, from 0 to 1, that change places.
    """

    tau: float | None
    swapped: float


def joint(marks: Mapping[int, int], changed: Iterable[tuple[int, int, int]]) -> Counter[tuple[int, int]]:
    """How many have which mark under the one and the other: from all marks, and (mark, other, count) of the changed."""
    left, pairs = Counter(marks), Counter[tuple[int, int]]()
    for mark, other, count in changed:
        left[mark] -= count
        pairs[mark, other] += count
    pairs.update({(mark, mark): count for mark, count in left.items() if count})
    return pairs


def agreement(pairs: Mapping[tuple[int, int], int]) -> Agreement:
    """How far two rankings agree, from how many have which mark in each (marks from 0)."""
    people = sum(pairs.values())
    all_pairs = _pairs(people)
    if not all_pairs:
        return Agreement(None, 0.0)
    one, other = Counter[int](), Counter[int]()
    for (mark, its), count in pairs.items():
        one[mark] += count
        other[its] += count
    tied_one, tied_other = sum(map(_pairs, one.values())), sum(map(_pairs, other.values()))
    tied_both = sum(map(_pairs, pairs.values()))
    opposite = _opposite(pairs)
    same = all_pairs - tied_one - tied_other + tied_both - opposite
    ground = sqrt((all_pairs - tied_one) * (all_pairs - tied_other))
    return Agreement((same - opposite) / ground if ground else None, opposite / all_pairs)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _opposite(pairs: Mapping[tuple[int, int], int]) -> int:
    """How many pairs the rankings put in opposite orders: for each, those before it in the one and after in the other.

    A Fenwick tree over the second marks; those of equal first marks are asked before they are added.
    """
    size = max((other for _, other in pairs), default=0) + 1
    tree, added, found = [0] * (size + 1), 0, 0
    rows: dict[int, list[tuple[int, int]]] = {}
    for (mark, other), count in pairs.items():
        rows.setdefault(mark, []).append((other, count))
    for mark in sorted(rows):
        for other, count in rows[mark]:
            place, upto = other + 1, 0
            while place:
                upto += tree[place]
                place &= place - 1
            found += count * (added - upto)
        for other, count in rows[mark]:
            place = other + 1
            while place <= size:
                tree[place] += count
                place += place & -place
            added += count
    return found
