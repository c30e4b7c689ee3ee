"""Scores are written by the hundred thousand: fewer indexes, foreign keys looked at as sets, room on each page so that the
current score is overwritten where it stands; and what was looked at for which day."""

import django.db.models.deletion
from django.db import migrations, models

from credit.ledger.triggers import refers

SCORES, SUBJECTS, SCHEMES = "scoring_score", "subjects_subject", "scoring_scheme"

# Pages are left a quarter empty: a row that is overwritten stays on its page, and no index hears of it.
ROOM = (
    f"ALTER TABLE {SCORES} SET (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05)",
    f"ALTER TABLE {SCORES} RESET (fillfactor, autovacuum_vacuum_scale_factor)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("scoring", "0002_too_few_for_a_mark"),
        ("subjects", "0004_lasting"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="score", name="score_history"),
        migrations.AlterField(
            model_name="score",
            name="scheme",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scoring.scheme",
            ),
        ),
        migrations.AlterField(
            model_name="score",
            name="subject",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="subjects.subject",
            ),
        ),
        migrations.AddIndex(
            model_name="score",
            index=models.Index(condition=models.Q(("current", False)), fields=["subject", "scheme"], name="score_history"),
        ),
        migrations.CreateModel(
            name="Checked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", models.IntegerField()),
                ("day", models.DateField()),
                ("subjects", models.BigIntegerField()),
                ("revisions", models.BigIntegerField()),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scoring.scheme"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scheme", "block"), name="one_check_a_block")],
            },
        ),
        migrations.RunSQL(*ROOM),
        refers(
            SCORES,
            {"subject_id": SUBJECTS, "scheme_id": SCHEMES},
            lasting=frozenset({SUBJECTS, SCHEMES}),
            few=frozenset({"scheme_id"}),
        ),
    ]
