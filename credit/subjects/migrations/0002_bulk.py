"""Large deliveries: an identifier's subject is checked once for all rows of a statement, as a set."""

import django.db.models.deletion
from django.db import migrations, models

from credit.ledger.triggers import refers

NO_LIKE_INDEX = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT indexname FROM pg_indexes
        WHERE schemaname = 'public' AND tablename = 'subjects_subject' AND indexname LIKE '%public\\_id%\\_like'
    LOOP
        EXECUTE format('DROP INDEX %I', name);
    END LOOP;
END $$;
"""
"""Public ids are looked up whole: an index for LIKE is only work."""


class Migration(migrations.Migration):
    dependencies = [("subjects", "0001_initial"), ("ledger", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="subjectidentifier",
            name="subject",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="identifiers",
                to="subjects.subject",
            ),
        ),
        refers("subjects_subjectidentifier", {"subject_id": "subjects_subject"}),
        migrations.RunSQL(NO_LIKE_INDEX, migrations.RunSQL.noop),
    ]
