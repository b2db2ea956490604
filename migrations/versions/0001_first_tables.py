"""First tables, and the triggers that keep append-only tables append-only.

What may be deleted, and when:
- response and score: while an erasure of that patient's answers is recorded;
- draft: once its response exists, or under the same erasure;
- event_value and contact: while any erasure of that patient is recorded.
What may be updated: of a response only superseded_at and annulled_at, each once, from NULL to a value.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)

APPEND_ONLY = ("instrument_version", "response", "score", "event", "event_value", "erasure")
NEVER_DELETED = ("instrument_version", "event", "erasure", "alert")

# Table → when one of its rows (OLD) may be deleted.
DELETABLE = {
    "response": """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')""",
    "score": """EXISTS (SELECT 1 FROM response JOIN visit ON visit.id = response.visit_id
        JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE response.id = OLD.response_id AND erasure.level = 'answers')""",
    "draft": """EXISTS (SELECT 1 FROM response
        WHERE response.visit_id = OLD.visit_id AND response.instrument = OLD.instrument)
        OR EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')""",
    "event_value": """EXISTS (SELECT 1 FROM event JOIN erasure ON erasure.patient_id = event.patient_id
        WHERE event.id = OLD.event_id)""",
    "contact": """EXISTS (SELECT 1 FROM patient JOIN erasure ON erasure.patient_id = patient.id
        WHERE patient.contact_id = OLD.id)""",
}

RESPONSE_FIXED = (
    "id", "visit_id", "instrument", "instrument_version_id", "answers", "not_given", "answered_at", "locale",
    "source", "answered_by", "started_at", "submitted_at", "completed_on", "supersedes_id", "reason",
)


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hospital_number', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('born_on', sa.Date(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('telephone', sa.String(length=64), nullable=True),
    sa.Column('locale', sa.String(length=16), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact'))
    )
    op.create_table('instrument_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('wording', sa.String(length=64), nullable=False),
    sa.Column('wording_status', sa.String(length=64), nullable=False),
    sa.Column('definition', sa.String(), nullable=False),
    sa.Column('definition_sha256', sa.String(length=64), nullable=False),
    sa.Column('texts', JSON, nullable=False),
    sa.Column('texts_sha256', sa.String(length=64), nullable=False),
    sa.Column('frozen_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_version')),
    sa.UniqueConstraint('instrument', 'version', 'wording', name=op.f('uq_instrument_version_instrument_version_wording'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('admin', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_staff_fs_uniquifier'))
    )
    op.create_table('study',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('locales', JSON, nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.Column('who_reads', JSON, nullable=False),
    sa.Column('crisis_texts', JSON, nullable=False),
    sa.Column('lowest_age', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=64), nullable=False),
    sa.Column('simulated', sa.Boolean(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.CheckConstraint("status IN ('draft', 'active', 'closed')", name=op.f('ck_study_status')),
    sa.CheckConstraint('lowest_age BETWEEN 0 AND 120', name=op.f('ck_study_lowest_age')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_study')),
    sa.UniqueConstraint('code', name=op.f('uq_study_code'))
    )
    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('site', sa.String(length=64), nullable=True),
    sa.CheckConstraint("role IN ('coordinator', 'investigator', 'analyst')", name=op.f('ck_membership_role')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_membership_staff_id')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_membership_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('staff_id', 'study_id', name=op.f('uq_membership_staff_id_study_id'))
    )
    op.create_table('patient',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('site', sa.String(length=64), nullable=True),
    sa.Column('birth_year', sa.Integer(), nullable=True),
    sa.Column('sex', sa.String(length=64), nullable=False),
    sa.Column('enrolled_on', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=64), nullable=False),
    sa.Column('status_since', sa.Date(), nullable=False),
    sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f('ck_patient_sex')),
    sa.CheckConstraint("status IN ('active', 'paused', 'left', 'lost', 'died')", name=op.f('ck_patient_status')),
    sa.CheckConstraint('birth_year BETWEEN 1880 AND 2200', name=op.f('ck_patient_birth_year')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_patient_contact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_patient_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
    sa.UniqueConstraint('study_id', 'code', name=op.f('uq_patient_study_id_code'))
    )
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patient_contact_id'), ['contact_id'], unique=False)

    op.create_table('timepoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('anchor', sa.String(length=64), nullable=False),
    sa.Column('offset_days', sa.Integer(), nullable=False),
    sa.Column('window_before', sa.Integer(), nullable=False),
    sa.Column('window_after', sa.Integer(), nullable=False),
    sa.Column('battery', JSON, nullable=False),
    sa.CheckConstraint("anchor IN ('enrolment', 'onset')", name=op.f('ck_timepoint_anchor')),
    sa.CheckConstraint('window_before >= 0 AND window_after >= 0', name=op.f('ck_timepoint_window')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_timepoint_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timepoint')),
    sa.UniqueConstraint('study_id', 'key', name=op.f('uq_timepoint_study_id_key'))
    )
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.String(length=64), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("level IN ('identity', 'answers')", name=op.f('ck_erasure_level')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_erasure_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasure_patient_id'), ['patient_id'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('actor', sa.String(length=100), nullable=False),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=True),
    sa.Column('facts', JSON, nullable=False),
    sa.Column('digests', JSON, nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('software', sa.String(length=64), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id >= 1', name=op.f('ck_event_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_event_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('hash', name=op.f('uq_event_hash'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_patient_id'), ['patient_id'], unique=False)

    op.create_table('palsy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('is_index', sa.Boolean(), nullable=False),
    sa.Column('side', sa.String(length=64), nullable=False),
    sa.Column('cause', sa.String(length=64), nullable=False),
    sa.Column('begin', sa.String(length=64), nullable=False),
    sa.Column('onset_on', sa.Date(), nullable=True),
    sa.Column('onset_precision', sa.String(length=8), nullable=True),
    sa.Column('recovered_on', sa.Date(), nullable=True),
    sa.CheckConstraint("begin IN ('sudden', 'after_operation', 'gradual', 'from_birth', 'unknown')", name=op.f('ck_palsy_begin')),
    sa.CheckConstraint("cause IN ('bells_palsy', 'ramsay_hunt', 'vestibular_schwannoma', 'facial_nerve_schwannoma', 'parotid_or_other_malignancy', 'other_tumour', 'iatrogenic_postoperative', 'trauma', 'lyme', 'otitis_or_other_infection', 'congenital_or_syndromic', 'birth_trauma', 'stroke_central', 'other', 'unknown')", name=op.f('ck_palsy_cause')),
    sa.CheckConstraint("onset_precision IN ('day', 'month', 'year')", name=op.f('ck_palsy_onset_precision')),
    sa.CheckConstraint("side IN ('left', 'right', 'both', 'unknown')", name=op.f('ck_palsy_side')),
    sa.CheckConstraint('(onset_on IS NULL) = (onset_precision IS NULL)', name=op.f('ck_palsy_onset')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_palsy_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_palsy')),
    sa.UniqueConstraint('patient_id', 'number', name=op.f('uq_palsy_patient_id_number'))
    )
    with op.batch_alter_table('palsy', schema=None) as batch_op:
        batch_op.create_index('uq_palsy_index', ['patient_id'], unique=True, sqlite_where=sa.text('is_index'), postgresql_where=sa.text('is_index'))

    op.create_table('visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('timepoint_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('battery', JSON, nullable=False),
    sa.Column('missed_reason', sa.String(length=200), nullable=True),
    sa.CheckConstraint('occurrence >= 1', name=op.f('ck_visit_occurrence')),
    sa.CheckConstraint('opens_on <= due_on AND due_on <= closes_on', name=op.f('ck_visit_window')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_visit_patient_id')),
    sa.ForeignKeyConstraint(['timepoint_id'], ['timepoint.id'], name=op.f('fk_visit_timepoint_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('patient_id', 'name', 'occurrence', name=op.f('uq_visit_patient_id_name_occurrence')),
    sa.UniqueConstraint('patient_id', 'timepoint_id', 'occurrence', name=op.f('uq_visit_patient_id_timepoint_id_occurrence'))
    )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.create_index('ix_visit_closes_on', ['closes_on'], unique=False)

    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('rule', sa.String(length=64), nullable=False),
    sa.Column('first_answer', sa.Integer(), nullable=False),
    sa.Column('last_answer', sa.Integer(), nullable=True),
    sa.Column('raised_at', INSTANT, nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('crisis_text_seen_at', INSTANT, nullable=True),
    sa.Column('acknowledged_at', INSTANT, nullable=True),
    sa.Column('acknowledged_by', sa.String(length=100), nullable=True),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.Column('closed_by', sa.String(length=100), nullable=True),
    sa.Column('note', sa.String(), nullable=True),
    sa.CheckConstraint("(state = 'new') = (acknowledged_at IS NULL) OR state = 'historical'", name=op.f('ck_alert_acknowledged')),
    sa.CheckConstraint("state IN ('new', 'acknowledged', 'closed', 'historical')", name=op.f('ck_alert_state')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_alert_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('visit_id', 'instrument', 'rule', name=op.f('uq_alert_visit_id_instrument_rule'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_state', ['state'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('instrument_version_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=False),
    sa.Column('answers', JSON, nullable=False),
    sa.Column('started_at', INSTANT, nullable=False),
    sa.Column('saved_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['instrument_version_id'], ['instrument_version.id'], name=op.f('fk_draft_instrument_version_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_draft_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('visit_id', 'instrument', name=op.f('uq_draft_visit_id_instrument'))
    )
    op.create_table('event_value',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('before', sa.String(), nullable=True),
    sa.Column('after', sa.String(), nullable=True),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_value_event_id')),
    sa.PrimaryKeyConstraint('event_id', 'field', name=op.f('pk_event_value'))
    )
    op.create_table('grading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('palsy_id', sa.Integer(), nullable=False),
    sa.Column('scale', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('parts', JSON, nullable=True),
    sa.Column('graded_on', sa.Date(), nullable=False),
    sa.Column('mode', sa.String(length=64), nullable=False),
    sa.Column('graded_by', sa.String(length=200), nullable=True),
    sa.CheckConstraint("mode IN ('in_person', 'live_video', 'recorded_video', 'photo', 'unknown')", name=op.f('ck_grading_mode')),
    sa.CheckConstraint("scale <> 'house_brackmann' OR value BETWEEN 1 AND 6", name=op.f('ck_grading_house_brackmann')),
    sa.CheckConstraint("scale <> 'sunnybrook' OR value BETWEEN 0 AND 100", name=op.f('ck_grading_sunnybrook')),
    sa.CheckConstraint("scale IN ('house_brackmann', 'sunnybrook')", name=op.f('ck_grading_scale')),
    sa.ForeignKeyConstraint(['palsy_id'], ['palsy.id'], name=op.f('fk_grading_palsy_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_grading_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grading')),
    sa.UniqueConstraint('patient_id', 'palsy_id', 'scale', 'graded_on', name=op.f('uq_grading_patient_id_palsy_id_scale_graded_on'))
    )
    op.create_table('link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('created_by', sa.String(length=100), nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_link_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_link_digest'))
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_visit_id'), ['visit_id'], unique=False)

    op.create_table('response',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('instrument_version_id', sa.Integer(), nullable=False),
    sa.Column('answers', JSON, nullable=False),
    sa.Column('not_given', JSON, nullable=False),
    sa.Column('answered_at', JSON, nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=True),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('answered_by', sa.String(length=32), nullable=True),
    sa.Column('started_at', INSTANT, nullable=True),
    sa.Column('submitted_at', INSTANT, nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('supersedes_id', sa.Integer(), nullable=True),
    sa.Column('superseded_at', INSTANT, nullable=True),
    sa.Column('annulled_at', INSTANT, nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.CheckConstraint("source IN ('web', 'kiosk', 'staff_read', 'paper', 'import', 'simulated')", name=op.f('ck_response_source')),
    sa.CheckConstraint('started_at <= submitted_at', name=op.f('ck_response_times')),
    sa.CheckConstraint('supersedes_id IS NULL OR reason IS NOT NULL', name=op.f('ck_response_reason')),
    sa.ForeignKeyConstraint(['instrument_version_id'], ['instrument_version.id'], name=op.f('fk_response_instrument_version_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['response.id'], name=op.f('fk_response_supersedes_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_response_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response'))
    )
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.create_index('uq_response_current', ['visit_id', 'instrument'], unique=True, sqlite_where=sa.text('superseded_at IS NULL AND annulled_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL AND annulled_at IS NULL'))

    op.create_table('treatment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('palsy_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('started_precision', sa.String(length=8), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('product', sa.String(length=200), nullable=True),
    sa.Column('dose', sa.Double(), nullable=True),
    sa.Column('unit', sa.String(length=32), nullable=True),
    sa.Column('sessions', sa.Integer(), nullable=True),
    sa.Column('side', sa.String(length=8), nullable=True),
    sa.Column('note', sa.String(), nullable=True),
    sa.CheckConstraint("kind IN ('oral_corticosteroid', 'antiviral', 'physiotherapy_neuromuscular_retraining', 'mime_therapy', 'emg_biofeedback', 'neuro_proprioceptive_rehabilitation', 'massage', 'botulinum_toxin', 'selective_neurectomy', 'myectomy', 'nerve_transfer', 'nerve_repair_or_graft', 'gracilis_free_muscle_transfer', 'regional_muscle_transfer', 'static_sling', 'eyelid_weight', 'other_periocular', 'facial_nerve_decompression', 'electrical_stimulation', 'acupuncture', 'stem_cell_therapy', 'psychological_support', 'eye_lubricants_or_taping', 'watchful_waiting', 'tumour_operation', 'radiosurgery', 'self_care', 'other')", name=op.f('ck_treatment_kind')),
    sa.CheckConstraint("side IN ('left', 'right', 'both', 'unknown')", name=op.f('ck_treatment_side')),
    sa.CheckConstraint("started_precision IN ('day', 'month', 'year')", name=op.f('ck_treatment_started_precision')),
    sa.CheckConstraint("state IN ('planned', 'given', 'cancelled')", name=op.f('ck_treatment_state')),
    sa.CheckConstraint('(started_on IS NULL) = (started_precision IS NULL)', name=op.f('ck_treatment_started')),
    sa.CheckConstraint('ended_on >= started_on', name=op.f('ck_treatment_ended_on')),
    sa.ForeignKeyConstraint(['palsy_id'], ['palsy.id'], name=op.f('fk_treatment_palsy_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_treatment_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_treatment')),
    sa.UniqueConstraint('patient_id', 'kind', 'started_on', 'state', name=op.f('uq_treatment_patient_id_kind_started_on_state'))
    )
    op.create_table('score',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('scale', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Double(), nullable=True),
    sa.Column('items_used', sa.Integer(), nullable=False),
    sa.Column('items_missing', sa.Integer(), nullable=False),
    sa.Column('prorated', sa.Boolean(), nullable=False),
    sa.CheckConstraint('items_used >= 0 AND items_missing >= 0', name=op.f('ck_score_items')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_score_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'scale', name=op.f('pk_score'))
    )

    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS seventh_refuse_update() CASCADE")
        op.execute("DROP FUNCTION IF EXISTS seventh_refuse_truncate() CASCADE")
        for table in (*NEVER_DELETED, *DELETABLE):
            op.execute(f"DROP FUNCTION IF EXISTS seventh_{table}_delete() CASCADE")
        op.execute("DROP FUNCTION IF EXISTS seventh_response_update() CASCADE")

    op.drop_table('score')
    op.drop_table('treatment')
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_index('uq_response_current', sqlite_where=sa.text('superseded_at IS NULL AND annulled_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL AND annulled_at IS NULL'))

    op.drop_table('response')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_visit_id'))

    op.drop_table('link')
    op.drop_table('grading')
    op.drop_table('event_value')
    op.drop_table('draft')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_state')

    op.drop_table('alert')
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_closes_on')

    op.drop_table('visit')
    with op.batch_alter_table('palsy', schema=None) as batch_op:
        batch_op.drop_index('uq_palsy_index', sqlite_where=sa.text('is_index'), postgresql_where=sa.text('is_index'))

    op.drop_table('palsy')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_patient_id'))

    op.drop_table('event')
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_erasure_patient_id'))

    op.drop_table('erasure')
    op.drop_table('timepoint')
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patient_contact_id'))

    op.drop_table('patient')
    op.drop_table('membership')
    op.drop_table('study')
    op.drop_table('staff')
    op.drop_table('instrument_version')
    op.drop_table('contact')


def _triggers(dialect: str) -> list[str]:
    return _postgresql_triggers() if dialect == "postgresql" else _sqlite_triggers()


def _sqlite_triggers() -> list[str]:
    refuse_update = "SELECT RAISE(ABORT, '{table} is append-only: its rows are never updated')"
    refuse_delete = "SELECT RAISE(ABORT, '{table} rows are deleted only under a recorded erasure')"
    statements = [
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN {refuse_update.format(table=table)}; END"
        for table in APPEND_ONLY
        if table != "response"
    ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in RESPONSE_FIXED)
    once = " OR ".join(
        f"(OLD.{column} IS NOT NULL AND NEW.{column} IS NOT OLD.{column})"
        for column in ("superseded_at", "annulled_at")
    )
    statements.append(
        f"CREATE TRIGGER response_update BEFORE UPDATE ON response WHEN {changed} OR {once} "
        f"BEGIN {refuse_update.format(table='response')}; END"
    )
    statements += [
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN {refuse_delete.format(table=table)}; END"
        for table in NEVER_DELETED
    ]
    statements += [
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} WHEN NOT ({allowed}) "
        f"BEGIN {refuse_delete.format(table=table)}; END"
        for table, allowed in DELETABLE.items()
    ]
    return statements


def _postgresql_triggers() -> list[str]:
    def function(name: str, body: str) -> str:
        return (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )

    refuse_update = "RAISE EXCEPTION '% is append-only: its rows are never updated', TG_TABLE_NAME;"
    refuse_delete = "RAISE EXCEPTION '% rows are deleted only under a recorded erasure', TG_TABLE_NAME;"
    statements = [
        function("seventh_refuse_update", refuse_update),
        function("seventh_refuse_truncate", "RAISE EXCEPTION '% is never truncated', TG_TABLE_NAME;"),
        function(
            "seventh_response_update",
            "IF to_jsonb(NEW) - 'superseded_at' - 'annulled_at' <> "
            "to_jsonb(OLD) - 'superseded_at' - 'annulled_at' "
            "OR (OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at) "
            "OR (OLD.annulled_at IS NOT NULL AND NEW.annulled_at IS DISTINCT FROM OLD.annulled_at) "
            f"THEN {refuse_update} END IF; RETURN NEW;",
        ),
        "CREATE TRIGGER response_update BEFORE UPDATE ON response "
        "FOR EACH ROW EXECUTE FUNCTION seventh_response_update()",
    ]
    statements += [
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_update()"
        for table in APPEND_ONLY
        if table != "response"
    ]
    bodies = {table: refuse_delete for table in NEVER_DELETED} | {
        table: f"IF NOT ({allowed}) THEN {refuse_delete} END IF; RETURN OLD;"
        for table, allowed in DELETABLE.items()
    }
    for table, body in bodies.items():
        statements += [
            function(f"seventh_{table}_delete", body),
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION seventh_{table}_delete()",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "EXECUTE FUNCTION seventh_refuse_truncate()",
        ]
    return statements
