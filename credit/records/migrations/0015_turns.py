"""What was known when is exact: releases and withdrawals are numbered in the order in which they take effect, a version
that a withdrawal made names the delivery that was taken back, and what was stated again says after which version.
"""

import django.db.models.deletion
from django.db import migrations, models

from credit.ledger.triggers import refers

SUBJECTS, RECORDS, VERSIONS = "subjects_subject", "records_record", "records_recordversion"
SUBMISSIONS, USERS = "records_submission", "identity_user"
LASTING = frozenset({SUBJECTS, RECORDS, VERSIONS, SUBMISSIONS})
OLD_CHECK = f"DROP TRIGGER {VERSIONS}_refers ON {VERSIONS}; DROP FUNCTION {VERSIONS}_refers();"

NUMBERED = """
WITH turns AS (
    SELECT id, released_at AS at, 0 AS which FROM records_submission WHERE released_at IS NOT NULL
    UNION ALL SELECT id, withdrawn_at, 1 FROM records_submission WHERE released_at IS NOT NULL AND status = 'withdrawn'
), numbered AS (
    SELECT id, which, row_number() OVER (ORDER BY at, which, id) AS turn FROM turns
)
UPDATE records_submission s SET
    release_turn = (SELECT turn FROM numbered n WHERE n.id = s.id AND which = 0),
    withdrawal_turn = (SELECT turn FROM numbered n WHERE n.id = s.id AND which = 1)
WHERE released_at IS NOT NULL;
SELECT setval('records_turn', 1 + (SELECT count(*) FROM records_submission) * 2);
"""
AFTER = """
ALTER TABLE records_confirmation DISABLE TRIGGER records_confirmation_append_only;
UPDATE records_confirmation c SET after = (
    SELECT max(v.number) FROM records_recordversion v JOIN records_submission s ON s.id = c.submission_id
    WHERE v.record_id = c.record_id AND (v.id = c.version_id OR v.recorded_at <= s.released_at));
ALTER TABLE records_confirmation ENABLE ALWAYS TRIGGER records_confirmation_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0011_withdrawing")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE records_turn", "DROP SEQUENCE records_turn"),
        migrations.AddField("submission", "release_turn", models.BigIntegerField(blank=True, null=True)),
        migrations.AddField("submission", "withdrawal_turn", models.BigIntegerField(blank=True, null=True)),
        migrations.RunSQL(NUMBERED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "submission", models.UniqueConstraint(fields=("release_turn",), name="one_release_a_turn")
        ),
        migrations.AddConstraint(
            "submission",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release_turn", None), ("released_at", None)),
                    models.Q(("release_turn__isnull", False), ("released_at__isnull", False)),
                    _connector="OR",
                ),
                name="submission_release_has_a_turn",
            ),
        ),
        migrations.AddConstraint(
            "submission",
            models.CheckConstraint(
                condition=models.Q(
                    ("withdrawal_turn", None), ("withdrawal_turn__gt", models.F("release_turn")), _connector="OR"
                ),
                name="submission_turns_are_in_order",
            ),
        ),
        migrations.AddField(
            "recordversion",
            "withdrawn",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.submission",
            ),
        ),
        migrations.RunSQL(OLD_CHECK, migrations.RunSQL.noop),
        refers(
            VERSIONS,
            {
                "record_id": RECORDS,
                "subject_id": SUBJECTS,
                "by_id": USERS,
                "submission_id": SUBMISSIONS,
                "withdrawn_id": SUBMISSIONS,
            },
            lasting=LASTING,
            few=frozenset({"by_id", "submission_id", "withdrawn_id"}),
        ),
        migrations.AddField("confirmation", "after", models.IntegerField(default=1), preserve_default=False),
        migrations.RunSQL(AFTER, migrations.RunSQL.noop),
    ]
