"""When a patient stopped messages, and when they asked for their name and contact details to go."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = ("messages_stopped_at", "removal_requested_at")


def upgrade() -> None:
    # Not a batch: SQLite adds an empty column without copying the table.
    for column in COLUMNS:
        op.add_column('patient', sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column('patient', column)
