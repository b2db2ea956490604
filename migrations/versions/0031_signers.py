"""A signature says in which role it was given; those of before do not say."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ROLE = "CONSTRAINT ck_signature_role CHECK (role IN ('coordinator', 'investigator', 'analyst', 'admin'))"


def upgrade() -> None:
    # as both databases take it, without copying the table, which would lose its triggers
    op.execute(sa.text(f"ALTER TABLE signature ADD COLUMN role VARCHAR(64) {ROLE}"))


def downgrade() -> None:
    op.execute(sa.text("ALTER TABLE signature DROP COLUMN role"))
