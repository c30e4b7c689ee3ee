"""How one person stands to one objection: read from claims, offices, roles, submissions and the objection itself."""

from datetime import datetime

from django.db.models import Q

from credit.access.models import Ground
from credit.core.policy import GroundKind, Permit, Purpose, Role
from credit.identity.models import User
from credit.measures.models import Objection
from credit.measures.rules import Bar, Standing
from credit.records.models import Submission
from credit.subjects.actions import family_of
from credit.subjects.models import Claim, Office


def standing_of(objection: Objection, user: User, *, permit: Permit | None, now: datetime) -> Standing:
    """What `user` may speak for, holds and has done here.

    Whoever comes with a look at their own file speaks as the subject and never as an official.
    """
    subject = objection.measure.subject
    own = permit is not None and permit.purpose is Purpose.OWN_RECORD
    as_subject = own and permit is not None and permit.subject_id in (subject.pk, subject.merged_into_id)
    official = not own and Role.OFFICIAL in user.roles(now)
    return Standing(
        subject=as_subject,
        official=official,
        reviewer=objection.taken_by_id == user.pk,
        bars=bars_of(objection, user, now=now) if official else frozenset(),
    )


def bars_of(objection: Objection, user: User, *, now: datetime) -> frozenset[Bar]:
    """Why this user is party to it; empty for somebody who has nothing to do with it.

    As in a dispute: the file is their own or their company's, they objected, or they submitted or released the record.
    """
    record, family = objection.measure.record_id, family_of(objection.measure.subject)
    submissions = Submission.objects.none()
    if record is not None:
        submissions = Submission.objects.filter(Q(versions__record_id=record) | Q(confirmations__record_id=record))
    found = {
        Bar.OWN_FILE: Claim.objects.filter(user=user, subject__in=family, ended_at=None).exists(),
        Bar.OWN_COMPANY: Office.objects.at(now).filter(user=user, subject__in=family).exists(),
        Bar.OWN_OBJECTION: objection.filed_by_id == user.pk,
        Bar.OWN_SUBMISSION: submissions.filter(submitted_by=user).exists(),
        Bar.OWN_RELEASE: submissions.filter(released_by=user).exists(),
    }
    return frozenset(bar for bar, holds in found.items() if holds)


def may_look(objection: Objection, user: User) -> bool:
    """Whether this objection is an open reason for the user to look."""
    held = Ground.objects.giving(objection.measure.subject, user)
    return held.filter(kind=GroundKind.CASE, about_id=objection.public_id).exists()
