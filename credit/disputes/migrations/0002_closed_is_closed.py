"""The database itself keeps timelines whole, closed cases as they are, and a case on its own record's subject."""

from django.db import migrations

from credit.ledger.triggers import append_only

CLOSED_IS_CLOSED = """
CREATE FUNCTION disputes_closed_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('decided', 'withdrawn') THEN
        RAISE EXCEPTION 'plainmark: a closed case never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.public_id, NEW.record_id, NEW.subject_id, NEW.complaint, NEW.statement, NEW.filed_by_id, NEW.filed_at, NEW.due_on)
        IS DISTINCT FROM
       (OLD.public_id, OLD.record_id, OLD.subject_id, OLD.complaint, OLD.statement, OLD.filed_by_id, OLD.filed_at, OLD.due_on)
    THEN
        RAISE EXCEPTION 'plainmark: what was filed never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disputes_dispute_closed_is_closed BEFORE UPDATE ON disputes_dispute
    FOR EACH ROW EXECUTE FUNCTION disputes_closed_is_closed();
ALTER TABLE disputes_dispute ENABLE ALWAYS TRIGGER disputes_dispute_closed_is_closed;
"""

SUBJECT_IS_THE_RECORDS = """
CREATE FUNCTION disputes_subject_is_the_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM records_record WHERE id = NEW.record_id AND subject_id = NEW.subject_id) THEN
        RAISE EXCEPTION 'plainmark: a case is about a record of its own subject' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disputes_dispute_subject_is_the_records BEFORE INSERT ON disputes_dispute
    FOR EACH ROW EXECUTE FUNCTION disputes_subject_is_the_records();
ALTER TABLE disputes_dispute ENABLE ALWAYS TRIGGER disputes_dispute_subject_is_the_records;
"""

UNDO_CLOSED = """
DROP TRIGGER disputes_dispute_closed_is_closed ON disputes_dispute;
DROP FUNCTION disputes_closed_is_closed();
"""

UNDO_SUBJECT = """
DROP TRIGGER disputes_dispute_subject_is_the_records ON disputes_dispute;
DROP FUNCTION disputes_subject_is_the_records();
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial"), ("records", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        append_only("disputes_disputeevent"),
        append_only("disputes_dispute", "DELETE OR TRUNCATE"),
        migrations.RunSQL(CLOSED_IS_CLOSED, UNDO_CLOSED),
        migrations.RunSQL(SUBJECT_IS_THE_RECORDS, UNDO_SUBJECT),
    ]
