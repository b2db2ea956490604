"""Accounts: sessions that the server can end."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('staff_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('began_at', INSTANT, nullable=False),
    sa.Column('seen_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_session_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_staff_session_digest'))
    )
    op.create_index('ix_staff_session_staff_id', 'staff_session', ['staff_id'])


def downgrade() -> None:
    op.drop_table('staff_session')
