"""Lists of patients that staff make themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('own_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('chosen', JSON, nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.Column('name_folded', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_own_list_study_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_own_list_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_own_list')),
    sa.UniqueConstraint('study_id', 'staff_id', 'name_folded', name=op.f('uq_own_list_study_id_staff_id_name_folded'))
    )


def downgrade() -> None:
    op.drop_table('own_list')
