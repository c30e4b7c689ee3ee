"""Under which rules a subject may try their mark: versions that are announced, and drafts whose effect was assessed."""

from datetime import date

from credit.scoring.board.life import OPEN, Status
from credit.scoring.models import OFFICIAL, Draft, Scheme

SHOWN = tuple(status for status in OPEN if status is not Status.DRAFT)
"""What nobody has assessed yet is still being written."""


def to_try(today: date) -> dict[str, Scheme]:
    """Schemes that aren't in force yet, by the name that an address gives them; drafts as schemes that are no rows."""
    announced = Scheme.objects.filter(code=OFFICIAL, in_force_from__gt=today).order_by("in_force_from")
    drafts = Draft.objects.filter(code=OFFICIAL, status__in=[status.value for status in SHOWN]).order_by("pk")
    return {
        **{scheme.public_id: scheme for scheme in announced},
        **{f"draft-{draft.public_id}": _as_scheme(draft) for draft in drafts},
    }


def _as_scheme(draft: Draft) -> Scheme:
    """A draft as the engine and the pages take it. It is never saved."""
    return Scheme(
        public_id=draft.public_id,
        code=draft.code,
        version=draft.version,
        document=draft.document,
        in_force_from=draft.in_force_from,
    )
