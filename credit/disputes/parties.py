"""How one person stands to one case: read from claims, offices, roles, submissions and the case itself."""

from datetime import datetime

from django.db.models import Q

from credit.access.models import Ground
from credit.core.policy import GroundKind, Permit, Purpose, Role
from credit.disputes.models import Dispute
from credit.disputes.rules import Bar, Standing
from credit.identity.models import User
from credit.records.models import Submission
from credit.subjects.actions import family_of
from credit.subjects.models import Claim, Office


def standing_of(dispute: Dispute, user: User, *, permit: Permit | None, now: datetime) -> Standing:
    """What `user` may speak for, holds and has done in this case.

    Whoever comes with a look at their own file speaks as the subject and never as an official.
    """
    as_subject = permit is not None and permit.purpose is Purpose.OWN_RECORD and _is_of(dispute, permit)
    reviews = permit is None or permit.purpose is Purpose.DISPUTE_REVIEW
    official = reviews and Role.OFFICIAL in user.roles(now)
    return Standing(
        subject=as_subject,
        official=official,
        reviewer=dispute.taken_by_id == user.pk,
        proposer=dispute.proposed_by_id == user.pk,
        bars=bars_of(dispute, user, now=now) if official else frozenset(),
    )


def bars_of(dispute: Dispute, user: User, *, now: datetime) -> frozenset[Bar]:
    """Why this user is party to the case; empty for somebody who has nothing to do with it."""
    record, family = dispute.record_id, family_of(dispute.subject)
    submissions = Submission.objects.filter(Q(versions__record_id=record) | Q(confirmations__record_id=record))
    found = {
        Bar.OWN_FILE: Claim.objects.filter(user=user, subject__in=family, ended_at=None).exists(),
        Bar.OWN_COMPANY: Office.objects.at(now).filter(user=user, subject__in=family).exists(),
        Bar.OWN_FILING: dispute.filed_by_id == user.pk,
        Bar.OWN_SUBMISSION: submissions.filter(submitted_by=user).exists(),
        Bar.OWN_RELEASE: submissions.filter(released_by=user).exists(),
    }
    return frozenset(bar for bar, holds in found.items() if holds)


def _is_of(dispute: Dispute, permit: Permit) -> bool:
    """Whether the permit's file is the one in dispute, or that with which it was joined."""
    return permit.subject_id in (dispute.subject_id, dispute.subject.merged_into_id)


def may_look(dispute: Dispute, user: User) -> bool:
    """Whether this case is an open reason for the user to look."""
    held = Ground.objects.giving(dispute.subject, user)
    return held.filter(kind=GroundKind.CASE, about_id=dispute.public_id).exists()
