import credit.core.publicid
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from credit.ledger.triggers import append_only

CLOSED_IS_CLOSED = """
CREATE FUNCTION scoring_draft_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('published', 'abandoned') THEN
        RAISE EXCEPTION 'plainmark: a closed draft never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.public_id, NEW.code, NEW.version) IS DISTINCT FROM (OLD.public_id, OLD.code, OLD.version) THEN
        RAISE EXCEPTION 'plainmark: a draft stays one of its version' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scoring_draft_is_closed BEFORE UPDATE ON scoring_draft
    FOR EACH ROW EXECUTE FUNCTION scoring_draft_is_closed();
ALTER TABLE scoring_draft ENABLE ALWAYS TRIGGER scoring_draft_is_closed;
"""

UNDO_CLOSED = """
DROP TRIGGER scoring_draft_is_closed ON scoring_draft;
DROP FUNCTION scoring_draft_is_closed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0003_rescoring'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=credit.core.publicid.new_public_id, editable=False, max_length=32, unique=True)),
                ('code', models.SlugField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('text', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('in_force_from', models.DateField()),
                ('status', models.CharField(choices=[('draft', 'Waiting for its assessment'), ('assessed', 'Assessed: two members must approve'), ('approved-once', 'Approved by one member'), ('approved', 'Approved by two members'), ('published', 'Published'), ('abandoned', 'Given up')], max_length=16)),
                ('steps', models.PositiveIntegerField(default=1)),
                ('drafted_at', models.DateTimeField()),
                ('assessed_sha256', models.CharField(blank=True, max_length=64, null=True)),
                ('assessed_at', models.DateTimeField(blank=True, null=True)),
                ('first_approved_at', models.DateTimeField(blank=True, null=True)),
                ('second_approved_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first_approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('scheme', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='scoring.scheme')),
                ('second_approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DraftEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('move', models.CharField(max_length=16)),
                ('status', models.CharField(choices=[('draft', 'Waiting for its assessment'), ('assessed', 'Assessed: two members must approve'), ('approved-once', 'Approved by one member'), ('approved', 'Approved by two members'), ('published', 'Published'), ('abandoned', 'Given up')], max_length=16)),
                ('at', models.DateTimeField()),
                ('sha256', models.CharField(max_length=64)),
                ('reason', models.TextField(blank=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='scoring.draft')),
            ],
        ),
        migrations.CreateModel(
            name='SchemeSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
                ('signed_at', models.DateTimeField()),
                ('scheme', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='scoring.scheme')),
            ],
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(fields=['-drafted_at'], name='draft_newest'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['published', 'abandoned']), _negated=True), fields=('code', 'version'), name='draft_one_open_a_version'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'assessed', 'approved-once', 'approved', 'published', 'abandoned'])), name='draft_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$'), ('version__gte', 1), models.Q(('text', ''), _negated=True)), name='draft_is_of_a_version'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assessed_sha256', models.F('sha256')), ('assessed_sha256__isnull', False), ('status__in', ['assessed', 'approved-once', 'approved', 'published']), ('assessed_at__isnull', False)), models.Q(('status', 'draft'), ('assessed_at__isnull', True), ('assessed_sha256__isnull', True)), ('status', 'abandoned'), _connector='OR'), name='draft_is_assessed_as_it_stands'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved-once', 'approved', 'published']), ('first_approved_at__isnull', False), ('first_approved_by__isnull', False)), models.Q(('status__in', ['draft', 'assessed']), ('first_approved_at__isnull', True), ('first_approved_by__isnull', True)), ('status', 'abandoned'), _connector='OR'), name='draft_first_approval_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'published']), ('second_approved_at__isnull', False), ('second_approved_by__isnull', False)), models.Q(('status__in', ['draft', 'assessed', 'approved-once']), ('second_approved_at__isnull', True), ('second_approved_by__isnull', True)), ('status', 'abandoned'), _connector='OR'), name='draft_second_approval_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('second_approved_by__isnull', True), models.Q(('second_approved_by', models.F('first_approved_by')), _negated=True), _connector='OR'), name='draft_two_members_approve'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scheme__isnull', False), ('status', 'published')), models.Q(models.Q(('status', 'published'), _negated=True), ('scheme__isnull', True)), _connector='OR'), name='draft_is_published_as_a_scheme'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status__in', ['published', 'abandoned'])), models.Q(models.Q(('status__in', ['published', 'abandoned']), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='draft_is_closed_whole'),
        ),
        migrations.AddConstraint(
            model_name='draftevent',
            constraint=models.UniqueConstraint(fields=('draft', 'number'), name='draft_event_numbered_once'),
        ),
        migrations.AddConstraint(
            model_name='draftevent',
            constraint=models.CheckConstraint(condition=models.Q(('move__in', ['start', 'edit', 'assess', 'approve', 'send-back', 'publish', 'abandon']), ('number__gte', 1), ('sha256__regex', '^[0-9a-f]{64}$'), ('status__in', ['draft', 'assessed', 'approved-once', 'approved', 'published', 'abandoned'])), name='draft_event_codes_are_known'),
        ),
        migrations.AddConstraint(
            model_name='draftevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('move', 'assess')), models.Q(models.Q(('move', 'assess'), _negated=True), ('by__isnull', False)), _connector='OR'), name='draft_event_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='schemesignature',
            constraint=models.CheckConstraint(condition=models.Q(('key_id__regex', '^[0-9a-f]{16}$')), name='scheme_key_id_is_hex'),
        ),
        append_only("scoring_schemesignature"),
        append_only("scoring_draftevent"),
        append_only("scoring_draft", "DELETE OR TRUNCATE"),
        migrations.RunSQL(CLOSED_IS_CLOSED, UNDO_CLOSED),
    ]
