"""Questions about data, and what was said of each."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('data_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('about', sa.String(length=200), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('value', sa.String(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('asked_by', sa.String(length=100), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f('ck_data_question_state')),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_data_question_closed')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_data_question_study_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_data_question_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_question'))
    )
    op.create_index('ix_data_question_patient_id', 'data_question', ['patient_id'])
    op.create_index('ix_data_question_study_id', 'data_question', ['study_id', 'state'])
    op.create_table('question_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("step IN ('asked', 'answered', 'asked_again', 'closed')", name=op.f('ck_question_step_step')),
    sa.ForeignKeyConstraint(['question_id'], ['data_question.id'], name=op.f('fk_question_step_question_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_step'))
    )
    op.create_index('ix_question_step_question_id', 'question_step', ['question_id'])


def downgrade() -> None:
    op.drop_table('question_step')
    op.drop_table('data_question')
