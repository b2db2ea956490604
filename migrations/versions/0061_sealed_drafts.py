"""The seal of answers that are not sent yet; those of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("seal", sa.String(64)))


def downgrade() -> None:
    op.drop_column("draft", "seal")
