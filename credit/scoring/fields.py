"""Readers of single fields of a strict document: each takes a value and its path and returns it or raises Malformed."""

import re
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import Any, TypeVar

from credit.scoring.rules import NUMBER_LIMIT
from credit.scoring.strictjson import Malformed, field_path

TEXT_LIMIT = 300
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Item = TypeVar("Item")
Word = TypeVar("Word", bound=str)


def fields_of(tree: Any, path: str, fields: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """The object, with all the fields and none that isn't known."""
    if not isinstance(tree, dict):
        raise Malformed(path, "must be an object")
    for key in tree:
        if key not in fields and key not in optional:
            raise Malformed(field_path(path, key), "unknown field")
    for field in fields:
        if field not in tree:
            raise Malformed(field_path(path, field), "missing")
    return tree


def items(tree: Any, path: str, limit: int, item: Callable[[Any, str], Item]) -> list[Item]:
    """The list's items, each read by `item` with its own path; at most `limit` of them."""
    if not isinstance(tree, list):
        raise Malformed(path, "must be a list")
    if len(tree) > limit:
        raise Malformed(path, f"has more than {limit} items")
    return [item(one, f"{path}[{place}]") for place, one in enumerate(tree)]


def refuse_repeats(values: Iterable[Hashable], path: str, field: str) -> None:
    """Raise Malformed at the first item of a list whose field repeats an earlier one's."""
    seen: set[Hashable] = set()
    for place, value in enumerate(values):
        if value in seen:
            raise Malformed(f"{path}[{place}].{field}", "is given twice")
        seen.add(value)


def text(value: Any, path: str, *, limit: int = TEXT_LIMIT) -> str:
    """A text of 1 to `limit` characters."""
    if not isinstance(value, str):
        raise Malformed(path, "must be a text")
    if not 0 < len(value) <= limit:
        raise Malformed(path, f"must have 1 to {limit} characters")
    return value


def number(value: Any, path: str, *, lowest: int = -NUMBER_LIMIT, highest: int = NUMBER_LIMIT) -> int:
    """A whole number between two limits; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(path, "must be a whole number")
    if not lowest <= value <= highest:
        raise Malformed(path, f"must be from {lowest} to {highest}")
    return value


def day(value: Any, path: str) -> date:
    """A calendar date, written YYYY-MM-DD and in no other way."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise Malformed(path, "must be a date, YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Malformed(path, f"{value} is not in the calendar") from None


def choice(value: Any, path: str, words: tuple[Word, ...]) -> Word:
    """One of the words."""
    for word in words:
        if isinstance(value, str) and value == word:
            return word
    raise Malformed(path, f"must be one of {', '.join(words)}")
