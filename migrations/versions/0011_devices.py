"""Tries to tell the year of birth on another device; and where the answers of a draft are given."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('birth_year_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('matched', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_birth_year_try_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_birth_year_try'))
    )
    op.create_index(op.f('ix_birth_year_try_visit_id'), 'birth_year_try', ['visit_id'], unique=False)
    # Not a batch: SQLite adds a column with a constant default without copying the table.
    op.execute(
        "ALTER TABLE draft ADD COLUMN source VARCHAR(64) DEFAULT 'web' NOT NULL "
        "CONSTRAINT ck_draft_source CHECK "
        "(source IN ('web', 'kiosk', 'staff_read', 'paper', 'import', 'simulated'))"
    )


def downgrade() -> None:
    op.drop_column('draft', 'source')
    op.drop_index(op.f('ix_birth_year_try_visit_id'), table_name='birth_year_try')
    op.drop_table('birth_year_try')
