"""The day's clinic list and staff's notes; and what finds a person by hospital number or birth date."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SEARCHED = ("hospital_number", "born_on")


def upgrade() -> None:
    op.create_table('appointment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('added_by', sa.String(length=100), nullable=False),
    sa.Column('added_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_appointment_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment')),
    sa.UniqueConstraint('expected_on', 'patient_id', name=op.f('uq_appointment_expected_on_patient_id'))
    )
    op.create_index(op.f('ix_appointment_patient_id'), 'appointment', ['patient_id'], unique=False)
    op.create_table('note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('written_by', sa.String(length=100), nullable=False),
    sa.Column('written_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_note_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    op.create_index(op.f('ix_note_patient_id'), 'note', ['patient_id'], unique=False)
    for column in SEARCHED:
        op.create_index(op.f(f'ix_contact_{column}'), 'contact', [column], unique=False)


def downgrade() -> None:
    for column in SEARCHED:
        op.drop_index(op.f(f'ix_contact_{column}'), table_name='contact')
    op.drop_index(op.f('ix_note_patient_id'), table_name='note')
    op.drop_table('note')
    op.drop_index(op.f('ix_appointment_patient_id'), table_name='appointment')
    op.drop_table('appointment')
