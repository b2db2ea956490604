"""Keys of programs that read a study, and the study's secret by which its dates are shifted."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('study', sa.Column('shift_key', sa.String(length=64), nullable=True))
    op.create_table(
        'api_key',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('study_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('dates', sa.String(length=8), nullable=False),
        sa.Column('reason', sa.String(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('created_by', sa.String(length=64), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("dates IN ('none', 'shifted', 'exact')", name=op.f('ck_api_key_dates')),
        sa.CheckConstraint("(dates = 'exact') = (reason IS NOT NULL)", name=op.f('ck_api_key_reason')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_api_key_staff_id')),
        sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_api_key_study_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
        sa.UniqueConstraint('digest', name=op.f('uq_api_key_digest')),
    )
    op.create_index(op.f('ix_api_key_staff_id'), 'api_key', ['staff_id'])
    op.create_index(op.f('ix_api_key_study_id'), 'api_key', ['study_id'])


def downgrade() -> None:
    op.drop_table('api_key')
    op.drop_column('study', 'shift_key')
