"""A new password that one person asks for and another confirms."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reset_asked',
    sa.Column('staff_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('code_digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint('asked_by <> staff_id', name=op.f('ck_reset_asked_asked_by')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_reset_asked_asked_by')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reset_asked_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_reset_asked'))
    )


def downgrade() -> None:
    op.drop_table('reset_asked')
