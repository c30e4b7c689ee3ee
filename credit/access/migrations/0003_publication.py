from django.db import migrations, models


class Migration(migrations.Migration):
    """A part of the portal more; the table itself doesn't change."""

    dependencies = [("access", "0002_data_export")]

    operations = [
        migrations.AlterField(
            model_name="disclosure",
            name="system",
            field=models.CharField(
                blank=True,
                choices=[
                    ("intake", "intake"),
                    ("scoring", "scoring"),
                    ("reports", "reports"),
                    ("sweeper", "sweeper"),
                    ("publication", "publication"),
                ],
                max_length=20,
            ),
        )
    ]
