"""Subjects are never deleted any more: what names them is looked at once, without locks. An agency's records are counted
over the whole table, so that an index by agency only cost time.
"""

import django.db.models.deletion
from django.db import migrations, models

from credit.ledger.triggers import refers

SUBJECTS, RECORDS, VERSIONS = "subjects_subject", "records_record", "records_recordversion"
SUBMISSIONS, USERS, AGENCIES = "records_submission", "identity_user", "identity_organisation"
LASTING = frozenset({SUBJECTS, RECORDS, VERSIONS, SUBMISSIONS})
OLD_CHECKS = "".join(
    f"DROP TRIGGER {table}_{which} ON {table}; DROP FUNCTION {table}_{which}();"
    for table, which in ((RECORDS, "refers"), (VERSIONS, "refers"), (SUBJECTS, "keeps"))
)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("records", "0008_pieces"),
        ("subjects", "0004_lasting"),
    ]

    operations = [
        migrations.RunSQL(OLD_CHECKS, migrations.RunSQL.noop),
        refers(
            RECORDS,
            {"subject_id": SUBJECTS, "agency_id": AGENCIES},
            lasting=LASTING,
            few=frozenset({"agency_id"}),
        ),
        refers(
            VERSIONS,
            {"record_id": RECORDS, "subject_id": SUBJECTS, "by_id": USERS, "submission_id": SUBMISSIONS},
            lasting=LASTING,
            few=frozenset({"by_id", "submission_id"}),
        ),
        migrations.AlterField(
            model_name="record",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="identity.organisation",
            ),
        ),
    ]
