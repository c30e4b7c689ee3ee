"""A scheme board, and texts for it to decide on."""

from datetime import date, datetime, timedelta

from credit.core.policy import Role
from credit.identity.models import User
from credit.scoring import actions
from credit.scoring.board import drafts
from credit.scoring.models import Draft
from tests import factories

SCHEMES = actions.__file__.replace("actions.py", "schemes/")


def text(number: int = 2, *, starts: date, **changes: str) -> bytes:
    """The sample's draft, in force from a day, with some texts replaced."""
    with open(f"{SCHEMES}open-{number}.toml", encoding="utf-8") as file:
        said = file.read()
    said = said.replace("in_force_from = 2027-01-01", f"in_force_from = {starts.isoformat()}")
    for old, new in changes.items():
        said = said.replace(f"{old} = ", f"{old} = {new} # ", 1)
    return said.encode()


def later(now: datetime, days: int = 60) -> date:
    """A day that leaves time enough to announce a version."""
    return now.date() + timedelta(days=days)


def member() -> User:
    """One of the scheme board."""
    return factories.member(Role.BOARD, factories.oversight())


def assessed(draft: Draft, *, now: datetime) -> Draft:
    """As the portal says it once it has computed what the draft would do."""
    return drafts.note_assessed(draft.pk, sha256=draft.sha256, now=now)
