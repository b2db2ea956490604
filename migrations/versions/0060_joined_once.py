"""When a request to join became a patient, so that a second press makes no second one."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("joining_request", sa.Column("joined_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("joining_request", "joined_at")
