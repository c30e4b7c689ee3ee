"""Every notation there is: how agencies mark, and how their marks fall on the common scale. Pure.

A notation is one small file and one dated table in `catalogue/`; it is found by itself.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from credit.records.notations import catalogue
from credit.records.notations.shapes import Notation


@cache
def all_notations() -> Mapping[str, Notation]:
    """By code, sorted. Raises ValueError where two share a code."""
    found: dict[str, Notation] = {}
    for module in iter_modules(catalogue.__path__):
        notation: Notation = import_module(f"{catalogue.__name__}.{module.name}").NOTATION
        if found.setdefault(notation.code, notation) is not notation:
            raise ValueError(f"{notation.code} is there twice")
    return MappingProxyType(dict(sorted(found.items())))


def get(code: str) -> Notation:
    """The notation with this code. Raises KeyError."""
    return all_notations()[code]
