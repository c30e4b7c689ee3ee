"""A scheme as it is published: a TOML file of numbers, reasons and sources, read strictly into one tree. No Django.

The tree is what a recalculation document says of a scheme, and beside each part its words in both languages.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from credit.scoring.document import parse_scheme
from credit.scoring.fields import fields_of
from credit.scoring.rules import KINDS, Kind, SchemeRules
from credit.scoring.schemefaults import CATEGORY_NUMBERS, NUMBERS, find_faults
from credit.scoring.strictjson import Malformed

FORMAT = "plainmark-scheme/1"


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A valid scheme file. `tree` is JSON that says all of it but the day from which it is in force."""

    tree: dict[str, Any]
    rules: dict[Kind, SchemeRules]
    in_force_from: date


def read_scheme(data: bytes) -> SchemeFile:
    """Read a scheme's TOML. Raises Malformed, with the path, where it says too little, too much or nonsense."""
    faults = faults_of(data)
    if faults:
        raise faults[0]
    tree = _tree(data)
    del tree["format"]
    in_force_from = tree.pop("in_force_from")
    return SchemeFile(tree, {kind: rules_in(tree, kind) for kind in KINDS}, in_force_from)


def faults_of(data: bytes, *, whole: bool = False) -> list[Malformed]:
    """All that is wrong with a scheme's TOML, each with its path, in the order of the file's parts.

    `whole`: that a number has no reason and source beside it is a fault too.
    """
    try:
        tree = _tree(data)
    except Malformed as fault:
        return [fault]
    faults = []
    if tree.get("format") != FORMAT:
        faults.append(Malformed("format", f'must be "{FORMAT}"' if "format" in tree else "missing"))
    starts = tree.get("in_force_from")
    if not isinstance(starts, date) or isinstance(starts, datetime):
        faults.append(Malformed("in_force_from", "must be a date" if "in_force_from" in tree else "missing"))
    rest = {key: value for key, value in tree.items() if key not in ("format", "in_force_from")}
    faults += find_faults(rest, whole=whole)
    return faults or _faults_together(rest)


def rules_in(tree: dict[str, Any], kind: Kind) -> SchemeRules:
    """The numbers of a scheme's tree for subjects of a kind, without its words. Raises Malformed.

    Where a category has a table named after the kind, the numbers in that table stand in place of its own.
    """
    bare = {name: tree[name] for name in (*NUMBERS, "threshold") if name in tree}
    bare["bands"] = [{key: value for key, value in band.items() if key != "words"} for band in tree["bands"]]
    bare["categories"] = [
        _category(part, kind, f"categories[{place}]") for place, part in enumerate(tree["categories"])
    ]
    return parse_scheme(bare, "")


def _tree(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise Malformed("", f"not UTF-8 (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed("", f"not TOML: {error}") from None
    except RecursionError:
        raise Malformed("", "not TOML that can be read: nested too deeply") from None


def _category(tree: dict[str, Any], kind: Kind, path: str) -> dict[str, Any]:
    own = {key: value for key, value in tree.items() if key not in ("words", *KINDS)}
    return own | fields_of(tree.get(kind, {}), f"{path}.{kind}", (), optional=CATEGORY_NUMBERS)


def _faults_together(tree: dict[str, Any]) -> list[Malformed]:
    """What only shows when all parts are read together, for either kind."""
    faults: dict[str, Malformed] = {}
    for kind in KINDS:
        try:
            found = _unfair(rules_in(tree, kind))
        except Malformed as fault:
            found = [fault]
        faults |= {str(fault): fault for fault in found if str(fault) not in faults}
    return list(faults.values())


def _unfair(rules: SchemeRules) -> list[Malformed]:
    """What the engine could compute, but no published scheme may say."""
    faults = []
    if not rules.minimum <= rules.base <= rules.maximum:
        faults.append(Malformed("base", "is not between min and max"))
    if not rules.categories:
        faults.append(Malformed("categories", "are none"))
    if rules.band_of(rules.minimum) is None:
        faults.append(Malformed("bands", "leave the lowest marks without a band"))
    for place, category in enumerate(rules.categories):
        if category.weight < 0:
            faults.append(Malformed(f"categories[{place}].weight", "is below zero: good records would cost points"))
        if not category.floor <= 0 <= category.cap:
            faults.append(Malformed(f"categories[{place}]", "would add or cost points without any record"))
    return faults
