"""JSON (a list of objects) and NDJSON (an object a line), element by element. Numbers keep their own digits."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from credit.records.notations.faults import Code, FileRefused, refuse
from credit.records.notations.formats import encoding_of
from credit.records.notations.headings import refuse_forbidden

SPACE = " \t\r\n"
KEYS = 512

LONG = 4_096
"""Characters from which on the parts of a value are counted before anything is made of it."""

PARTS = 8_192
"""Brackets, texts and commas of one such value. Each may take fifty times its room in memory; a row has some dozens."""

PART = re.compile(r'[\[\]{}",]')


def read_json(data: bytes) -> Iterator[list[str]]:
    """The keys of all elements, then the values of each, in the keys' order. Raises FileRefused."""
    text = data.decode(encoding_of(data))
    return _table(lambda: _elements(text))


def read_ndjson(data: bytes) -> Iterator[list[str]]:
    """As `read_json`, from one object a line; a single object over several lines is a list of one."""
    text = data.decode(encoding_of(data))
    try:
        _parse(text)
    except FileRefused:
        return _table(lambda: (_parse(line) for line in _lines(text) if line.strip(SPACE)))
    return _table(lambda: iter([_parse(text)]))


def _table(elements: Callable[[], Iterable[Any]]) -> Iterator[list[str]]:
    """Two passes over the elements: one for their keys, one for their values."""
    keys: dict[str, None] = {}
    inner: set[str] = set()
    count = 0
    for element in elements():
        if not isinstance(element, dict):
            raise _bad()
        keys.update(dict.fromkeys(element))
        for value in element.values():
            if isinstance(value, dict | list):
                inner |= inner_keys(value)
        count += 1
        if len(keys) > KEYS or len(inner) > KEYS:
            raise _bad()
    refuse_forbidden(inner)
    if not count:
        raise refuse(Code.FILE_EMPTY)
    if not keys:
        raise _bad()
    yield list(keys)
    for element in elements():
        yield [_text(element.get(key)) for key in keys]


def inner_keys(value: Any) -> set[str]:
    """The keys of all objects in a value: what a heading may not say, a key inside a cell may not either."""
    found: set[str] = set()
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            found.update(one)
            left += one.values()
        elif isinstance(one, list):
            left += one
    return found


def _elements(text: str) -> Iterator[Any]:
    place = _skip(text, 0)
    if text[place : place + 1] != "[":
        raise _bad()
    place = _skip(text, place + 1)
    if text[place : place + 1] == "]":
        _end(text, place + 1)
        return
    while True:
        element, place = _element(text, place)
        yield element
        place = _skip(text, place)
        mark = text[place : place + 1]
        place = _skip(text, place + 1)
        if mark == "]":
            _end(text, place)
            return
        if mark != ",":
            raise _bad()


def _lines(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        yield text[place:end]
        place = end + 1


def _element(text: str, place: int) -> tuple[Any, int]:
    """The value that begins at a place, and where it ends. Raises FileRefused."""
    try:
        value, length = DECODER.raw_decode(text[place : place + LONG])
        return value, place + length
    except (ValueError, RecursionError):
        pass  # it is longer
    _count(text, place)
    try:
        return DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        raise _bad() from None


def _count(text: str, place: int) -> None:
    """Raises FileRefused where the value that begins at a place has too many parts."""
    parts = depth = 0
    while (found := PART.search(text, place)) is not None and parts < PARTS:
        place, parts = found.end(), parts + 1
        if found[0] == '"':
            try:
                place = json.decoder.scanstring(text, place, True)[1]  # type: ignore[attr-defined]  # not in its stub
            except ValueError:
                raise _bad() from None
        else:
            depth += (found[0] in "[{") - (found[0] in "]}")
        if depth <= 0:
            return
    if parts == PARTS:
        raise _bad()


def _parse(text: str) -> Any:
    if len(text) > LONG:
        _count(text, _skip(text, 0))
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        raise _bad() from None


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in SPACE:
        place += 1
    return place


def _end(text: str, place: int) -> None:
    if _skip(text, place) != len(text):
        raise _bad()


def _bad() -> FileRefused:
    return refuse(Code.FILE_FORMAT, detail="json")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")


class Digits(str):
    """A number, as its own digits."""


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_int=Digits, parse_float=Digits)
