"""Injections: units by muscle and side."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MUSCLES = (
    "'frontalis', 'corrugator', 'procerus', 'orbicularis_oculi', 'nasalis', 'levator_labii', "
    "'zygomaticus_minor', 'zygomaticus_major', 'risorius', 'buccinator', 'orbicularis_oris', "
    "'depressor_anguli_oris', 'depressor_labii', 'mentalis', 'platysma', 'other'"
)


def upgrade() -> None:
    op.create_table('injection_site',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('treatment_id', sa.Integer(), nullable=False),
    sa.Column('muscle', sa.String(length=64), nullable=False),
    sa.Column('side', sa.String(length=8), nullable=False),
    sa.Column('units', sa.Double(), nullable=False),
    sa.CheckConstraint(f"muscle IN ({MUSCLES})", name=op.f('ck_injection_site_muscle')),
    sa.CheckConstraint("side IN ('left', 'right')", name=op.f('ck_injection_site_side')),
    sa.CheckConstraint('units > 0', name=op.f('ck_injection_site_units')),
    sa.ForeignKeyConstraint(['treatment_id'], ['treatment.id'], name=op.f('fk_injection_site_treatment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_injection_site')),
    sa.UniqueConstraint('treatment_id', 'muscle', 'side', name=op.f('uq_injection_site_treatment_id_muscle_side'))
    )


def downgrade() -> None:
    op.drop_table('injection_site')
