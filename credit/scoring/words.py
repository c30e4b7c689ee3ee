"""The words of a published scheme, in the language in which the page is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import get_language

Text = TypeVar("Text")


def in_language(texts: Mapping[str, Text]) -> Text:
    """The text in Chinese where the page is, else in English."""
    return texts["zh-hans" if (get_language() or "").startswith("zh") else "en"]


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """What a scheme says of a category, beside its numbers. Each is read in the language of the moment."""

    code: str
    texts: Mapping[str, Mapping[str, str]]

    @property
    def name(self) -> str:
        """What it is called."""
        return in_language(self.texts)["name"]

    @property
    def reason(self) -> str:
        """Why it weighs what it weighs."""
        return in_language(self.texts)["reason"]

    @property
    def law(self) -> str:
        """Under which law the records are kept."""
        return in_language(self.texts)["law"]

    @property
    def factor(self) -> str:
        """What to say to somebody whom it cost points, and what would help."""
        return in_language(self.texts)["factor"]
