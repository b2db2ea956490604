"""Accounts: sessions that the server can end; wrong tries by address, with or without an account."""

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
    # Its counts are of an hour at most.
    op.drop_table('failed_sign_in')
    op.create_table('sign_in_tries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('waits_until', INSTANT, nullable=True),
    sa.CheckConstraint('times >= 0', name=op.f('ck_sign_in_tries_times')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_in_tries_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_tries')),
    sa.UniqueConstraint('key', name=op.f('uq_sign_in_tries_key'))
    )
    op.create_index('ix_sign_in_tries_last_at', 'sign_in_tries', ['last_at'])


def downgrade() -> None:
    op.drop_table('sign_in_tries')
    op.create_table('failed_sign_in',
    sa.Column('staff_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('locked_until', INSTANT, nullable=True),
    sa.CheckConstraint('times >= 1', name=op.f('ck_failed_sign_in_times')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_failed_sign_in_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_failed_sign_in'))
    )
    op.drop_table('staff_session')
