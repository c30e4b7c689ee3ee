from django.db import migrations, models


class Migration(migrations.Migration):
    """A purpose more; the table itself doesn't change."""

    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="disclosure",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("own-record", "own-record"),
                    ("dispute-review", "dispute-review"),
                    ("certified-report", "certified-report"),
                    ("audit", "audit"),
                    ("operation", "operation"),
                    ("data-export", "data-export"),
                ],
                max_length=30,
            ),
        )
    ]
