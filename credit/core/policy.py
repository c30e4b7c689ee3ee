"""Who may do what with a subject's data: the one table.

`decide` is what the code runs, RULES is what the tests enumerate and what the public page /rules
prints. No Django, no tables: plain data in, plain data out. Messages are marked for translation
here and translated where they are shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from credit.core.capacities import STAFF, Field, GroundKind, Purpose, Role, System
from credit.core.errors import NotAllowed

__all__ = [
    "ALL_FIELDS",
    "DUTY_ROLES",
    "REPORTED",
    "RULES",
    "STAFF",
    "SYSTEM_RULES",
    "WITHHELD_TOO",
    "Field",
    "GroundKind",
    "Permit",
    "Purpose",
    "Role",
    "Rule",
    "System",
    "SystemRule",
    "decide",
    "gettext_noop",
    "touch",
]


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `minutes`: how long one look stays open. `basis`: why, in plain words."""

    purpose: Purpose
    role: Role | System
    ground: GroundKind
    fields: frozenset[Field]
    minutes: int
    second_factor: bool
    basis: str


WITHHELD_TOO = frozenset({Purpose.OWN_RECORD, Purpose.DATA_EXPORT, Purpose.DISPUTE_REVIEW})
"""Looks that open withheld records too: the subject's own, and that of the official who decides on one."""

ALL_FIELDS = frozenset(Field)
REPORTED = frozenset({Field.NAME, Field.IDENTIFIERS, Field.MARK, Field.RECORDS, Field.DISPUTES, Field.REPORTS})

RULES: tuple[Rule, ...] = (
    Rule(
        Purpose.OWN_RECORD,
        Role.SUBJECT,
        GroundKind.CLAIM,
        ALL_FIELDS,
        30,
        False,
        gettext_noop("You may see everything that is kept on you, and who looked at it."),
    ),
    Rule(
        Purpose.OWN_RECORD,
        Role.REPRESENTATIVE,
        GroundKind.OFFICE,
        ALL_FIELDS,
        30,
        False,
        gettext_noop("Whoever may act for a company may see everything that is kept on it."),
    ),
    Rule(
        Purpose.DISPUTE_REVIEW,
        Role.OFFICIAL,
        GroundKind.CASE,
        frozenset({Field.NAME, Field.IDENTIFIERS, Field.RECORDS, Field.DISPUTES}),
        60,
        True,
        gettext_noop("The official to whom a dispute is assigned must see the record to decide on it."),
    ),
    Rule(
        Purpose.OBJECTION_REVIEW,
        Role.OFFICIAL,
        GroundKind.CASE,
        frozenset({Field.NAME, Field.RECORDS, Field.MEASURES}),
        60,
        True,
        gettext_noop("The official to whom an objection is assigned must see the measure and its record to answer it."),
    ),
    Rule(
        Purpose.SUBJECT_MATCHING,
        Role.OFFICIAL,
        GroundKind.MATCHING,
        frozenset({Field.NAME, Field.IDENTIFIERS, Field.RECORDS}),
        60,
        True,
        gettext_noop(
            "The official who decides which files, numbers and records are whose compares names and numbers, and sees"
            " which agency stated each record in which document."
        ),
    ),
    Rule(
        Purpose.MARK_REVIEW,
        Role.OFFICIAL,
        GroundKind.CASE,
        frozenset({Field.NAME, Field.MARK, Field.RECORDS}),
        60,
        True,
        gettext_noop("You may ask that a human looks at your mark; the official who answers sees every line of it."),
    ),
    Rule(
        Purpose.CERTIFIED_REPORT,
        Role.SUBJECT,
        GroundKind.CLAIM,
        REPORTED,
        30,
        False,
        gettext_noop("You may carry away a certified copy of what is kept on you."),
    ),
    Rule(
        Purpose.CERTIFIED_REPORT,
        Role.REPRESENTATIVE,
        GroundKind.OFFICE,
        REPORTED,
        30,
        False,
        gettext_noop("Whoever may act for a company may carry away a certified copy for it."),
    ),
    Rule(
        Purpose.CERTIFIED_REPORT,
        System.REPORTS,
        GroundKind.ORDER,
        REPORTED,
        60,
        False,
        gettext_noop("The portal reads a file to write the report that was ordered on it."),
    ),
    Rule(
        Purpose.AUDIT,
        Role.AUDITOR,
        GroundKind.DUTY,
        frozenset({Field.LOOKS}),
        30,
        True,
        gettext_noop("Auditors check every look. They see the file's public number, never a name."),
    ),
    Rule(
        Purpose.OPERATION,
        Role.OPERATOR,
        GroundKind.DUTY,
        REPORTED,
        15,
        True,
        gettext_noop("The operator may look where the portal's running asks for it. You see each such look."),
    ),
    Rule(
        Purpose.DATA_EXPORT,
        Role.OPERATOR,
        GroundKind.DUTY,
        ALL_FIELDS,
        15,
        True,
        gettext_noop("The operator hands you everything that is kept on you in a file, when you ask for it."),
    ),
)

FORMER_BASES = (
    gettext_noop("The official who decides whether two files are about the same compares names and numbers."),
)
"""What lines of earlier tables said: looks that were decided by them keep it, and are shown in both languages."""

DUTY_ROLES = frozenset({Role.AUDITOR, Role.OPERATOR})
"""Roles that are a ground in themselves."""


@dataclass(frozen=True, slots=True)
class SystemRule:
    """What one part of the portal may touch in bulk, without a look for each subject, and why."""

    system: System
    fields: frozenset[Field]
    basis: str


SYSTEM_RULES: tuple[SystemRule, ...] = (
    SystemRule(
        System.INTAKE,
        frozenset({Field.NAME, Field.IDENTIFIERS, Field.RECORDS}),
        gettext_noop("Takes in what agencies submit, and finds the subject it belongs to."),
    ),
    SystemRule(
        System.SCORING,
        frozenset({Field.RECORDS, Field.MARK}),
        gettext_noop("Computes marks from records. It reads no names and no identifiers."),
    ),
    SystemRule(
        System.REPORTS,
        frozenset({Field.REPORTS}),
        gettext_noop("Finds the reports that were ordered. It reads a file only on its order."),
    ),
    SystemRule(
        System.SWEEPER,
        frozenset({Field.REPORTS, Field.DISPUTES}),
        gettext_noop("Finds work that was left lying, and starts it again."),
    ),
    SystemRule(
        System.PUBLICATION,
        frozenset({Field.RECORDS, Field.DISPUTES}),
        gettext_noop("Counts records and disputes by agency for the public pages. Numbers below 5 are never told."),
    ),
    SystemRule(
        System.MEASURES,
        frozenset({Field.RECORDS, Field.MARK, Field.MEASURES}),
        gettext_noop("Finds which published measures follow from records and bands. It reads no names."),
    ),
    SystemRule(
        System.IMPACT,
        frozenset({Field.IDENTIFIERS}),
        gettext_noop(
            "Reads official numbers to count people by origin, region and age when a new scheme is assessed. It keeps"
            " no number and nobody's group, and tells no count below 5."
        ),
    ),
)


def decide(
    purpose: Purpose,
    *,
    roles: Collection[Role | System],
    grounds: Collection[GroundKind],
    second_factor: bool,
    fields: Collection[Field] | None = None,
) -> Rule:
    """The first rule that lets somebody in one of `roles`, on one of `grounds`, look for `purpose`.

    `fields` are those asked for; None asks for all that the rule opens.
    Raises NotAllowed, with code "role", "ground", "fields" or "second-factor" and with what to do next.
    """
    candidates = [rule for rule in RULES if rule.purpose == purpose and rule.role in roles]
    if not candidates:
        raise NotAllowed(
            gettext_noop("Nobody in your role may look for this reason. The rules page lists who may."), code="role"
        )
    candidates = [rule for rule in candidates if rule.ground in grounds]
    if not candidates:
        raise NotAllowed(
            gettext_noop("You need a reason to look at this file. Prove that it is yours, or ask for the case."),
            code="ground",
        )
    candidates = [rule for rule in candidates if fields is None or rule.fields >= frozenset(fields)]
    if not candidates:
        raise NotAllowed(gettext_noop("Your reason opens only a part of this file. Ask for less."), code="fields")
    for rule in candidates:
        if second_factor or not rule.second_factor:
            return rule
    raise NotAllowed(gettext_noop("Sign in with your second factor first."), code="second-factor")


def touch(system: System, field: Field) -> None:
    """Pass if `system` may touch `field` of many subjects at once; raises NotAllowed if not."""
    for rule in SYSTEM_RULES:
        if rule.system == system and field in rule.fields:
            return
    raise NotAllowed(gettext_noop("This part of the portal may not touch this. The rules page lists what it may."))


@dataclass(frozen=True, slots=True)
class Permit:
    """One look that was decided and journalled. Only credit/access makes one.

    `id` is the public id of the disclosure; `until` is when a page must ask again.
    """

    id: str
    subject_id: int
    subject_public_id: str
    purpose: Purpose
    fields: frozenset[Field]
    until: datetime

    def require(self, field: Field) -> None:
        """Pass if this look opens `field`; raises NotAllowed if not."""
        if field not in self.fields:
            raise NotAllowed(gettext_noop("This look doesn't open that part of the file."))

    @property
    def opens_withheld(self) -> bool:
        """Whether this look opens records that are withheld from everyone but their subject."""
        return self.purpose in WITHHELD_TOO
