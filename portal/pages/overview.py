"""A subject's overview: one page out of several contexts, each asked once and with the same permit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from credit.access import lines
from credit.access.models import Disclosure
from credit.core.policy import Permit
from credit.disputes.models import Dispute
from credit.measures.models import Objection
from credit.measures.telling import Row, announced_to, open_objections
from credit.reports.models import Report
from credit.scoring import actions as scoring
from credit.scoring.mark import Line, Mark
from credit.scoring.models import Review

if TYPE_CHECKING:
    from credit.identity.models import User

LATEST = 5
"""How many rows of each list the overview shows; the lists' own pages show all."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The mark, what is open (disputes, reviews, reports…), what is announced and what was new. Each list is short."""

    mark: Mark
    records: Sequence[Line]
    disputes: Sequence[Dispute]
    reviews: Sequence[Review]
    reports: Sequence[Report]
    looks: Sequence[lines.Line]
    announced: Sequence[Row]
    objections: Sequence[Objection]


def overview_of(permit: Permit, user: "User", *, now: datetime) -> Overview:
    """What the overview says. Raises NotAllowed where the permit doesn't open a part of it."""
    mark = scoring.mark_of(permit, now=now)
    on_file = sorted((*mark.lines, *mark.idle), key=lambda line: (line.decided_on, line.record), reverse=True)
    looks = Disclosure.objects.opened_by(permit).by_others_than(user).for_page()[:LATEST]
    return Overview(
        mark=mark,
        records=on_file[:LATEST],
        disputes=list(Dispute.objects.opened_by(permit).open().for_list()[:LATEST]),
        reviews=list(Review.objects.opened_by(permit).open()[:LATEST]),
        reports=list(Report.objects.opened_by(permit).in_flight().for_list()[:LATEST]),
        looks=[lines.for_subject(look) for look in looks],
        announced=announced_to(permit, now=now, mark=mark),
        objections=open_objections(permit),
    )
