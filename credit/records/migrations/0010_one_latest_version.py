"""Of a record's versions one at most is the latest. The index was lost when another of the same column was dropped."""

from django.db import migrations

INDEX = """
CREATE UNIQUE INDEX IF NOT EXISTS one_latest_version ON records_recordversion (record_id) WHERE superseded_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0009_lasting_subjects")]

    operations = [migrations.RunSQL(INDEX, migrations.RunSQL.noop)]
