"""Reviews of marks by humans; the database itself keeps closed ones as they are."""

import credit.core.publicid
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


from credit.ledger.triggers import append_only

CLOSED_IS_CLOSED = """
CREATE FUNCTION scoring_review_closed_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('answered', 'withdrawn') THEN
        RAISE EXCEPTION 'plainmark: a closed review never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.public_id, NEW.subject_id, NEW.reason, NEW.asked_by_id, NEW.asked_at, NEW.due_on)
        IS DISTINCT FROM
       (OLD.public_id, OLD.subject_id, OLD.reason, OLD.asked_by_id, OLD.asked_at, OLD.due_on)
    THEN
        RAISE EXCEPTION 'plainmark: what was asked never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scoring_review_closed_is_closed BEFORE UPDATE ON scoring_review
    FOR EACH ROW EXECUTE FUNCTION scoring_review_closed_is_closed();
ALTER TABLE scoring_review ENABLE ALWAYS TRIGGER scoring_review_closed_is_closed;
"""

UNDO = """
DROP TRIGGER scoring_review_closed_is_closed ON scoring_review;
DROP FUNCTION scoring_review_closed_is_closed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0009_lasting_subjects'),
        ('scoring', '0005_impact'),
        ('subjects', '0004_lasting'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=credit.core.publicid.new_public_id, editable=False, max_length=32, unique=True)),
                ('reason', models.TextField()),
                ('status', models.CharField(choices=[('asked', 'Waiting for an official'), ('taken', 'An official is looking into it'), ('answered', 'Answered'), ('withdrawn', 'Withdrawn')], default='asked', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('finding', models.CharField(blank=True, choices=[('stands', 'The mark stands'), ('record-wrong', 'A record looks wrong, and can be disputed'), ('corrected', 'What was wrong has been put right meanwhile')], max_length=12, null=True)),
                ('answer', models.TextField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('as_of', models.DateField(blank=True, null=True)),
                ('score', models.IntegerField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.record')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subjects.subject')),
                ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', ['asked', 'taken'])), fields=['due_on', 'asked_at'], name='review_queue')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['asked', 'taken'])), fields=('subject',), name='review_one_open_a_subject'), models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'taken', 'answered', 'withdrawn']), models.Q(('finding__isnull', True), ('finding__in', ['stands', 'record-wrong', 'corrected']), _connector='OR')), name='review_codes_are_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('answer__isnull', True), models.Q(('answer', ''), _negated=True), _connector='OR')), name='review_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'asked'), ('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('status__in', ['taken', 'answered']), ('taken_at__isnull', False), ('taken_by__isnull', False)), models.Q(('status', 'withdrawn'), models.Q(models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), models.Q(('taken_at__isnull', True), ('taken_by__isnull', True)), _connector='OR')), _connector='OR'), name='review_is_taken_whole'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'answered'), ('answer__isnull', False), ('answered_at__isnull', False), ('as_of__isnull', False), ('finding__isnull', False)), models.Q(models.Q(('status', 'answered'), _negated=True), ('answer__isnull', True), ('answered_at__isnull', True), ('as_of__isnull', True), ('finding__isnull', True), ('score__isnull', True)), _connector='OR'), name='review_answer_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('finding', 'record-wrong'), ('finding__isnull', False), ('record__isnull', False)), models.Q(models.Q(('finding__isnull', True), models.Q(('finding', 'record-wrong'), _negated=True), _connector='OR'), ('record__isnull', True)), _connector='OR'), name='review_names_the_wrong_record'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), _connector='OR'), name='review_withdrawal_is_whole'), models.CheckConstraint(condition=models.Q(('taken_by__isnull', True), models.Q(('taken_by', models.F('asked_by')), _negated=True), _connector='OR'), name='review_asker_answers_nothing'), models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', True), ('taken_at__gte', models.F('asked_at')), _connector='OR'), models.Q(('answered_at__isnull', True), ('answered_at__gte', models.F('taken_at')), _connector='OR'), models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('asked_at')), _connector='OR')), name='review_times_are_in_order')],
            },
        ),
        append_only("scoring_review", "DELETE OR TRUNCATE"),
        migrations.RunSQL(CLOSED_IS_CLOSED, UNDO),
    ]
