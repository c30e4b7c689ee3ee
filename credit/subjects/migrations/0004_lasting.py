"""Subjects are never deleted, so that whoever names one needs no lock on it."""

from django.db import migrations

from credit.ledger.triggers import append_only, refers

IDENTIFIERS, SUBJECTS = "subjects_subjectidentifier", "subjects_subject"
OLD_CHECK = f"""
DROP TRIGGER {IDENTIFIERS}_refers ON {IDENTIFIERS};
DROP FUNCTION {IDENTIFIERS}_refers();
"""


class Migration(migrations.Migration):
    dependencies = [("subjects", "0003_merging")]

    operations = [
        append_only(SUBJECTS, "DELETE OR TRUNCATE"),
        migrations.RunSQL(OLD_CHECK, migrations.RunSQL.noop),
        refers(IDENTIFIERS, {"subject_id": SUBJECTS}, lasting=frozenset({SUBJECTS})),
    ]
