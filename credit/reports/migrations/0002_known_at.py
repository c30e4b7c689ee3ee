"""A report may tell what was known at an earlier moment; each moment is an order of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='known_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='one_report_of_a_kind_in_flight',
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['ordered', 'rendering', 'waiting'])), fields=('subject', 'kind', 'language', 'known_at'), name='one_report_of_a_kind_in_flight', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('known_at', None), ('known_at__lte', models.F('ordered_at')), _connector='OR'), name='report_tells_no_later_moment'),
        ),
    ]
