"""A study may withhold larger groups than of fewer than five patients."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not a batch: SQLite adds a column, with its own CHECK, without copying the table.
    op.execute(
        "ALTER TABLE study ADD COLUMN smallest_group INTEGER DEFAULT 5 NOT NULL "
        "CONSTRAINT ck_study_smallest_group CHECK (smallest_group BETWEEN 5 AND 100)"
    )


def downgrade() -> None:
    op.drop_column('study', 'smallest_group')
