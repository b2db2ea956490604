"""A second factor beside the password, and failed sign-ins counted for all servers together."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('second_factor',
    sa.Column('staff_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('secret', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', INSTANT, nullable=True),
    sa.Column('last_counter', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_second_factor_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_second_factor'))
    )
    op.create_table('failed_sign_in',
    sa.Column('staff_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('locked_until', INSTANT, nullable=True),
    sa.CheckConstraint('times >= 1', name=op.f('ck_failed_sign_in_times')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_failed_sign_in_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_failed_sign_in'))
    )


def downgrade() -> None:
    op.drop_table('failed_sign_in')
    op.drop_table('second_factor')
