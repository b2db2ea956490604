"""People who join a study by themselves: its page, who asked to, and who did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('joining_page',
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('information', JSON, nullable=False),
    sa.Column('countries', JSON, nullable=False),
    sa.Column('changed_by', sa.String(length=100), nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_joining_page_study_id')),
    sa.PrimaryKeyConstraint('study_id', name=op.f('pk_joining_page'))
    )
    op.create_table('joining_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('birth_year', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=False),
    sa.Column('consent_text_id', sa.Integer(), nullable=False),
    sa.Column('parts', JSON, nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('network', sa.String(length=64), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("way IN ('email', 'text')", name=op.f('ck_joining_request_way')),
    sa.ForeignKeyConstraint(
        ['consent_text_id'], ['consent_text.id'], name=op.f('fk_joining_request_consent_text_id')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_joining_request_study_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_joining_request_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_joining_request')),
    sa.UniqueConstraint('digest', name=op.f('uq_joining_request_digest'))
    )
    op.create_index(op.f('ix_joining_request_asked_at'), 'joining_request', ['asked_at'], unique=False)
    op.create_table('self_enrolment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=64), nullable=False),
    sa.Column('joined_at', INSTANT, nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('network', sa.String(length=64), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=True),
    sa.Column('same_as_id', sa.Integer(), nullable=True),
    sa.Column('looked_at', INSTANT, nullable=True),
    sa.Column('looked_by', sa.String(length=100), nullable=True),
    sa.CheckConstraint("way IN ('email', 'text')", name=op.f('ck_self_enrolment_way')),
    sa.CheckConstraint("outcome IN ('apart', 'same')", name=op.f('ck_self_enrolment_outcome')),
    sa.CheckConstraint('(outcome IS NULL) = (looked_at IS NULL)', name=op.f('ck_self_enrolment_looked')),
    sa.CheckConstraint('(looked_at IS NULL) = (looked_by IS NULL)', name=op.f('ck_self_enrolment_looked_by')),
    sa.CheckConstraint(
        "(same_as_id IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'same')",
        name=op.f('ck_self_enrolment_same_as'),
    ),
    sa.CheckConstraint('same_as_id <> patient_id', name=op.f('ck_self_enrolment_other')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_self_enrolment_patient_id')),
    sa.ForeignKeyConstraint(['same_as_id'], ['patient.id'], name=op.f('fk_self_enrolment_same_as_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_self_enrolment')),
    sa.UniqueConstraint('patient_id', name=op.f('uq_self_enrolment_patient_id'))
    )
    op.create_index(
        'ix_self_enrolment_waiting',
        'self_enrolment',
        ['patient_id'],
        unique=False,
        sqlite_where=sa.text('looked_at IS NULL'),
        postgresql_where=sa.text('looked_at IS NULL'),
    )


def downgrade() -> None:
    op.drop_table('self_enrolment')
    op.drop_table('joining_request')
    op.drop_table('joining_page')
