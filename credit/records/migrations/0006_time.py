"""More causes of a version (repair, expiry, withholding, merging), and the index that finds what has ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0005_overrides")]

    operations = [
        migrations.RemoveConstraint(model_name="recordversion", name="version_cause_is_known"),
        migrations.RemoveConstraint(model_name="recordversion", name="version_says_why"),
        migrations.AddIndex(
            model_name="recordversion",
            index=models.Index(
                fields=["valid_to"],
                name="version_by_end",
                condition=models.Q(superseded_at=None, struck=False, valid_to__isnull=False)
                & models.Q(cause="expiry", _negated=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="recordversion",
            constraint=models.CheckConstraint(
                name="version_cause_is_known",
                condition=models.Q(
                    cause__in=[
                        "submission",
                        "withdrawal",
                        "dispute",
                        "correction",
                        "removal",
                        "repair",
                        "expiry",
                        "withholding",
                        "merging",
                    ]
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="recordversion",
            constraint=models.CheckConstraint(
                name="version_says_why",
                condition=models.Q(
                    ("cause__in", ["submission", "dispute", "expiry"]),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
            ),
        ),
    ]
