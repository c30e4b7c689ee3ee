"""What every page's frame shows: the user's doors, the public pages, and where one is."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from credit.identity.models import User
from portal.pages.capacities import Capacity, capacities_of


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a navigation; `here` where the page shown is its page or lies below it."""

    title: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The subject or agency whose pages one is on, as far as it is among one's own doors."""

    kind_title: str
    name: str
    sections: tuple[Link, ...]


def site(request: HttpRequest) -> dict[str, Any]:
    """The frame's variables. Each costs nothing until a template asks for it."""
    capacities: Any = SimpleLazyObject(lambda: _capacities(request))
    return {
        "capacities": capacities,
        "public_pages": SimpleLazyObject(lambda: _public_pages(request)),
        "place": SimpleLazyObject(lambda: _place(request, capacities)),
    }


def _capacities(request: HttpRequest) -> tuple[Capacity, ...]:
    user = getattr(request, "user", None)
    return capacities_of(user, request.path, now=timezone.now()) if isinstance(user, User) else ()


def _public_pages(request: HttpRequest) -> tuple[Link, ...]:
    pages = (
        (_("How marks are made"), reverse("schemes:list")),
        (_("Calculator"), reverse("calculator:form")),
        (_("What may follow from it"), reverse("published-measures:list")),
        (_("Where the data comes from"), reverse("site:sources")),
        (_("Who may see what"), reverse("rules")),
        (_("Check a report"), reverse("verify:form")),
        (_("The ledger"), reverse("ledger:heads")),
        (_("Help"), reverse("site:help", args=["start"])),
    )
    return tuple(Link(title, url, request.path.startswith(url)) for title, url in pages)


def _place(request: HttpRequest, capacities: tuple[Capacity, ...]) -> Place | None:
    match = request.resolver_match
    key = (match.kwargs.get("subject") or match.kwargs.get("code")) if match else None
    for door in capacities:
        if key and door.key == key:
            kinds = {"person": _("Record of a person"), "company": _("Record of a company"), "agency": _("Agency")}
            return Place(kinds.get(door.kind, ""), door.name, _sections(door, match.namespace if match else ""))
    return None


def _sections(door: Capacity, namespace: str) -> tuple[Link, ...]:
    if door.kind not in ("person", "company"):
        return ()
    sections = (
        (_("Overview"), "pages:overview"),
        (_("Mark"), "scoring:mark"),
        (_("Records"), "records:list"),
        (_("Measures"), "measures:list"),
        (_("Disputes"), "disputes:list"),
        (_("Reports"), "reports:list"),
        (_("Who looked"), "access:looks"),
    )
    return tuple(
        Link(title, reverse(name, args=[door.key]), name.partition(":")[0] == namespace) for title, name in sections
    )
