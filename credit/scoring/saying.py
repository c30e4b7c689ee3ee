"""What a scheme says, published or drafted: its words in the language of the moment, its numbers for each kind."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from credit.scoring.rules import KINDS, Kind, SchemeRules
from credit.scoring.schemefaults import REASONS
from credit.scoring.schemefile import rules_in
from credit.scoring.words import CategoryWords, in_language
from credit.subjects.models import Subject

REASON_FOR = {
    "base": _("Where everybody starts"),
    "scale": _("Lowest and highest mark"),
    "bands": _("Bands"),
    "disputed": _("Disputed records"),
    "threshold": _("Records that must count before there is a mark"),
    "fading": _("Events fade"),
    "kinds": _("Other numbers for people than for companies"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is, in plain words, and under which law."""

    title: str
    reason: str
    law: str


class SaysHow:
    """Mixed into whatever has a scheme's tree (schemefile.py) as its `document`."""

    document: Any

    @cached_property
    def rules_by_kind(self) -> dict[Kind, SchemeRules]:
        """What the engine needs of it, for each kind of subject."""
        return {kind: rules_in(self.document, kind) for kind in KINDS}

    def rules_for(self, kind: str) -> SchemeRules:
        """What the engine needs of it for subjects of a kind (Subject.Kind)."""
        return self.rules_by_kind["individual" if kind == Subject.Kind.INDIVIDUAL else "company"]

    @property
    def kinds_differ(self) -> bool:
        """Whether it marks individuals by other numbers than companies."""
        return self.rules_by_kind["individual"] != self.rules_by_kind["company"]

    @property
    def name(self) -> str:
        """Its name in the language in which the page is read."""
        return str(in_language(self.document["words"])["name"])

    @property
    def summary(self) -> str:
        """What it does, in two or three sentences."""
        return str(in_language(self.document["words"])["summary"])

    @cached_property
    def categories(self) -> dict[str, CategoryWords]:
        """The words for each category, by code, in the scheme's own order."""
        return {part["code"]: CategoryWords(part["code"], part["words"]) for part in self.document["categories"]}

    def meaning_of(self, band: str | None) -> str:
        """What a band means, in a sentence; empty for no band."""
        found = [part["words"] for part in self.document["bands"] if part["name"] == band]
        return str(in_language(found[0])) if found else ""

    @property
    def reasons(self) -> list[Reason]:
        """Why the numbers that belong to no single category are what they are; an earlier scheme may not say some."""
        said = self.document.get("reasons", {})
        return [Reason(str(REASON_FOR[name]), **in_language(said[name])) for name in REASONS if name in said]
