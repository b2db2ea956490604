"""When the link in a test alert was opened; of those before, nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ONLY_A_TEST = "CONSTRAINT ck_alert_mail_opened CHECK (opened_at IS NULL OR kind = 'test')"


def upgrade() -> None:
    # as both databases take it, without copying the table, which would lose its triggers
    kind = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(sa.text(f"ALTER TABLE alert_mail ADD COLUMN opened_at {kind} {ONLY_A_TEST}"))


def downgrade() -> None:
    op.execute(sa.text("ALTER TABLE alert_mail DROP COLUMN opened_at"))
