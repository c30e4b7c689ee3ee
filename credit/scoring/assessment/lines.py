"""An impact assessment as a page prints it: every figure in words, every table with its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from credit.scoring.assessment import words
from credit.scoring.assessment.words import counted, group_name
from credit.scoring.impact.comparing import DOWN, LOOSE_ENDS, UP
from credit.scoring.impact.drawings import Picture, Values, picture
from credit.scoring.impact.fairness import FOUR_FIFTHS, Verdict
from credit.scoring.words import CategoryWords

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A line with how many there are before and after, and from where to where it goes on the scale."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows in figures, and the same as a picture."""

    title: str
    rows: Sequence[Pair]
    picture: Picture


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group under the four-fifths rule, as the new scheme would have it; `was`: its rate before."""

    name: str
    subjects: str
    was: str
    rate: str
    ratio: str
    p: str
    test: str
    verdict: str
    alarming: bool


@dataclass(frozen=True, slots=True)
class GroupTable:
    """One way to cut the population, for each group how often it reaches a favourable band. picture: None where no
    rate is told."""

    title: str
    id: str
    rows: Sequence[GroupLine]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class WeightLine:
    """A category's weight, a tenth up and down: what would be another."""

    name: str
    direction: str
    weight: int
    changed: str
    other_band: str
    swapped: str
    tau: str


@dataclass(frozen=True, slots=True)
class Mover:
    """One of the largest movers: nobody's name, only marks to a hundredth of the scale and what moved it."""

    kind: str
    before: int
    after: int
    because: str


class KindShown:
    """Everything about individuals, or about companies."""

    def __init__(self, kind: str, tree: Tree, categories: Mapping[str, CategoryWords], first: bool) -> None:
        self.kind, self.tree, self.categories, self.first = kind, tree, categories, first
        self.name = words.KINDS[kind]
        self.subjects = counted(tree["subjects"])

    @cached_property
    def sentences(self) -> list[str]:
        """What would happen to how many, the bands first; of what nobody is said by name only what matters."""
        said = [] if self.first else [(self.tree["band_moves"], name) for name in ("lower", "higher")]
        said += [] if self.first else [(self.tree["moves"], name) for name in ("down", "up")]
        for name in ("gained", "lost"):
            if self.tree["moves"][name] != 0:
                said.append((self.tree["moves"], name))
        return [words.sentence(self.kind, name, counts[name], self.tree["subjects"]) for counts, name in said]

    @cached_property
    def marks(self) -> Chart:
        """How many have which mark; ranges at either end that nobody is in are left out."""
        rows = list(self.tree["marks"])
        while rows and rows[-1]["before"] == rows[-1]["after"] == 0:
            rows.pop()
        while rows and rows[0]["before"] == rows[0]["after"] == 0:
            rows.pop(0)
        return _chart(_("Marks before and after"), [(f"{row['from']}–{row['to']}", row) for row in rows])

    @cached_property
    def bands(self) -> Chart:
        """How many are in which band."""
        return _chart(_("Bands before and after"), [(_band(row["band"]), row) for row in self.tree["bands"]])

    @cached_property
    def matrix(self) -> tuple[list[str], list[tuple[str, list[tuple[str, bool]]]]]:
        """The bands after, and for each band before how many go to each of them, and whether they just stay."""
        cells = {(cell["before"], cell["after"]): cell["count"] for cell in self.tree["matrix"]}
        names = [row["band"] for row in self.tree["bands"]]
        before = [name for name in names if any(cell[0] == name for cell in cells)]
        after = [name for name in names if any(cell[1] == name for cell in cells)]
        rows = [(_band(old), [(counted(cells.get((old, new), 0)), old == new) for new in after]) for old in before]
        return [_band(name) for name in after], rows

    @cached_property
    def favourable(self) -> str:
        """The bands that count as a good outcome."""
        return ", ".join(self.tree["favourable"]["after"])

    @cached_property
    def groups(self) -> list[GroupTable]:
        """Each way to cut the kind."""
        return [
            _groups(
                str(words.DIMENSIONS[self.kind, cut["dimension"]]), f"{self.kind}-{cut['dimension']}", cut["groups"]
            )
            for cut in self.tree["groups"]
        ]

    @cached_property
    def weights(self) -> list[WeightLine]:
        """How much hangs on each weight."""
        return [
            WeightLine(
                self.categories[line["category"]].name,
                "+10 %" if line["direction"] == UP else "−10 %",
                line["weight"],
                _share(line["changed"]),
                _share(line["other_band"]),
                _percent(line["swapped"], places=2),
                "" if line["tau"] is None else f"{line['tau']:.4f}",
            )
            for line in self.tree["weights"]
        ]

    @cached_property
    def weights_picture(self) -> Picture:
        """The share of pairs that change places, for each weight a tenth down and a tenth up."""
        by_code: dict[str, dict[str, Tree]] = {}
        for line in self.tree["weights"]:
            by_code.setdefault(line["category"], {})[line["direction"]] = line
        rows = []
        for code, both in by_code.items():
            down, up = both[DOWN]["swapped"], both[UP]["swapped"]
            said = f"{_percent(down, places=2)} / {_percent(up, places=2)}"
            rows.append(Values(self.categories[code].name, said, down, up))
        return picture(rows)


class Shown:
    """A whole result."""

    def __init__(self, tree: Tree, categories: Mapping[str, CategoryWords]) -> None:
        self.tree, self.categories = tree, categories
        self.first = tree["against"] is None
        self.kinds = [KindShown(kind, part, categories, self.first) for kind, part in tree["kinds"].items()]

    @cached_property
    def between_kinds(self) -> GroupTable:
        """Individuals and companies, compared."""
        return _groups(_("Individuals and companies"), "between-kinds", self.tree["between_kinds"])

    @cached_property
    def largest(self) -> list[Mover]:
        """The largest movers, the largest first."""
        return [
            Mover(str(words.KINDS[row["kind"]]), row["before"], row["after"], self._because(row["because"]))
            for row in self.tree["largest"]
        ]

    def _because(self, reasons: Sequence[Tree]) -> str:
        """What moved a mark: "Courts −30, Tax +5"."""
        return _(", ").join(
            f"{words.LOOSE_ENDS if one['category'] == LOOSE_ENDS else self.categories[one['category']].name}"
            f" {'+' if one['points'] > 0 else '−'}{abs(one['points'])}"
            for one in reasons
        )


def _band(name: str | None) -> str:
    return str(words.NO_MARK) if name is None else name


def _chart(title: str, rows: Sequence[tuple[str, Tree]]) -> Chart:
    pairs = [Pair(label, counted(row["before"]), counted(row["after"])) for label, row in rows]
    values = [
        Values(label, f"{pair.before} → {pair.after}", row["before"], row["after"])
        for (label, row), pair in zip(rows, pairs, strict=True)
    ]
    return Chart(title, pairs, picture(values))


def _groups(title: str, id_: str, groups: Sequence[Tree]) -> GroupTable:
    rows = [_group_line(group) for group in groups]
    values = [
        Values(line.name, f"{line.was} → {line.rate}", group["before"]["rate"], group["after"]["rate"])
        for line, group in zip(rows, groups, strict=True)
        if group["after"]["rate"] is not None
    ]
    best = max((_rate_if_best(group) for group in groups), default=0)
    return GroupTable(title, id_, rows, picture(values, marker=best * FOUR_FIFTHS or None) if values else None)


def _rate_if_best(group: Tree) -> float:
    after = group["after"]
    return after["rate"] if after["verdict"] == Verdict.REFERENCE else 0.0


def _group_line(group: Tree) -> GroupLine:
    after = group["after"]
    return GroupLine(
        name=group_name(group["group"]),
        subjects=counted(group["subjects"]),
        was=_percent(group["before"]["rate"], about=group["before"]["about"]),
        rate=_percent(after["rate"], about=after["about"]),
        ratio="–" if after["ratio"] is None else f"{after['ratio']:.2f}",
        p="–" if after["p"] is None else "< 0.001" if after["p"] < 0.001 else f"{after['p']:.3f}",
        test=str(words.TESTS.get(after["test"], "")),
        verdict=str(words.VERDICTS[after["verdict"]]),
        alarming=after["verdict"] == Verdict.BELOW,
    )


def _share(share: float | None) -> str:
    """A share of people in percent; where they are too few to be told, so."""
    return str(words.NOT_TOLD) if share is None else _percent(share)


def _percent(share: float | None, *, places: int = 1, about: bool = False) -> str:
    """A share in percent; a dash for what isn't told."""
    if share is None:
        return "–"
    said = f"{share * 100:.{places}f}%"
    return _("about %(share)s") % {"share": said} if about else said
