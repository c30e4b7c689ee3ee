"""JSON read so strictly that nothing is lost unseen: duplicate keys, NaN, fractions, endless numbers stay as faults.

The standard reader drops a duplicate key and takes NaN. Here both stay in the tree, for the one who walks it to refuse
them with the path of the field.
"""

import json
from dataclasses import dataclass
from typing import Any

DIGITS = 19
"""A longer whole number is beyond any limit, and reading it costs time that grows with its square."""


class Malformed(ValueError):
    """What was given is not a well-formed document; the message begins with the path of the field."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path or 'document'}: {problem}")
        self.path = path


@dataclass(frozen=True, slots=True)
class NotWhole:
    """A number that is not a whole one of a sane length, as it was written: 1.5, NaN, 1e9, 99999999999999999999."""

    text: str


class Keys(dict[str, Any]):
    """An object of the document, with the keys that were given more than once."""

    repeated: tuple[str, ...] = ()


def read(data: bytes) -> Any:
    """The tree of a JSON text in UTF-8: Keys, list, str, int, bool, None and NotWhole. Raises Malformed."""
    try:
        text = data.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_keys, parse_int=_whole, parse_float=NotWhole, parse_constant=NotWhole
        )
    except UnicodeDecodeError as error:
        raise Malformed("", f"not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise Malformed("", f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Malformed("", "not JSON that can be read: nested too deeply") from None


def refuse_faults(tree: Any, path: str = "") -> None:
    """Raise Malformed, with the path, at the first duplicate key, broken number or text that is not Unicode."""
    match tree:
        case NotWhole():
            raise Malformed(path, f"{tree.text[:40]} is not a whole number")
        case str():
            _refuse_surrogates(tree, path)
        case Keys():
            if tree.repeated:
                raise Malformed(field_path(path, tree.repeated[0]), "given twice")
            for key, value in tree.items():
                _refuse_surrogates(key, path)
                refuse_faults(value, field_path(path, key))
        case list():
            for place, item in enumerate(tree):
                refuse_faults(item, f"{path}[{place}]")


def _keys(pairs: list[tuple[str, Any]]) -> Keys:
    keys = Keys(pairs)
    if len(keys) < len(pairs):
        names = [name for name, _ in pairs]
        keys.repeated = tuple(name for name in keys if names.count(name) > 1)
    return keys


def _whole(text: str) -> int | NotWhole:
    return int(text) if len(text) <= DIGITS else NotWhole(text)


def field_path(path: str, key: str) -> str:
    """The path of an object's field: scheme.bands; a key that is no plain word is quoted."""
    shown = key if key.isidentifier() and key.isascii() else json.dumps(key[:40])
    return f"{path}.{shown}" if path else shown


def _refuse_surrogates(text: str, path: str) -> None:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Malformed(path, "holds half a character (a lone surrogate)")
