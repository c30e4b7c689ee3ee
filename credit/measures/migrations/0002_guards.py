"""What the database itself keeps: published lists as they are, measures on their published entries, only listed moves.

Whoever connects as the application role, by whatever program, can't record a measure that isn't published, start one
before its notice has run or while an objection is open, or change one that is over.
"""

from django.db import migrations

from credit.ledger.triggers import append_only

LISTS_ARE_WHOLE = """
CREATE FUNCTION measures_lists_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM measures_publishedlist l JOIN (SELECT DISTINCT published_id FROM added) a ON a.published_id = l.id
        WHERE (SELECT count(*) FROM measures_listentry e WHERE e.published_id = l.id) > l.size
    ) THEN
        RAISE EXCEPTION 'plainmark: a published list takes no further entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER measures_listentry_lists_are_whole AFTER INSERT ON measures_listentry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION measures_lists_are_whole();
ALTER TABLE measures_listentry ENABLE ALWAYS TRIGGER measures_listentry_lists_are_whole;
"""

FOLLOWS_ITS_ENTRY = """
CREATE FUNCTION measures_follows_its_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added m
        JOIN measures_listentry e ON e.id = m.entry_id
        JOIN measures_publishedlist l ON l.id = e.published_id
        JOIN subjects_subject s ON s.id = m.subject_id
        WHERE l.effective_from > m.noticed_on
        OR e.by_band <> (m.record_id IS NULL)
        OR NOT CASE s.kind WHEN 'company' THEN e.for_companies ELSE e.for_individuals END
    ) THEN
        RAISE EXCEPTION 'plainmark: a measure follows from its published entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT FROM added m JOIN measures_listentry e ON e.id = m.entry_id
        WHERE m.starts_on < m.noticed_on + e.notice_days::int
        OR m.state <> CASE WHEN e.kind = 'favourable' THEN 'in-force' ELSE 'announced' END
    ) THEN
        RAISE EXCEPTION 'plainmark: what is adverse begins with its notice'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER measures_measure_follows_its_entry AFTER INSERT ON measures_measure
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION measures_follows_its_entry();
ALTER TABLE measures_measure ENABLE ALWAYS TRIGGER measures_measure_follows_its_entry;
"""

MOVES_AS_LISTED = """
CREATE FUNCTION measures_moves_as_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.public_id, NEW.subject_id, NEW.entry_id, NEW.record_id, NEW.band, NEW.noticed_at, NEW.noticed_on)
        IS DISTINCT FROM
       (OLD.public_id, OLD.subject_id, OLD.entry_id, OLD.record_id, OLD.band, OLD.noticed_at, OLD.noticed_on)
    THEN
        RAISE EXCEPTION 'plainmark: what was announced never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state IN ('ended', 'called-off') AND to_jsonb(NEW) - 'bars' IS DISTINCT FROM to_jsonb(OLD) - 'bars' THEN
        RAISE EXCEPTION 'plainmark: a measure that is over never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
        (('announced', 'in-force'), ('announced', 'called-off'), ('in-force', 'ended'))
    THEN
        RAISE EXCEPTION 'plainmark: no measure moves like this' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.starts_on < OLD.starts_on THEN
        RAISE EXCEPTION 'plainmark: no measure starts earlier than announced'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'in-force' AND OLD.state = 'announced' AND EXISTS (
        SELECT FROM measures_objection o WHERE o.measure_id = NEW.id AND o.status IN ('filed', 'in-review')
    ) THEN
        RAISE EXCEPTION 'plainmark: no measure starts while an objection is open'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_measure_moves_as_listed BEFORE UPDATE ON measures_measure
    FOR EACH ROW EXECUTE FUNCTION measures_moves_as_listed();
ALTER TABLE measures_measure ENABLE ALWAYS TRIGGER measures_measure_moves_as_listed;
"""

OBJECTIONS_MOVE_AS_LISTED = """
CREATE FUNCTION measures_objections_move_as_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'filed' OR NOT EXISTS (
            SELECT FROM measures_measure m JOIN measures_listentry e ON e.id = m.entry_id
            WHERE m.id = NEW.measure_id AND e.kind = 'adverse' AND m.state IN ('announced', 'in-force')
        ) THEN
            RAISE EXCEPTION 'plainmark: one objects to what stands and is adverse'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status NOT IN ('filed', 'in-review') THEN
        RAISE EXCEPTION 'plainmark: a closed objection never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.public_id, NEW.measure_id, NEW.reason, NEW.filed_by_id, NEW.filed_at)
        IS DISTINCT FROM (OLD.public_id, OLD.measure_id, OLD.reason, OLD.filed_by_id, OLD.filed_at)
    THEN
        RAISE EXCEPTION 'plainmark: what was filed never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('filed', 'in-review'), ('filed', 'withdrawn'), ('filed', 'lapsed'), ('in-review', 'filed'),
        ('in-review', 'withdrawn'), ('in-review', 'lapsed'), ('in-review', 'upheld'), ('in-review', 'refused')
    ) THEN
        RAISE EXCEPTION 'plainmark: no objection moves like this' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_objection_moves_as_listed BEFORE INSERT OR UPDATE ON measures_objection
    FOR EACH ROW EXECUTE FUNCTION measures_objections_move_as_listed();
ALTER TABLE measures_objection ENABLE ALWAYS TRIGGER measures_objection_moves_as_listed;
"""


def guard(sql: str, table: str, name: str, function: str) -> migrations.RunSQL:
    """The guard, and how it goes."""
    return migrations.RunSQL(sql, f"DROP TRIGGER {table}_{name} ON {table}; DROP FUNCTION {function}();")


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        append_only("measures_publishedlist"),
        append_only("measures_listentry"),
        append_only("measures_measure", "DELETE OR TRUNCATE"),
        append_only("measures_objection", "DELETE OR TRUNCATE"),
        guard(LISTS_ARE_WHOLE, "measures_listentry", "lists_are_whole", "measures_lists_are_whole"),
        guard(FOLLOWS_ITS_ENTRY, "measures_measure", "follows_its_entry", "measures_follows_its_entry"),
        guard(MOVES_AS_LISTED, "measures_measure", "moves_as_listed", "measures_moves_as_listed"),
        guard(
            OBJECTIONS_MOVE_AS_LISTED, "measures_objection", "moves_as_listed", "measures_objections_move_as_listed"
        ),
    ]
