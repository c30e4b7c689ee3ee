"""What a statement's rows name is read from them in one look, where it was one for each column."""

from django.db import migrations

from credit.ledger.triggers import refers

SUBJECTS, RECORDS, VERSIONS = "subjects_subject", "records_record", "records_recordversion"
SUBMISSIONS, USERS, AGENCIES = "records_submission", "identity_user", "identity_organisation"
LASTING = frozenset({SUBJECTS, RECORDS, VERSIONS, SUBMISSIONS})
OF_RECORDS = refers(
    RECORDS, {"subject_id": SUBJECTS, "agency_id": AGENCIES}, lasting=LASTING, few=frozenset({"agency_id"})
)
OF_VERSIONS = refers(
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
)


class Migration(migrations.Migration):
    dependencies = [("records", "0017_record_moves")]

    operations = [migrations.RunSQL(made.sql, migrations.RunSQL.noop) for made in (OF_RECORDS, OF_VERSIONS)]
