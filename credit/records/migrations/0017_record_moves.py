"""Which records officials moved from one file to another, so that each such move can be undone as a whole."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import credit.core.publicid
from credit.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0016_other_authors"),
        ("subjects", "0006_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=credit.core.publicid.new_public_id, editable=False, max_length=32, unique=True
                    ),
                ),
                (
                    "records",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="records.recordmove",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="record_move_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="record_move_is_between_two_files",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("records__len__gt", 0)), name="record_move_has_records"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undoes", None),
                            models.Q(("undoes", models.F("pk")), _negated=True),
                            _connector="OR",
                        ),
                        name="record_move_undoes_another",
                    ),
                ],
            },
        ),
        append_only("records_recordmove"),
    ]
