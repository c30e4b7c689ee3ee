"""An officer may accept a row whose document another agency delivered, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0015_turns")]

    operations = [
        migrations.RemoveConstraint("rowoverride", "override_code_can_be_accepted"),
        migrations.AddConstraint(
            "rowoverride",
            models.CheckConstraint(
                condition=models.Q(("code__in", ["identifier.invalid", "name.conflict", "agency.not_authorised"])),
                name="override_code_can_be_accepted",
            ),
        ),
    ]
