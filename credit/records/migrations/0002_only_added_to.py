"""The database itself refuses to change a version, a record, a confirmation or kept bytes."""

from django.db import migrations

from credit.ledger.triggers import append_only

ONLY_SUPERSEDED = """
CREATE FUNCTION records_version_only_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before records_recordversion := NEW;
BEGIN
    before.superseded_at := NULL;
    IF OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR before IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'plainmark: a version of a record changes only once, by being superseded'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_recordversion_only_superseded BEFORE UPDATE ON records_recordversion
    FOR EACH ROW EXECUTE FUNCTION records_version_only_superseded();
ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_only_superseded;
"""

UNDO = """
DROP TRIGGER records_recordversion_only_superseded ON records_recordversion;
DROP FUNCTION records_version_only_superseded();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        append_only("records_record"),
        append_only("records_recordversion", "DELETE OR TRUNCATE"),
        migrations.RunSQL(ONLY_SUPERSEDED, UNDO),
        append_only("records_confirmation"),
        append_only("records_keptfile", "UPDATE OR TRUNCATE"),
        append_only("records_submission", "DELETE OR TRUNCATE"),
    ]
