"""Responses that their patient never sent: made of a draft once its visit can no longer be finished."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FIXED = (
    "id", "visit_id", "instrument", "instrument_version_id", "answers", "not_given", "answered_at", "locale",
    "source", "answered_by", "started_at", "submitted_at", "completed_on", "supersedes_id", "reason",
)


def upgrade() -> None:
    # Not a batch: SQLite adds a column with a constant default without copying the table.
    op.add_column('response', sa.Column('partial', sa.Boolean(), nullable=False, server_default=sa.false()))
    _guard((*FIXED, "partial"))


def downgrade() -> None:
    _guard(FIXED)
    op.drop_column('response', 'partial')


def _guard(fixed: tuple[str, ...]) -> None:
    """SQLite's trigger names the columns that never change; PostgreSQL's takes all that are not excepted."""
    if op.get_bind().dialect.name == "postgresql":
        return
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in fixed)
    once = " OR ".join(
        f"(OLD.{column} IS NOT NULL AND NEW.{column} IS NOT OLD.{column})"
        for column in ("superseded_at", "annulled_at")
    )
    op.execute("DROP TRIGGER response_update")
    op.execute(
        f"CREATE TRIGGER response_update BEFORE UPDATE ON response WHEN {changed} OR {once} "
        "BEGIN SELECT RAISE(ABORT, 'response is append-only: its rows are never updated'); END"
    )
