"""Rows that an officer accepted despite a fault; and how many claims of a submission came to an end."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from credit.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_api_programs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="claims_done",
            field=models.IntegerField(default=0),
        ),
        migrations.CreateModel(
            name="RowOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("code", models.CharField(max_length=40)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="records.submission"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["submission", "line", "code"], name="one_override_a_row_and_fault"),
                    models.CheckConstraint(condition=models.Q(("line__gte", 1)), name="override_is_of_a_row"),
                    models.CheckConstraint(
                        condition=models.Q(("code__in", ["identifier.invalid", "name.conflict"])),
                        name="override_code_can_be_accepted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            GreaterThanOrEqual(Length("reason"), 10), LessThanOrEqual(Length("reason"), 300)
                        ),
                        name="override_says_why",
                    ),
                ],
            },
        ),
        append_only("records_rowoverride"),
    ]
