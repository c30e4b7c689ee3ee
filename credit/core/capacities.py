"""The words of the policy table: who acts, for what reason, on which ground, and what a look can open. Plain data."""

from enum import StrEnum


class Role(StrEnum):
    """In which capacity a human being acts."""

    ANYONE = "anyone"
    SUBJECT = "subject"
    REPRESENTATIVE = "representative"
    OFFICER = "officer"
    OFFICIAL = "official"
    AUDITOR = "auditor"
    BOARD = "board"
    OPERATOR = "operator"


STAFF = frozenset({Role.OFFICER, Role.OFFICIAL, Role.AUDITOR, Role.BOARD, Role.OPERATOR})
"""Roles that must have a second factor, whatever they do."""


class System(StrEnum):
    """The parts of the portal that work on subjects' data without a human being at the door."""

    INTAKE = "intake"
    SCORING = "scoring"
    REPORTS = "reports"
    SWEEPER = "sweeper"
    PUBLICATION = "publication"
    MEASURES = "measures"
    IMPACT = "impact"


class Purpose(StrEnum):
    """The lawful reason of a look."""

    OWN_RECORD = "own-record"
    DISPUTE_REVIEW = "dispute-review"
    CERTIFIED_REPORT = "certified-report"
    AUDIT = "audit"
    OPERATION = "operation"
    DATA_EXPORT = "data-export"
    SUBJECT_MATCHING = "subject-matching"
    MARK_REVIEW = "mark-review"
    OBJECTION_REVIEW = "objection-review"


class Field(StrEnum):
    """What a look can open."""

    NAME = "name"
    IDENTIFIERS = "identifiers"
    MARK = "mark"
    RECORDS = "records"
    DISPUTES = "disputes"
    REPORTS = "reports"
    LOOKS = "looks"
    MEASURES = "measures"


class GroundKind(StrEnum):
    """What gives an actor a standing reason to look."""

    CLAIM = "claim"  # the file is my own, and I have proven it
    OFFICE = "office"  # I may act for the company
    CASE = "case"  # the dispute, the review of a mark, or the objection to a measure is assigned to me
    DUTY = "duty"  # my role itself: operator, auditor
    ORDER = "order"  # the subject ordered a report
    MATCHING = "matching"  # whether this file and another are about the same is mine to decide
