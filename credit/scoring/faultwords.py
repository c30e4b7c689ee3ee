"""The faults of a scheme file in the reader's language; the readers of its fields know English only."""

import re

from django.utils.translation import gettext_lazy as _

from credit.scoring.strictjson import Malformed

SAID: tuple[tuple[str, object], ...] = (
    (r"missing", _("is missing")),
    (r"unknown field", _("isn't known here")),
    (r"must be an object", _("must be a table")),
    (r"must be a list of tables", _("must be a list of tables")),
    (r"must be a list", _("must be a list")),
    (r"must be a text", _("must be a text")),
    (r"must be a date", _("must be a date")),
    (r"must be a whole number", _("must be a whole number")),
    (r"must have 1 to (?P<limit>\d+) characters", _("must have 1 to %(limit)s characters")),
    (r"must be from (?P<lowest>-?\d+) to (?P<highest>\d+)", _("must be from %(lowest)s to %(highest)s")),
    (r"must be one of (?P<words>.+)", _("must be one of: %(words)s")),
    (r'must be "(?P<words>.+)"', _("must be “%(words)s”")),
    (r"has more than (?P<limit>\d+) items", _("has more than %(limit)s parts")),
    (r"is given twice", _("is given twice")),
    (r"is below floor", _("is below floor")),
    (r"is below min", _("is below min")),
    (r"is not between min and max", _("isn't between min and max")),
    (r"are none", _("there are none")),
    (r"leave the lowest marks without a band", _("leave the lowest marks without a band")),
    (r"is below zero: good records would cost points", _("is below zero: good records would cost points")),
    (r"would add or cost points without any record", _("would add or cost points without any record")),
    (
        r"may hold only letters, digits, hyphens and underscores",
        _("may hold only letters, digits, hyphens and underscores"),
    ),
    (r"not UTF-8 \(byte (?P<byte>\d+)\)", _("isn't text in UTF-8 (byte %(byte)s)")),
    (r"not TOML: (?P<problem>.+)", _("isn't TOML: %(problem)s")),
    (r"not TOML that can be read: nested too deeply", _("is nested too deeply to be read")),
)


def in_words(fault: Malformed) -> tuple[str, str]:
    """The path of a fault (empty: the whole file) and what is wrong there, in the language of the moment."""
    problem = str(fault).removeprefix(f"{fault.path or 'document'}: ")
    for pattern, said in SAID:
        if found := re.fullmatch(pattern, problem, re.DOTALL):
            return fault.path, str(said) % found.groupdict() if found.groupdict() else str(said)
    return fault.path, problem
