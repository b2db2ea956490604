"""Forms that patients sent are found by an index: Today asks which of them wait for a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

SENT = sa.text("question = 'sent'")


def upgrade() -> None:
    op.create_index(
        "ix_background_sent", "background", ["visit_id"], sqlite_where=SENT, postgresql_where=SENT
    )


def downgrade() -> None:
    op.drop_index("ix_background_sent", "background")
