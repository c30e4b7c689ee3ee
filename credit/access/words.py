"""The table in plain words: roles, purposes, grounds and fields as pages print them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit.core.policy import Field, GroundKind, Purpose, Role, System

Text = str | Promise

CAPACITIES: dict[Role | System, Text] = {
    Role.ANYONE: _("Anyone"),
    Role.SUBJECT: _("The person themselves"),
    Role.REPRESENTATIVE: _("Someone who may act for the company"),
    Role.OFFICER: _("Officer of an agency"),
    Role.OFFICIAL: _("Official who reviews disputes"),
    Role.AUDITOR: _("Auditor"),
    Role.BOARD: _("Member of the scheme board"),
    Role.OPERATOR: _("Operator of the portal"),
    System.INTAKE: _("The portal, taking in records"),
    System.SCORING: _("The portal, computing marks"),
    System.REPORTS: _("The portal, writing a report"),
    System.SWEEPER: _("The portal, finding work that was left lying"),
    System.PUBLICATION: _("The portal, counting for the public pages"),
    System.MEASURES: _("The portal, finding which measures follow"),
    System.IMPACT: _("The portal, assessing what a new scheme would do"),
}

PURPOSES: dict[Purpose, Text] = {
    Purpose.OWN_RECORD: _("To see their own record"),
    Purpose.DISPUTE_REVIEW: _("To decide a dispute"),
    Purpose.CERTIFIED_REPORT: _("To make a certified report"),
    Purpose.AUDIT: _("To audit who looked"),
    Purpose.OPERATION: _("To run the portal"),
    Purpose.SUBJECT_MATCHING: _("To decide which files, numbers and records are whose"),
    Purpose.MARK_REVIEW: _("To review a mark, as its subject asked"),
    Purpose.OBJECTION_REVIEW: _("To answer an objection to a measure"),
    Purpose.DATA_EXPORT: _("To hand out all that is kept"),
}

GROUNDS: dict[GroundKind, Text] = {
    GroundKind.CLAIM: _("They have proven that the record is theirs"),
    GroundKind.OFFICE: _("They hold an office in the company"),
    GroundKind.CASE: _("The case is assigned to them"),
    GroundKind.DUTY: _("It is their duty"),
    GroundKind.ORDER: _("A report was ordered"),
    GroundKind.MATCHING: _("The file is theirs to compare or put right"),
}

FIELDS: dict[Field, Text] = {
    Field.NAME: _("name"),
    Field.IDENTIFIERS: _("official numbers"),
    Field.MARK: _("mark"),
    Field.RECORDS: _("records"),
    Field.DISPUTES: _("disputes"),
    Field.REPORTS: _("reports"),
    Field.LOOKS: _("who looked"),
    Field.MEASURES: _("measures"),
}


def fields_in_words(fields: frozenset[Field]) -> list[Text]:
    """The fields in the order of the table."""
    return [FIELDS[field] for field in Field if field in fields]
